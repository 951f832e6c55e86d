import { describe, expect, it } from 'vitest'
import { checkTransferPolicy, type TransferPolicy, type TransferRule } from './transfer-policy.ts'

const policy: TransferPolicy = {
  currency: 'EUR',
  rules: [],
  habitDays: 90,
  releases: 2,
  holdSeconds: 86_400,
  releasedSeconds: 3600,
}
const day = {
  name: 'day',
  verdict: 'refuse',
  kind: 'limit',
  of: 'user',
  perSeconds: 86_400,
  sum: '1000.00',
} as const
const of = (...rules: object[]): TransferPolicy => ({ ...policy, rules: rules as TransferRule[] })
const named = (rule: object): TransferPolicy => of({ name: 'one', verdict: 'hold', ...rule })

describe('checkTransferPolicy', () => {
  it.each<[string, TransferPolicy]>([
    ['without rules', policy],
    [
      'with one of each kind',
      of(
        day,
        {
          name: 'alone',
          verdict: 'refuse',
          kind: 'limit',
          of: 'payee',
          count: 5,
          platforms: ['web'],
          deviceYoungerThanSeconds: 60,
        },
        {
          name: 'cooling off',
          verdict: 'hold',
          kind: 'limit',
          of: 'payee',
          perSeconds: 60,
          sum: '5.00',
          payeeNewerThanSeconds: 60,
        },
        { name: 'payee', verdict: 'hold', kind: 'payee', newerThanSeconds: 86_400, above: '100.00' },
        { name: 'habit', verdict: 'ask', kind: 'habit', times: 3, least: 5 },
        { name: 'place', verdict: 'ask', kind: 'place', above: '0.01' },
        { name: 'device', verdict: 'hold', kind: 'device', youngerThanSeconds: 3600 },
        { name: 'suspicion', verdict: 'hold', kind: 'suspicion', failures: 3 },
        { name: 'night', verdict: 'ask', kind: 'expression', when: 'hour < 5' },
      ),
    ],
    ['in a currency without minor digits', { ...of({ ...day, sum: '150000' }), currency: 'JPY' }],
  ])('takes one %s', (_, good) => {
    expect(() => checkTransferPolicy(good)).not.toThrow()
  })

  it.each<[string, string, TransferPolicy]>([
    ['an unknown currency', 'not a currency', { ...policy, currency: 'EURO' }],
    ['habits of no days', 'habitDays', { ...policy, habitDays: 0 }],
    ['habits of half a day', 'habitDays', { ...policy, habitDays: 0.5 }],
    ['habits further back than the stores know', 'habitDays', { ...policy, habitDays: 367 }],
    ['holds nobody releases', 'releases', { ...policy, releases: 0 }],
    ['holds without end', 'holdSeconds', { ...policy, holdSeconds: Number.POSITIVE_INFINITY }],
    ['releases that are over at once', 'releasedSeconds', { ...policy, releasedSeconds: -1 }],
    ['two rules of one name', '"day": a second', of(day, { ...day, perSeconds: 60 })],
    ['two rules of one name but for case', '"Day": a second', of(day, { ...day, name: 'Day' })],
    ['a rule without a name', 'rule', of({ ...day, name: '' })],
    ['a rule with a name that hides something', 'rule', of({ ...day, name: 'day\u202e' })],
    [
      'a rule with the name of the rule nobody writes',
      '"Currency": its name',
      of({ ...day, name: 'Currency' }),
    ],
    ['an unknown kind', '"one": kind', named({ kind: 'limits' })],
    ['no kind', '"one": kind', named({})],
    ['a verdict nobody gives', '"one": verdict', named({ ...day, name: 'one', verdict: 'allow' })],
    ['a member nobody reads', '"one": aboev', named({ kind: 'place', aboev: '1.00' })],
    [
      'a limit of nothing',
      '"one": one of sum and count',
      named({ kind: 'limit', of: 'user', perSeconds: 60 }),
    ],
    ['a limit of two things', '"day": one of sum and count', of({ ...day, count: 5 })],
    ['a limit of whom', '"day": of', of({ ...day, of: 'account' })],
    ['a window of no time', '"day": perSeconds', of({ ...day, perSeconds: 0 })],
    ['a window of half a second', '"day": perSeconds', of({ ...day, perSeconds: 0.5 })],
    ['a window longer than the stores know', '"day": perSeconds', of({ ...day, perSeconds: 367 * 86_400 })],
    ['a count of none', '"one": count', named({ kind: 'limit', of: 'user', count: 0 })],
    ['no platforms', '"day": platforms', of({ ...day, platforms: [] })],
    [
      'new payees in a limit of the user',
      '"day": payeeNewerThanSeconds',
      of({ ...day, payeeNewerThanSeconds: 60 }),
    ],
    ['an amount as a number', '"day": sum', of({ ...day, sum: 1000 })],
    ['an amount of nothing', '"day": an amount of nothing', of({ ...day, sum: '0.00' })],
    ['an amount below zero', '"day": not an amount', of({ ...day, sum: '-1.00' })],
    ['an amount without minor digits', '"day": not an amount', of({ ...day, sum: '1000' })],
    ['an amount with an exponent', '"day": not an amount', of({ ...day, sum: '1e3' })],
    ['an amount of another form', '"one": not an amount', named({ kind: 'place', above: '1,000.00' })],
    ['payees of no age', '"one": newerThanSeconds', named({ kind: 'payee' })],
    ['habits of no transfers', '"one": least', named({ kind: 'habit', times: 2, least: 0 })],
    ['habits of zero times', '"one": times', named({ kind: 'habit', times: 0, least: 1 })],
    ['devices of no age', '"one": youngerThanSeconds', named({ kind: 'device', youngerThanSeconds: 0 })],
    ['no failures', '"one": failures', named({ kind: 'suspicion', failures: 0 })],
    [
      'an expression that is none',
      '"one": it is of the type int',
      named({ kind: 'expression', when: 'amount' }),
    ],
    [
      'an expression of an unknown name',
      '"one": Unknown variable: balance',
      named({ kind: 'expression', when: 'balance > 1' }),
    ],
    [
      'a limit of one in an expression',
      '"one": sum',
      named({ kind: 'expression', when: 'hour < 5', sum: '1.00' }),
    ],
  ])('refuses one with %s', (_, message, bad) => {
    expect(() => checkTransferPolicy(bad)).toThrow(TypeError)
    expect(() => checkTransferPolicy(bad)).toThrow(message)
  })
})
