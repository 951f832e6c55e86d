/** What the bank's API answers, parsed once and strictly; below this only typed values. */
import * as v from 'valibot'
import { type Money, parseMoney } from './money.ts'

const money = v.pipe(
  v.object({ currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)), value: v.string() }),
  v.rawTransform(({ dataset, addIssue, NEVER }): Money => {
    const parsed = parseMoney(dataset.value.currency, dataset.value.value)
    if (parsed !== null) return parsed
    addIssue({ message: 'not an amount' })
    return NEVER
  }),
)
/** RFC 3339, as milliseconds since 1970. */
const time = v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse))
const day = v.pipe(v.string(), v.isoDate())
const text = v.string()
const iban = v.pipe(v.string(), v.regex(/^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/))

export const categories = [
  'groceries',
  'housing',
  'transport',
  'eating_out',
  'health',
  'shopping',
  'leisure',
  'utilities',
  'transfers',
  'other',
] as const
export type Category = (typeof categories)[number]
/** Also of what comes in: a category that is not the app's is `other`. */
const category = v.fallback(v.picklist([...categories, 'income']), 'other')

export const kinds = [
  'transfer',
  'card',
  'salary',
  'direct_debit',
  'standing_order',
  'interest',
  'fee',
] as const

export const me = v.object({ user: text, name: text })
export type Me = v.InferOutput<typeof me>

export const account = v.object({
  id: text,
  name: text,
  kind: v.picklist(['current', 'savings']),
  iban,
  balance: money,
  available: money,
})
export type Account = v.InferOutput<typeof account>
export const accounts = v.object({ accounts: v.array(account) })

export const transaction = v.object({
  id: text,
  at: time,
  kind: v.picklist(kinds),
  counterparty: v.object({ name: text, iban: v.nullable(iban) }),
  reference: text,
  amount: money,
  balance: money,
  category,
})
export type Transaction = v.InferOutput<typeof transaction>
export const transactions = v.object({ transactions: v.array(transaction), next: v.nullable(text) })
export type Transactions = v.InferOutput<typeof transactions>

export const spending = v.object({
  month: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}$/)),
  total: money,
  previous: money,
  categories: v.array(v.object({ category, amount: money, count: v.number() })),
})
export type Spending = v.InferOutput<typeof spending>

export const payee = v.object({ id: text, name: text, iban, lastPaidAt: v.nullable(time) })
export type Payee = v.InferOutput<typeof payee>
export const payees = v.object({ payees: v.array(payee) })
export const payeeCheck = v.object({
  match: v.picklist(['exact', 'close', 'none', 'unknown']),
  name: v.optional(text),
})
export type PayeeCheck = v.InferOutput<typeof payeeCheck>

/** One payment as it is sent. */
const ordered = { from: text, name: text, iban, amount: money, reference: v.optional(text, '') }
export const order = v.object(ordered)

export const transfer = v.object({
  id: text,
  at: time,
  ...ordered,
  state: v.literal('booked'),
})
export type Transfer = v.InferOutput<typeof transfer>
export const batch = v.object({ id: text, transfers: v.array(transfer), total: money })
export type Batch = v.InferOutput<typeof batch>

export const standingOrder = v.object({
  id: text,
  ...ordered,
  every: v.picklist(['week', 'month']),
  first: v.optional(day),
  next: v.optional(v.nullable(day)),
})
export type StandingOrder = v.InferOutput<typeof standingOrder>
export const standingOrders = v.object({ standingOrders: v.array(standingOrder) })

export const card = v.object({
  id: text,
  label: text,
  masked: text,
  scheme: text,
  expires: text,
  state: v.picklist(['active', 'frozen']),
  holder: text,
})
export type Card = v.InferOutput<typeof card>
export const cards = v.object({ cards: v.array(card) })

export const document = v.object({
  id: text,
  title: text,
  kind: v.picklist(['statement', 'tax', 'contract']),
  date: day,
  bytes: v.number(),
})
export type BankDocument = v.InferOutput<typeof document>
export const documents = v.object({ documents: v.array(document) })
