import type { DurableStore } from '../../store.ts'
import { activationActs } from './activation.ts'
import { approvalActs, forgetApprovals } from './approval.ts'
import { claimActs } from './claim.ts'
import { deviceActs } from './device.ts'
import { enrolmentActs } from './enrolment.ts'
import { factorActs } from './factor.ts'
import { holdActs } from './hold.ts'
import { operatorActs } from './operator.ts'
import { passcodeActs } from './passcode.ts'
import { presenceActs } from './presence.ts'
import { shareActs } from './share.ts'
import { emptyRecords, note, type Records } from './records.ts'
import { sessionActs } from './session.ts'
import { transferActs } from './transfer.ts'

/** A durable store that forgets everything with the process: for tests and measurements, never for a deployment. */
export function memoryStore(): DurableStore {
  const records = emptyRecords()
  return {
    ...activationActs(records),
    ...enrolmentActs(records),
    ...deviceActs(records),
    ...sessionActs(records),
    ...claimActs(records),
    ...operatorActs(records),
    ...passcodeActs(records),
    ...presenceActs(records),
    ...shareActs(records),
    ...factorActs(records),
    ...approvalActs(records),
    ...holdActs(records),
    ...transferActs(records),

    async appendAudit(entry) {
      note(records, entry)
    },

    async readAudit({ after = 0, limit }) {
      // ids are positions counted from 1, so `after` is where the next page begins
      return records.audit.slice(after, after + limit)
    },

    async getDocument(name) {
      const held = records.documents.get(name)
      return held ? { ...held } : null
    },

    async putDocument(name, sequence, value) {
      const held = records.documents.get(name)
      if (held && held.sequence >= sequence) return false
      records.documents.set(name, { sequence, value })
      return true
    },

    async subscribe(listener) {
      records.listeners.add(listener)
      return {
        freshAt: () => Infinity,
        close: async () => void records.listeners.delete(listener),
      }
    },

    async purge(now) {
      forgetExpired(records, now)
    },

    async ping() {
      return null
    },

    async close() {
      records.listeners.clear()
    },
  }
}

function forgetExpired(records: Records, now: number): void {
  forgetApprovals(records, now)
  for (const held of [
    records.activations,
    records.enrolments,
    records.repeats,
    records.claims,
    records.logins,
    records.factors,
    records.presenceChallenges,
  ]) {
    for (const [id, record] of held) if (record.expiresAt <= now) held.delete(id)
  }
  for (const [user, window] of records.ottWindows) if (window.endsAt <= now) records.ottWindows.delete(user)
  for (const [user, window] of records.accountTries)
    if (window.endsAt <= now) records.accountTries.delete(user)
  for (const [digest, sid] of records.sidByDigest) {
    if ((records.families.get(sid)?.expiresAt ?? 0) <= now) records.sidByDigest.delete(digest)
  }
  for (const [sid, family] of records.families) {
    if (family.expiresAt > now) continue
    records.families.delete(sid)
    records.familiesByDevice.get(family.deviceId)?.delete(sid)
  }
}
