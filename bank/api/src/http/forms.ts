/** The forms of what customers send. A check that fails names the refusal; any other departure is `bad_request` or `bad_query`. */
import * as v from 'valibot'
import { isDay, isMonth, type Month } from '../day.ts'
import { categories } from '../database/schema.ts'
import { isIban } from '../iban.ts'
import { parseCursor } from '../ledger/cursor.ts'
import type { Search } from '../ledger/history.ts'
import type { Payment } from '../ledger/payment.ts'
import type { Rhythm } from '../ledger/standing-order.ts'
import { type Currency, isCurrency, type Money, parseMoney } from '../money.ts'
import type { RefusalCode } from '../refusal.ts'
import { isPrintable, isVisible } from '../text.ts'

/** What comes in as anything and goes out as `Value`. */
export type Form<Value> = v.GenericSchema<unknown, Value>

type Payee = Pick<Payment, 'name' | 'iban'>
type From = { readonly from: string }

const refused = (code: RefusalCode): RefusalCode => code

const nameLength = 70
const referenceLength = 140
const mostPayments = 100
const mostEntries = 100
const usualEntries = 30

const iban = v.pipe(v.string(), v.check(isIban, refused('iban_refused')))
const line = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.check(
      (text) => text.length >= least && text.length <= most && isPrintable(text),
      refused('text_refused'),
    ),
  )
const amount = v.pipe(
  v.strictObject({ currency: v.pipe(v.string(), v.check(isCurrency)), value: v.string() }),
  v.rawTransform(({ dataset: { value: written }, addIssue, NEVER }): Money => {
    const money = parseMoney(written.currency as Currency, written.value)
    if (money !== null) return money
    addIssue({ message: refused('amount_refused') })
    return NEVER
  }),
)
const id = v.pipe(v.string(), v.maxLength(64))
const day = v.pipe(v.string(), v.check(isDay))

const payee = { name: line(1, nameLength), iban }
const payment = { ...payee, amount, reference: v.exactOptional(line(0, referenceLength), '') }

export const payeeForm: Form<Payee> = v.strictObject(payee)
export const transferForm: Form<Payment & From> = v.strictObject({ from: id, ...payment })
export const batchForm: Form<From & { payments: Payment[] }> = v.strictObject({
  from: id,
  payments: v.pipe(v.array(v.strictObject(payment)), v.minLength(1), v.maxLength(mostPayments)),
})
export const standingOrderForm: Form<From & Payment & Rhythm> = v.strictObject({
  from: id,
  ...payment,
  every: v.picklist(['week', 'month']),
  first: day,
})
export const cardStateForm: Form<{ state: 'active' | 'frozen' }> = v.strictObject({
  state: v.picklist(['active', 'frozen']),
})
export const recipientForm: Form<{ recipient: string }> = v.strictObject({
  recipient: v.pipe(v.string(), v.maxLength(4096)),
})

export const noQuery: Form<object> = v.strictObject({})
export const spendingQuery: Form<{ month: Month }> = v.strictObject({
  month: v.pipe(v.string(), v.check(isMonth)),
})

const cursor = v.pipe(
  v.string(),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }): bigint => {
    const number = parseCursor(value)
    if (number !== null) return number
    addIssue({ message: 'no cursor' })
    return NEVER
  }),
)
const limit = v.pipe(v.string(), v.regex(/^[1-9]\d{0,2}$/), v.transform(Number), v.maxValue(mostEntries))

export const historyQuery: Form<Search> = v.pipe(
  v.strictObject({
    // As somebody types it.
    query: v.exactOptional(v.pipe(v.string(), v.maxLength(100), v.check(isVisible))),
    from: v.exactOptional(day),
    to: v.exactOptional(day),
    category: v.exactOptional(v.picklist(categories)),
    cursor: v.exactOptional(cursor),
    limit: v.exactOptional(limit, String(usualEntries)),
  }),
  v.transform(({ cursor: before, ...search }) => ({ ...search, before })),
)
