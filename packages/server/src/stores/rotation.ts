import type { FamilyRecord, RotateInput } from '../store.ts'

/** What a store remembers of a family besides its record: the one token before the current, and what it was answered. */
export type RotationMemory = {
  previousDigest: string | null
  rotatedAt: number | null
  /** The answer that carried the current token, sealed. */
  successorAnswer: string | null
}

export type RefreshState = Pick<
  FamilyRecord,
  'deviceId' | 'refreshDigest' | 'expiresAt' | 'idleAt' | 'endedAt'
> &
  RotationMemory & { deviceRevokedAt: number | null }

export type RefreshVerdict =
  | { kind: 'rotate' }
  | { kind: 'repeat'; sealedAnswer: string }
  | { kind: 'reuse' }
  | { kind: 'refuse' }

/**
 * Decides one presentation of a refresh token that belongs to this family, now or in the past (docs/protocol.md 5).
 * No I/O: the store holds the family locked while it asks and acts. A token of another device is refused and does not
 * end the family, or whoever read a stale token could end the sessions of others.
 */
export function judgeRefresh(
  state: RefreshState,
  input: Pick<RotateInput, 'presentedDigest' | 'deviceId' | 'now' | 'graceMs'>,
): RefreshVerdict {
  const alive = state.endedAt === null && state.deviceRevokedAt === null
  const ended = input.now >= state.expiresAt || input.now >= state.idleAt
  if (!alive || ended || state.deviceId !== input.deviceId) return { kind: 'refuse' }
  if (input.presentedDigest === state.refreshDigest) return { kind: 'rotate' }
  const { previousDigest, rotatedAt, successorAnswer } = state
  const inGrace = rotatedAt !== null && input.now - rotatedAt <= input.graceMs
  if (input.presentedDigest === previousDigest && inGrace && successorAnswer !== null) {
    return { kind: 'repeat', sealedAnswer: successorAnswer }
  }
  return { kind: 'reuse' }
}
