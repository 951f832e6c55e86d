import type { ApprovalStore, TransferEntry, TransferLimit } from '../../store-approvals.ts'
import { countedMs, listedMs } from '../retention.ts'
import { countOf, limitQuestions, type LimitQuestion, passedLimits } from '../transfer-limits.ts'
import { isTrusted } from './presence.ts'
import { note, type HeldApproval, type Records } from './records.ts'

type Acts = Pick<
  ApprovalStore,
  'spendApproval' | 'weighTransfers' | 'settleApproval' | 'transferHabits' | 'countFailures'
>

export function transferActs(records: Records): Acts {
  const { approvals, transfers } = records
  return {
    async spendApproval({ id, deviceId, requestDigest, now, entries, limits, audit }) {
      const approval = approvals.get(id)
      const from = approval?.state
      if (approval?.deviceId !== deviceId || approval.requestDigest !== requestDigest) return { kind: 'gone' }
      if ((from !== 'approved' && from !== 'released') || approval.expiresAt <= now) return { kind: 'gone' }
      if (!isTrusted(records, deviceId)) return { kind: 'gone' }
      const over = weigh(records, entries, limits)
      if (over.length > 0) return { kind: 'over', limits: over }
      approval.state = 'spent'
      approval.spentFrom = from
      if (entries.length > 0) approval.keepUntil = now + countedMs
      const own = transfers.get(approval.user) ?? []
      own.push(...entries.map((entry) => ({ ...entry })))
      transfers.set(approval.user, own)
      note(records, audit)
      return { kind: 'spent' }
    },

    async weighTransfers(entries, limits) {
      return weigh(records, entries, limits)
    },

    async settleApproval(id, outcome) {
      const approval = approvals.get(id)
      if (!approval || approval.spentFrom === null) return
      if (outcome === 'committed') {
        for (const entry of transfers.get(approval.user) ?? [])
          if (entry.approvalId === id) entry.state = 'committed'
      } else {
        dropTransfers(records, approval)
        approval.keepUntil = approval.expiresAt + listedMs
        if (outcome === 'unsent') approval.state = approval.spentFrom
      }
      approval.spentFrom = null
    },

    async transferHabits({ user, payee, network, currency, since }) {
      const own = transfers.get(user) ?? []
      const recent = own.filter((entry) => entry.currency === currency && entry.at >= since)
      return {
        payeeSince: earliest(own.filter((entry) => entry.payee === payee)),
        networkSince: earliest(own.filter((entry) => entry.network === network)),
        count: recent.length,
        largestMinor: recent.reduce((most, { amountMinor }) => (amountMinor > most ? amountMinor : most), 0n),
      }
    },

    async countFailures(user, now) {
      const window = records.accountTries.get(user)
      return window && window.endsAt > now ? window.tries : 0
    },
  }
}

export function dropTransfers({ transfers }: Records, { id, user }: HeldApproval): void {
  transfers.set(
    user,
    (transfers.get(user) ?? []).filter((entry) => entry.approvalId !== id),
  )
}

function weigh(
  { transfers }: Records,
  entries: readonly TransferEntry[],
  limits: readonly TransferLimit[],
): string[] {
  const questions = limitQuestions(entries, limits)
  const answers = questions.map((question) =>
    countOf((transfers.get(question.user) ?? []).filter((entry) => isAsked(question, entry))),
  )
  return passedLimits(questions, answers)
}

function isAsked({ currency, deviceId, payee, since }: LimitQuestion, entry: TransferEntry): boolean {
  return (
    entry.currency === currency &&
    entry.at > since &&
    (deviceId === null || entry.deviceId === deviceId) &&
    (payee === null || entry.payee === payee)
  )
}

function earliest(entries: readonly TransferEntry[]): number | null {
  return entries.length === 0 ? null : Math.min(...entries.map(({ at }) => at))
}
