/** What is asked of a payment in these rows: a bank's form, and rules of every kind, with limits that nobody here reaches. */

import type { ApprovalForm, TransferPolicy } from '@holdfast/server'

const payment = [
  { name: 'amount', type: 'money', label: 'Amount', currencies: ['EUR'] },
  { name: 'name', type: 'name', label: 'To' },
  { name: 'iban', type: 'iban', label: 'Account' },
  { name: 'reference', type: 'text', label: 'Reference', most: 140, optional: true },
] as const
const from = { name: 'from', type: 'id', label: 'From account', unshown: true } as const

/** As the bank's own (bank/demo/src/configuration.ts). */
export const transferForm: ApprovalForm = {
  title: 'Transfer',
  acr: 'presence',
  fields: [...payment, from],
  transfer: { amount: 'amount', payee: 'iban' },
}

export const batchForm: ApprovalForm = {
  title: 'Several transfers',
  acr: 'passcode',
  fields: [
    { name: 'payments', type: 'rows', label: 'Payments', most: 40, total: 'amount', fields: payment },
    from,
  ],
  transfer: { rows: 'payments', amount: 'amount', payee: 'iban' },
}

const day = 86_400
const endless = '99999999999.00'

/** Those of the bank, as many and of the same kinds: each is asked, and none has an objection. */
export const transferPolicy: TransferPolicy = {
  currency: 'EUR',
  rules: [
    { name: 'largest', kind: 'limit', of: 'user', sum: '10000.00', verdict: 'refuse' },
    { name: 'day', kind: 'limit', of: 'user', perSeconds: day, sum: endless, verdict: 'refuse' },
    {
      name: 'day-of-new-phone',
      kind: 'limit',
      of: 'device',
      perSeconds: day,
      sum: endless,
      deviceYoungerThanSeconds: day,
      verdict: 'hold',
    },
    { name: 'often', kind: 'limit', of: 'user', perSeconds: 3600, count: 1_000_000, verdict: 'hold' },
    { name: 'new-payee', kind: 'payee', newerThanSeconds: day, above: '500.00', verdict: 'hold' },
    { name: 'unusual', kind: 'habit', times: 5, least: 5, above: '500.00', verdict: 'ask' },
    { name: 'elsewhere', kind: 'place', above: '1000.00', verdict: 'ask' },
    { name: 'guessed-at', kind: 'suspicion', failures: 5, above: '100.00', verdict: 'hold' },
    { name: 'night', kind: 'expression', when: 'hour < 5 && amount > 100000', verdict: 'ask' },
  ],
  habitDays: 90,
  releases: 2,
  holdSeconds: 259_200,
  releasedSeconds: day,
}

/** What happens to a payment: it goes through sealed and signed; its user approves it; the rules judge it, too. */
export type Asking = 'nothing' | 'approval' | 'approval and rules'

export const transfersPath = '/transfers'
/** In the same gateway, without a form. */
export const unaskedPath = '/transfers/unasked'

/** More than a phone does in a minute is done here; nothing else is other than shipped. */
const policy = {
  approval: { perMinute: 1_000_000 },
  session: { unlocksPerMinute: 1_000_000, idleSeconds: 7200, maxSeconds: 7200 },
}

function formOf(asking: Asking): { approve?: ApprovalForm } {
  if (asking === 'nothing') return {}
  const { transfer, ...form } = transferForm
  return { approve: asking === 'approval and rules' && transfer ? { ...form, transfer } : form }
}

/** YAML for a place; JSON is a part of it. */
export function settingsOf(asking: Asking, port = 0): string {
  const route = { methods: ['POST'], policy: 'sealed', signer: 'device' }
  const settings = {
    listen: { port },
    sealing: { suites: ['x25519'] },
    policy,
    routes: [
      { path: transfersPath, ...route, ...formOf(asking) },
      { path: unaskedPath, ...route },
      { path: '/*', policy: 'sealed' },
    ],
    ...(asking === 'approval and rules' ? { transfers: transferPolicy } : {}),
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('')
}
