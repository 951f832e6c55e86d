/** Payments a customer orders: into another account of this bank, where the money is at once, or to other banks through clearing. */
import { randomInt } from 'node:crypto'
import type { Category, TransactionKind } from '../database/schema.ts'
import type { Tx } from '../database/transaction.ts'
import { isOwnIban } from '../iban.ts'
import { newId } from '../id.ts'
import type { Money } from '../money.ts'
import { Refusal } from '../refusal.ts'
import { type Booking, book } from './booking.ts'
import type { Customer } from './customer.ts'

export type Payment = {
  readonly name: string
  readonly iban: string
  readonly amount: Money
  readonly reference: string
}

export type PaymentOrder = {
  readonly customer: Customer
  /** Id of the account it leaves. */
  readonly from: string
  readonly payments: ReadonlyArray<Payment & { readonly id: string }>
  readonly at: Date
  readonly kind: Extract<TransactionKind, 'transfer' | 'standing_order'>
  readonly category: Category
  readonly batch: string | null
}

type Side = { readonly id: string; readonly customer: string | null; readonly iban: string | null }

export const newPayment = (payment: Payment): Payment & { id: string } => ({ ...payment, id: newId('tx') })

/**
 * Books the payments, all or none. Throws `not_found` where `from` is no account of the customer, `currency_refused`, `same_account`,
 * `unknown_account` and `insufficient_funds`.
 */
export async function pay(tx: Tx, order: PaymentOrder): Promise<void> {
  const { customer, from, payments } = order
  const ibans = payments.map(({ iban }) => iban)
  const found = await tx
    .selectFrom('account')
    .select(['id', 'customer', 'iban', 'currency'])
    .where((is) => is.or([is('id', '=', from), is('iban', 'in', ibans)]))
    .execute()
  const source = found.find(({ id }) => id === from)
  if (source === undefined || source.customer !== customer.id) throw new Refusal('not_found')
  if (payments.some(({ amount }) => amount.currency !== source.currency))
    throw new Refusal('currency_refused')
  const bookings = payments.map((payment) =>
    bookingOf(order, payment, source, targetOf(payment.iban, source, found)),
  )
  await book(tx, bookings)
}

/** Account id of who gets it. */
function targetOf(iban: string, source: Side, found: readonly Side[]): string {
  if (iban === source.iban) throw new Refusal('same_account')
  const target = found.find((side) => side.iban === iban)
  if (target === undefined && isOwnIban(iban)) throw new Refusal('unknown_account')
  return target?.id ?? clearingAccount()
}

const clearingAccounts = 8

/** One of several, by chance: a single one would be a queue in which every payment to another bank waits. */
function clearingAccount(): string {
  return `clearing-${randomInt(clearingAccounts)}`
}

function bookingOf(
  { customer, at, kind, category, batch }: PaymentOrder,
  { id, name, iban, amount, reference }: Payment & { readonly id: string },
  source: Side,
  target: string,
): Booking {
  const { currency, minor } = amount
  const payer = { name: customer.name, iban: source.iban }
  const legs = [
    { account: source.id, amount: -minor, party: { name, iban }, category },
    { account: target, amount: minor, party: payer, category: 'transfers' as const },
  ]
  return { id, kind, at, currency, reference, batch, legs }
}
