import type { ApprovalStore } from '../../store-approvals.ts'
import { judgeDecision } from '../hold-decision.ts'
import { listedMs } from '../retention.ts'
import { isIn } from './approval.ts'
import { isTrusted } from './presence.ts'
import { note, type Records } from './records.ts'

type Acts = Pick<ApprovalStore, 'holdApproval' | 'decideHold' | 'listHoldDecisions'>

export function holdActs(records: Records): Acts {
  const { approvals, holdDecisions } = records
  return {
    async holdApproval(id, { reasons, expiresAt, now, most }, audit) {
      const held = approvals.get(id)
      if (!held || !isIn(held, ['approved', 'released'], now)) return 'gone'
      if (!isTrusted(records, held.deviceId)) return 'gone'
      const others = [...approvals.values()].filter(
        (other) => other.user === held.user && isIn(other, ['held'], now),
      )
      if (others.length >= most) return 'full'
      holdDecisions.delete(id)
      Object.assign(held, { state: 'held', reasons, expiresAt, keepUntil: expiresAt + listedMs })
      note(records, audit)
      return 'held'
    },

    async decideHold(id, decision, { needed, releasedUntil: expiresAt }, audit) {
      const held = approvals.get(id)
      if (!held || !isIn(held, ['held'], decision.at)) return 'gone'
      if (decision.decision === 'release' && !isTrusted(records, held.deviceId)) return 'gone'
      const earlier = holdDecisions.get(id) ?? []
      const verdict = judgeDecision(earlier, decision, needed)
      if (verdict === 'same_operator') return verdict
      holdDecisions.set(id, [...earlier, { ...decision }])
      if (verdict === 'refused') held.state = 'refused'
      if (verdict === 'released')
        Object.assign(held, { state: 'released', expiresAt, keepUntil: expiresAt + listedMs })
      note(records, audit(verdict !== 'noted'))
      return verdict
    },

    async listHoldDecisions(ids) {
      const listed: Awaited<ReturnType<Acts['listHoldDecisions']>> = []
      for (const approvalId of ids)
        for (const decision of holdDecisions.get(approvalId) ?? []) listed.push({ ...decision, approvalId })
      return listed.toSorted((one, other) => one.at - other.at)
    },
  }
}
