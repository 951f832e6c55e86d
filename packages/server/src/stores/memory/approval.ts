import type { ApprovalRecord, ApprovalStore, StoredApprovalState } from '../../store-approvals.ts'
import { askedMs, listedMs } from '../retention.ts'
import { endLogin, openLogin } from './passcode.ts'
import { isTrusted, raiseCounter } from './presence.ts'
import { note, type HeldApproval, type Records } from './records.ts'
import { dropTransfers } from './transfer.ts'

type Acts = Pick<
  ApprovalStore,
  'addApproval' | 'findApproval' | 'listApprovals' | 'approve' | 'declineApproval'
>
type ApproveInput = Parameters<ApprovalStore['approve']>[0]

export function approvalActs(records: Records): Acts {
  const { approvals, askedApprovals } = records
  return {
    async addApproval(record, most, audit) {
      const { id, deviceId, createdAt: now } = record
      if (!isTrusted(records, deviceId)) return false
      const open = (askedApprovals.get(deviceId) ?? []).filter((held) => isIn(held, ['asked'], now))
      if (open.length >= most) return false
      const held: HeldApproval = { ...record, spentFrom: null, keepUntil: record.expiresAt + askedMs }
      approvals.set(id, held)
      askedApprovals.set(deviceId, [...open, held])
      note(records, audit)
      return true
    },

    async findApproval(id) {
      const held = approvals.get(id)
      return held ? recordOf(held) : null
    },

    async listApprovals(query) {
      return [...approvals.values()]
        .filter((held) =>
          'deviceId' in query
            ? held.deviceId === query.deviceId
            : held.state === query.state && held.expiresAt > query.now && held.reasons.length > 0,
        )
        .toSorted((one, other) => other.createdAt - one.createdAt)
        .slice(0, query.limit)
        .map(recordOf)
    },

    async approve(input) {
      const held = approvals.get(input.id)
      if (held?.deviceId !== input.deviceId || !isIn(held, ['asked'], input.now)) return false
      if (!isTrusted(records, held.deviceId) || !takeProof(records, input)) return false
      const { acr, sealedEvidence } = input
      const keepUntil = held.expiresAt + listedMs
      Object.assign(held, { state: 'approved', acr, sealedEvidence, keepUntil })
      note(records, input.audit)
      return true
    },

    async declineApproval(id, deviceId, now, audit) {
      const held = approvals.get(id)
      if (held?.deviceId !== deviceId || !isIn(held, ['asked'], now)) return false
      held.state = 'refused'
      note(records, audit)
      return true
    },
  }
}

/** Only with its decisions and transfers. */
export function forgetApprovals(records: Records, now: number): void {
  for (const held of records.approvals.values()) {
    if (held.keepUntil > now) continue
    dropTransfers(records, held)
    records.holdDecisions.delete(held.id)
    records.approvals.delete(held.id)
  }
}

/** In one of these states, and not expired. */
export function isIn(
  { state, expiresAt }: HeldApproval,
  states: readonly StoredApprovalState[],
  now: number,
): boolean {
  return states.includes(state) && expiresAt > now
}

/** Changes nothing when it is false. */
function takeProof(records: Records, { id, deviceId, login, presence, now }: ApproveInput): boolean {
  // One of them it was proved with, and not the other.
  if ((login === null) === (presence === null)) return false
  if (presence !== null) return raiseCounter(records, { ...presence, deviceId })
  const opened = openLogin(records, { id: login ?? '', deviceId, approvalId: id, now })
  if (opened) endLogin(records, opened)
  return opened !== null
}

function recordOf({ spentFrom: _from, keepUntil: _until, ...record }: HeldApproval): ApprovalRecord {
  return { ...record, reasons: [...record.reasons] }
}
