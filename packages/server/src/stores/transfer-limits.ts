import type { TransferEntry, TransferLimit } from '../store-approvals.ts'

export type Counted = { readonly sumMinor: bigint; readonly count: number }

/** What a limit asks of the store: how much it counts already, later than `since`, of this user, in this currency. */
export type LimitQuestion = {
  readonly limit: TransferLimit
  readonly user: string
  readonly currency: string
  /** Null: of any. */
  readonly deviceId: string | null
  readonly payee: string | null
  readonly since: number
  /** The new ones. */
  readonly added: Counted
}

/**
 * One question for each limit and each user, device or payee of the new entries, which count together: a batch is one payment to its
 * payee. Throws TypeError for an amount that is not positive: it would make room for others.
 */
export function limitQuestions(
  entries: readonly TransferEntry[],
  limits: readonly TransferLimit[],
): LimitQuestion[] {
  if (entries.some(({ amountMinor }) => amountMinor <= 0n)) throw new TypeError('amounts are above zero')
  // No upper end: what is later than these was still there first, and two whose clocks differ would pass the limit together.
  const earliest = Math.min(...entries.map(({ at }) => at))
  return limits.flatMap((limit) =>
    groupsOf(entries, limit.of).map(({ first, added }) => ({
      limit,
      user: first.user,
      currency: first.currency,
      deviceId: limit.of === 'device' ? first.deviceId : null,
      payee: limit.of === 'payee' ? first.payee : null,
      since: earliest - limit.windowMs,
      added,
    })),
  )
}

/** Names of the limits that would be passed, each once. `answers` in the order of the questions. */
export function passedLimits(questions: readonly LimitQuestion[], answers: readonly Counted[]): string[] {
  const passed = questions.filter(({ limit, added }, place) => {
    const counted = answers[place]
    // Unanswered: fail closed.
    if (counted === undefined) return true
    const { sumMinor, count } = limit
    return (
      (sumMinor !== null && counted.sumMinor + added.sumMinor > sumMinor) ||
      (count !== null && counted.count + added.count > count)
    )
  })
  return [...new Set(passed.map(({ limit }) => limit.name))]
}

/** What some transfers come to. */
export function countOf(entries: readonly TransferEntry[]): Counted {
  return { sumMinor: entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n), count: entries.length }
}

type Group = { readonly first: TransferEntry; readonly added: Counted }

function groupsOf(entries: readonly TransferEntry[], of: TransferLimit['of']): Group[] {
  const groups = new Map<string, [TransferEntry, ...TransferEntry[]]>()
  for (const entry of entries) {
    const own = { user: '', device: entry.deviceId, payee: entry.payee }[of]
    const key = JSON.stringify([entry.user, entry.currency, own])
    const group = groups.get(key)
    if (group) group.push(entry)
    else groups.set(key, [entry])
  }
  return [...groups.values()].map((group) => ({ first: group[0], added: countOf(group) }))
}
