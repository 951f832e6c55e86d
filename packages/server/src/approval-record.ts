/** One approval as the store has it: whose it is, what it says, and whether it is still in time (docs/protocol.md 9.2 to 9.4). */
import {
  type ApprovalLine,
  type ApprovalState,
  fromUtf8,
  HoldfastError,
  idSchema,
  type PublicJwk,
  utf8,
} from '@holdfast/core'
import * as v from 'valibot'
import { type AuditAction, auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { ApprovalRecord, AuditEntry, DeviceRecord } from './store.ts'

export type Place = Pick<ApprovalRecord, 'id' | 'deviceId'>

/** What its user was asked, and what he was shown, for lists. `amount`: all of its money together. */
export type ApprovalContent = {
  /** JWS. Sealed like the rest: its digests of body and text are of little, and would confirm a guess. */
  readonly challenge: string
  readonly title: string
  readonly lines: readonly ApprovalLine[]
  readonly amount: { readonly currency: string; readonly value: string } | null
  /** What signed the challenge: a transfer may be held for longer than that is among the keys. */
  readonly tokenKey: PublicJwk
}

// Ids are b64u, so no two places read alike: what is put into another row does not open there.
const contextOf = (what: 'content' | 'evidence', { id, deviceId }: Place): string =>
  `approval ${what} ${deviceId} ${id}`

export function sealPart(
  what: 'content' | 'evidence',
  place: Place,
  text: string,
  { keys }: Pick<Deployment, 'keys'>,
): string {
  return keys.seal(contextOf(what, place), utf8(text))
}

/** Null for what was sealed elsewhere, or under a wrapping key that is gone. */
export function openPart(
  what: 'content' | 'evidence',
  place: Place,
  sealed: string,
  { keys }: Pick<Deployment, 'keys'>,
): string | null {
  try {
    return fromUtf8(keys.open(contextOf(what, place), sealed))
  } catch (error) {
    if (error instanceof HoldfastError) return null
    throw error
  }
}

/** Null as {@link openPart}. What was sealed here was serialised here: no other form can come out. */
export function openContent(
  record: ApprovalRecord,
  deployment: Pick<Deployment, 'keys'>,
): ApprovalContent | null {
  const text = openPart('content', record, record.sealedContent, deployment)
  return text === null ? null : (JSON.parse(text) as ApprovalContent)
}

/** The state as of `now` (milliseconds): what somebody is still to decide about can be too late. */
export function stateAt({ state, expiresAt }: ApprovalRecord, now: number): ApprovalState {
  return state !== 'spent' && state !== 'refused' && now >= expiresAt ? 'expired' : state
}

/** Throws `approval_refused` alike for none and for another device's: ids of others cannot be searched. */
export async function findOwn(
  id: string,
  deviceId: string,
  { store }: Pick<Deployment, 'store'>,
): Promise<ApprovalRecord> {
  const record = v.is(idSchema, id) ? await store.findApproval(id) : null
  if (record?.deviceId !== deviceId) throw new HoldfastError('approval_refused')
  return record
}

/** One its user may still say yes to. Throws `approval_refused` or `approval_expired`. */
export async function findAsked(
  id: string,
  deviceId: string,
  deployment: Deployment,
): Promise<ApprovalRecord> {
  const record = await findOwn(id, deviceId, deployment)
  const state = stateAt(record, deployment.clock.now())
  if (state === 'expired') throw new HoldfastError('approval_expired')
  if (state !== 'asked') throw new HoldfastError('approval_refused')
  return record
}

/** What is written down of an approval by its device. */
export function approvalEntry(
  action: AuditAction,
  { id, user }: Pick<DeviceRecord, 'id' | 'user'>,
  at: number,
  detail: AuditEntry['detail'],
): AuditEntry {
  return auditEntry(action, { at, actor: id, user, device: id, detail })
}
