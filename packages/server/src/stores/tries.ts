import type { TryLimits, TryResult } from '../store-factors.ts'

/** `failures`: tries in a row that no success has followed, the ones still in flight counted. */
export type DeviceTries = { failures: number; lockedUntil: number }
export type AccountTries = { tries: number; endsAt: number }

export type TryVerdict =
  | { kind: 'take'; device: DeviceTries; account: AccountTries; left: number }
  | Extract<TryResult, { kind: 'locked' | 'blocked' }>

/** Tries before the next lock. */
export function triesLeft(failures: number, { tries }: TryLimits): number {
  return Math.max(0, tries - failures)
}

/**
 * Decides one try (docs/protocol.md 11.4). No I/O: the store holds both counts locked while it asks and writes. A lock begins with the
 * try that uses up what was free, not when that one has failed: else its twins would slip through while it is being computed.
 */
export function judgeTry(
  held: { readonly device: DeviceTries | undefined; readonly account: AccountTries | undefined },
  limits: TryLimits,
  now: number,
): TryVerdict {
  const { failures, lockedUntil } = held.device ?? { failures: 0, lockedUntil: 0 }
  if (failures >= limits.tries + limits.locksMs.length) return { kind: 'blocked' }
  if (now < lockedUntil) return { kind: 'locked', until: lockedUntil }
  const running = held.account !== undefined && now < held.account.endsAt ? held.account : undefined
  const account = running ?? { tries: 0, endsAt: now + limits.accountWindowMs }
  if (account.tries >= limits.accountTries) return { kind: 'locked', until: account.endsAt }
  const taken = failures + 1
  const lockMs = limits.locksMs[taken - limits.tries]
  return {
    kind: 'take',
    // 0, not `now`, where none begins: a twin whose clock is behind would find a lock that nobody set.
    device: { failures: taken, lockedUntil: lockMs === undefined ? 0 : now + lockMs },
    account: { ...account, tries: account.tries + 1 },
    left: triesLeft(taken, limits),
  }
}
