import { describe, expect, it } from 'vitest'
import { deviceRecord } from './stores/contract/facts.ts'
import type { TransferHabits } from './store-approvals.ts'
import {
  createTransferRules,
  type Judgement,
  type TransferFacts,
  type TransferPolicy,
  type TransferRule,
} from './transfer-rules.ts'

const now = Date.UTC(2026, 2, 1, 23, 59, 30)
const hour = 3_600_000
const day = 86_400

const policy: TransferPolicy = {
  currency: 'EUR',
  rules: [],
  habitDays: 90,
  releases: 2,
  holdSeconds: 86_400,
  releasedSeconds: 3600,
}
const known: TransferHabits = {
  payeeSince: now - 400 * 24 * hour,
  networkSince: now - 300 * 24 * hour,
  count: 10,
  largestMinor: 10_000n,
}
const pay = (amountMinor: bigint, account = 'a', currency = 'EUR') => ({ account, currency, amountMinor })

type Change = Partial<Omit<TransferFacts, 'device' | 'habits'>> & {
  readonly habits?: Partial<TransferHabits> | ReadonlyArray<Partial<TransferHabits>>
  readonly boundAt?: number
  readonly platform?: string
}
/** One payment of EUR 100 to an old payee, by an old device, from a known place. */
function factsOf({
  habits = {},
  boundAt = now - 100 * 24 * hour,
  platform = 'ios',
  ...change
}: Change = {}): TransferFacts {
  const payments = change.payments ?? [pay(10_000n)]
  const own = payments.map((_, i) => ({ ...known, ...('length' in habits ? habits[i] : habits) }))
  return {
    now,
    failures: 0,
    ...change,
    payments,
    habits: own,
    device: { ...deviceRecord('maria', boundAt), platform },
  }
}
type Written = TransferRule extends infer One
  ? One extends TransferRule
    ? Omit<One, 'name' | 'verdict'>
    : never
  : never
const rule = (written: Written): TransferRule => ({ name: 'one', verdict: 'hold', ...written })

function judge(rules: readonly TransferRule[], change?: Change, passed: readonly string[] = []): Judgement {
  return createTransferRules({ ...policy, rules }).judge(factsOf(change), passed)
}
const limitsOf = (written: TransferRule, change?: Change) =>
  createTransferRules({ ...policy, rules: [written] }).limitsFor(factsOf(change))

const alone: Written = { kind: 'limit', of: 'user', sum: '100.00' }
const payee: Written = { kind: 'payee', newerThanSeconds: day }
const habit: Written = { kind: 'habit', times: 3, least: 5 }
const two = [pay(6000n, 'a'), pay(6000n, 'b')]

describe('each rule', () => {
  it.each<[string, Written, Change, Judgement['reasons'][number] | null]>([
    ['a limit of one transfer, at it', alone, {}, null],
    ['a limit of one transfer, one cent over', alone, { payments: [pay(10_001n)] }, 'over_limit'],
    ['a limit of one transfer, cut into rows', alone, { payments: two }, 'over_limit'],
    ['a limit of one transfer to one payee, two payees', { ...alone, of: 'payee' }, { payments: two }, null],
    [
      'a limit of one transfer to one payee, cut into rows',
      { ...alone, of: 'payee' },
      { payments: [pay(6000n), pay(6000n)] },
      'over_limit',
    ],
    [
      'a count of payments in one request',
      { kind: 'limit', of: 'user', count: 1 },
      { payments: two },
      'velocity',
    ],
    ['a count of payments to each payee', { kind: 'limit', of: 'payee', count: 1 }, { payments: two }, null],
    [
      'a limit of new devices, an old one',
      { ...alone, sum: '1.00', deviceYoungerThanSeconds: day },
      {},
      null,
    ],
    [
      'a limit of new devices, a new one',
      { ...alone, sum: '1.00', deviceYoungerThanSeconds: day },
      { boundAt: now - hour },
      'over_limit',
    ],
    [
      'a limit of new devices, a second before it is old',
      { ...alone, sum: '1.00', deviceYoungerThanSeconds: day },
      { boundAt: now - day * 1000 + 1 },
      'over_limit',
    ],
    [
      'a limit of new devices, on the second',
      { ...alone, sum: '1.00', deviceYoungerThanSeconds: day },
      { boundAt: now - day * 1000 },
      null,
    ],
    ['a limit of a channel, another', { ...alone, sum: '1.00', platforms: ['web', 'node'] }, {}, null],
    [
      'a limit of a channel, this one',
      { ...alone, sum: '1.00', platforms: ['web', 'ios'] },
      {},
      'over_limit',
    ],
    [
      'a limit to new payees, old ones',
      { ...alone, of: 'payee', sum: '1.00', payeeNewerThanSeconds: day },
      {},
      null,
    ],
    [
      'a limit to new payees, a new one',
      { ...alone, of: 'payee', sum: '1.00', payeeNewerThanSeconds: day },
      { habits: { payeeSince: null } },
      'over_limit',
    ],

    ['an old payee', payee, {}, null],
    ['a payee never paid', payee, { habits: { payeeSince: null } }, 'new_payee'],
    [
      'a payee paid an hour ago for the first time',
      payee,
      { habits: { payeeSince: now - hour } },
      'new_payee',
    ],
    ['a payee that has just cooled off', payee, { habits: { payeeSince: now - day * 1000 } }, null],
    ['a payee of the future', payee, { habits: { payeeSince: now + hour } }, 'new_payee'],
    [
      'one new payee among old ones',
      payee,
      { payments: two, habits: [{}, { payeeSince: null }] },
      'new_payee',
    ],
    ['a new payee, not above', { ...payee, above: '100.00' }, { habits: { payeeSince: null } }, null],
    ['a new payee, above', { ...payee, above: '99.99' }, { habits: { payeeSince: null } }, 'new_payee'],
    [
      'above, but little of it to a new payee',
      { ...payee, above: '60.00' },
      { payments: two, habits: [{}, { payeeSince: null }] },
      null,
    ],
    [
      'above, cut among new payees',
      { ...payee, above: '60.00' },
      { payments: two, habits: { payeeSince: null } },
      'new_payee',
    ],

    ['a usual amount', habit, { payments: [pay(30_000n)] }, null],
    ['an unusual amount', habit, { payments: [pay(30_001n)] }, 'unusual_amount'],
    ['an unusual amount, cut into rows', habit, { payments: [pay(20_000n), pay(20_000n)] }, 'unusual_amount'],
    ['an unusual amount, not above', { ...habit, above: '500.00' }, { payments: [pay(50_000n)] }, null],
    ['an amount of one without habits', habit, { payments: [pay(30_001n)], habits: { count: 4 } }, null],
    [
      'an amount of one who just has habits',
      habit,
      { payments: [pay(30_001n)], habits: { count: 5 } },
      'unusual_amount',
    ],

    ['a known place', { kind: 'place' }, {}, null],
    ['a new place', { kind: 'place' }, { habits: { networkSince: null } }, 'new_place'],
    [
      'a place of today',
      { kind: 'place', newerThanSeconds: day },
      { habits: { networkSince: now - hour } },
      'new_place',
    ],
    [
      'a place of yesterday',
      { kind: 'place', newerThanSeconds: day },
      { habits: { networkSince: now - day * 1000 } },
      null,
    ],
    ['a place of a moment ago', { kind: 'place' }, { habits: { networkSince: now } }, null],
    ['a new place, not above', { kind: 'place', above: '100.00' }, { habits: { networkSince: null } }, null],
    [
      'a new place, above',
      { kind: 'place', above: '99.99' },
      { habits: { networkSince: null } },
      'new_place',
    ],

    ['an old device', { kind: 'device', youngerThanSeconds: day }, {}, null],
    ['a new device', { kind: 'device', youngerThanSeconds: day }, { boundAt: now - hour }, 'new_device'],
    [
      'a new device, not above',
      { kind: 'device', youngerThanSeconds: day, above: '100.00' },
      { boundAt: now },
      null,
    ],
    [
      'a device of the future',
      { kind: 'device', youngerThanSeconds: day },
      { boundAt: now + hour },
      'new_device',
    ],

    ['two failures', { kind: 'suspicion', failures: 3 }, { failures: 2 }, null],
    ['three failures', { kind: 'suspicion', failures: 3 }, { failures: 3 }, 'suspicion'],
    ['three failures, not above', { kind: 'suspicion', failures: 3, above: '100.00' }, { failures: 3 }, null],

    [
      'an expression of amounts',
      { kind: 'expression', when: 'amount > 11999 && payments == 2' },
      { payments: two },
      'rule',
    ],
    ['an expression that is false', { kind: 'expression', when: 'amount > 10000' }, {}, null],
    [
      'an expression of ages',
      { kind: 'expression', when: `device_age_seconds == 3600 && network_age_seconds == ${300 * day}` },
      { boundAt: now - hour },
      'rule',
    ],
    [
      'an expression of the newest payee',
      { kind: 'expression', when: 'payee_age_seconds == 3600' },
      { payments: two, habits: [{}, { payeeSince: now - hour }] },
      'rule',
    ],
    [
      'an expression of a payee never paid',
      { kind: 'expression', when: 'payee_age_seconds == -1' },
      { payments: two, habits: [{ payeeSince: null }, {}] },
      'rule',
    ],
    [
      'an expression of the hour in UTC',
      { kind: 'expression', when: 'hour == 23 && weekday == 7' },
      {},
      'rule',
    ],
    [
      'an expression of the hour half a minute later',
      { kind: 'expression', when: 'hour == 0 && weekday == 1' },
      { now: now + 30_000 },
      'rule',
    ],
    [
      'an expression of habits',
      { kind: 'expression', when: 'largest == 10000 && count == 10 && failures == 1' },
      { failures: 1 },
      'rule',
    ],
    ['an expression that fails', { kind: 'expression', when: 'amount / failures > 1' }, {}, 'rule'],
  ])('%s', (_, written, change, reason) => {
    const judgement = judge([rule(written)], change)
    expect(judgement).toEqual(
      reason === null
        ? { verdict: 'allow', reasons: [], applied: [] }
        : { verdict: 'hold', reasons: [reason], applied: [{ name: 'one', verdict: 'hold', reason }] },
    )
  })
})

describe('limits the store adds up', () => {
  const rolling: Written = { kind: 'limit', of: 'device', perSeconds: 60, sum: '1000.00' }

  it('have the name of their rule, milliseconds and minor units', () => {
    expect(limitsOf(rule(rolling))).toEqual([
      { name: 'one', of: 'device', windowMs: 60_000, sumMinor: 100_000n, count: null },
    ])
    expect(limitsOf(rule({ kind: 'limit', of: 'payee', perSeconds: day, count: 3 }))).toEqual([
      { name: 'one', of: 'payee', windowMs: 86_400_000, sumMinor: null, count: 3 },
    ])
  })

  it('are those of rules that speak of this request', () => {
    expect(limitsOf(rule(alone))).toEqual([])
    expect(limitsOf(rule(payee))).toEqual([])
    const young = rule({ ...rolling, deviceYoungerThanSeconds: day })
    expect(limitsOf(young)).toEqual([])
    expect(limitsOf(young, { boundAt: now - hour })).toHaveLength(1)
    const web = rule({ ...rolling, platforms: ['web'] })
    expect(limitsOf(web)).toEqual([])
    expect(limitsOf(web, { platform: 'web' })).toHaveLength(1)
  })

  it('to new payees speak of every payee where habits are not known', () => {
    const cooling = rule({
      kind: 'limit',
      of: 'payee',
      perSeconds: day,
      sum: '500.00',
      payeeNewerThanSeconds: day,
    })
    expect(limitsOf(cooling)).toEqual([])
    expect(limitsOf(cooling, { habits: { payeeSince: null } })).toHaveLength(1)
    const { device } = factsOf()
    expect(createTransferRules({ ...policy, rules: [cooling] }).limitsFor({ device, now })).toHaveLength(1)
  })

  it('apply when the store says they would be passed, sums and counts each for its reason', () => {
    const sum = rule({ ...rolling })
    const often: TransferRule = {
      name: 'often',
      verdict: 'ask',
      kind: 'limit',
      of: 'user',
      perSeconds: 60,
      count: 3,
    }
    expect(judge([sum, often], {}, []).verdict).toBe('allow')
    expect(judge([sum, often], {}, ['often'])).toMatchObject({ verdict: 'ask', reasons: ['velocity'] })
    expect(judge([sum, often], {}, ['often', 'one'])).toMatchObject({
      verdict: 'hold',
      reasons: ['over_limit', 'velocity'],
    })
    expect(judge([rule(alone)], {}, ['one']).verdict).toBe('allow')
  })
})

describe('several rules', () => {
  const place: TransferRule = { name: 'place', verdict: 'ask', kind: 'place' }
  const device: TransferRule = { name: 'device', verdict: 'hold', kind: 'device', youngerThanSeconds: day }
  const night: TransferRule = { name: 'night', verdict: 'refuse', kind: 'expression', when: 'hour >= 23' }
  const late: TransferRule = { name: 'late', verdict: 'ask', kind: 'expression', when: 'hour >= 22' }
  const change: Change = { boundAt: now, habits: { networkSince: null } }

  it.each<[TransferRule[], Judgement['verdict'], Judgement['reasons']]>([
    [[], 'allow', []],
    [[place], 'ask', ['new_place']],
    [[place, device], 'hold', ['new_device', 'new_place']],
    [[night, device, place], 'refuse', ['new_device', 'new_place', 'rule']],
    [[late, night], 'refuse', ['rule']],
  ])('%#: the severest verdict, reasons sorted and each once', (rules, verdict, reasons) => {
    const judgement = judge(rules, change)
    expect(judgement).toMatchObject({ verdict, reasons })
    expect(judgement.applied.map(({ name }) => name)).toEqual(rules.map(({ name }) => name))
  })
})

describe('facts that do not fit', () => {
  it('money in another currency is refused, whatever the rules', () => {
    expect(judge([], { payments: [pay(1n), pay(1n, 'b', 'JPY')] })).toEqual({
      verdict: 'refuse',
      reasons: ['rule'],
      applied: [{ name: 'currency', verdict: 'refuse', reason: 'rule' }],
    })
  })

  it('payments without habits go to payees and from places nobody knows', () => {
    const rules = [rule(payee), { ...rule({ kind: 'place' }), name: 'two' }]
    const facts = { ...factsOf(), habits: [] }
    expect(createTransferRules({ ...policy, rules }).judge(facts, []).reasons).toEqual([
      'new_payee',
      'new_place',
    ])
  })
})

it('refuses a policy that could not hold, naming the rule', () => {
  const twice = { ...rule(alone), name: 'Twice' }
  expect(() =>
    createTransferRules({ ...policy, rules: [rule({ kind: 'expression', when: 'amount' })] }),
  ).toThrow(TypeError)
  expect(() => createTransferRules({ ...policy, rules: [twice, twice] })).toThrow('rule "Twice"')
})
