/** Banks of the suite: routes that are approved, and rules about where money goes. Whoever names the same object shares its gateway. */
import type { ApprovalForm, TransferPolicy, TransferRule } from '@holdfast/server'
import type { Setting } from './attack.ts'

const payment: Extract<ApprovalForm['fields'][number], { type: 'rows' }>['fields'] = [
  { name: 'amount', label: 'Amount', type: 'money', currencies: ['EUR'] },
  { name: 'name', label: 'To', type: 'name' },
  { name: 'iban', label: 'Account', type: 'iban' },
  { name: 'reference', label: 'Reference', type: 'text', most: 140 },
]
const one: ApprovalForm = {
  title: 'Payment',
  acr: 'presence',
  fields: payment,
  transfer: { amount: 'amount', payee: 'iban' },
}
const many: ApprovalForm = {
  title: 'Payments',
  acr: 'passcode',
  fields: [{ name: 'payments', label: 'Payments', type: 'rows', most: 40, total: 'amount', fields: payment }],
  transfer: { rows: 'payments', amount: 'amount', payee: 'iban' },
}

type Route = { readonly path: string; readonly methods: readonly string[]; readonly approve: ApprovalForm }

/** `/slow/pay` is `/pay` with a backend that takes its time. */
export const routes: readonly Route[] = [
  { path: '/pay', methods: ['POST'], approve: one },
  { path: '/slow/pay', methods: ['POST'], approve: one },
  { path: '/batch', methods: ['POST'], approve: many },
]

const day = 86_400

export const rules: readonly TransferRule[] = [
  { name: 'day', kind: 'limit', of: 'user', perSeconds: day, sum: '1000.00', verdict: 'refuse' },
  { name: 'often', kind: 'limit', of: 'user', perSeconds: 3600, count: 5, verdict: 'hold' },
  { name: 'new payee', kind: 'payee', newerThanSeconds: day, above: '500.00', verdict: 'hold' },
  {
    name: 'new payee in parts',
    kind: 'limit',
    of: 'payee',
    perSeconds: day,
    sum: '500.00',
    payeeNewerThanSeconds: day,
    verdict: 'hold',
  },
]
export const transfers: Pick<TransferPolicy, 'currency' | 'rules'> = { currency: 'EUR', rules }

export const payments: Setting = { config: { routes, transfers } }

/** Two nodes, one limit, and users who may approve as fast as they like. */
export const paymentsAtTwoNodes: Setting = {
  store: 'cluster',
  config: {
    routes,
    transfers: { currency: 'EUR', rules: rules.filter(({ name }) => name === 'day') },
    policy: { approval: { open: 100, perMinute: 1000 } },
  },
}
