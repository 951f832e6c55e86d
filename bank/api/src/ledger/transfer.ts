import type { Db } from '../database/transaction.ts'
import { newId } from '../id.ts'
import { type Money, type WrittenMoney, writeMoney } from '../money.ts'
import { Refusal } from '../refusal.ts'
import type { Customer } from './customer.ts'
import { type KeptAnswer, type Order, once } from './once.ts'
import { newPayment, pay, type Payment } from './payment.ts'

export type Transfer = {
  readonly id: string
  readonly at: string
  readonly from: string
  readonly name: string
  readonly iban: string
  readonly amount: WrittenMoney
  readonly reference: string
  readonly state: 'booked'
}

const plain = { kind: 'transfer', category: 'transfers' } as const

/** One transfer, at once. Throws what `pay` and `once` throw. */
export async function transfer(db: Db, order: Order, from: string, asked: Payment): Promise<KeptAnswer> {
  const { customer, at } = order
  const payment = newPayment(asked)
  return once(db, order, transferOf(payment, from, at), (tx) =>
    pay(tx, { customer, at, from, payments: [payment], batch: null, ...plain }),
  )
}

/** Many at once, from one account: all of them or none. */
export async function transferAll(
  db: Db,
  order: Order,
  from: string,
  asked: readonly Payment[],
): Promise<KeptAnswer> {
  const { customer, at } = order
  const payments = asked.map(newPayment)
  const batch = newId('bat')
  const answer = {
    id: batch,
    transfers: payments.map((payment) => transferOf(payment, from, at)),
    total: writeMoney(totalOf(asked)),
  }
  return once(db, order, answer, (tx) => pay(tx, { customer, at, from, payments, batch, ...plain }))
}

/** A payment the customer ordered, by its id. Throws `not_found`, for those of others too, and for what only came in. */
export async function findTransfer(db: Db, customer: Customer, id: string): Promise<Transfer> {
  const found = await db
    .selectFrom('transaction')
    .innerJoin('posting', 'posting.transaction', 'transaction.id')
    .innerJoin('account', 'account.id', 'posting.account')
    .select(['transaction.at', 'transaction.reference', 'posting.account', 'posting.currency'])
    .select(['posting.amount', 'posting.counterparty', 'posting.counterpartyIban'])
    .where('transaction.id', '=', id)
    .where('transaction.kind', 'in', ['transfer', 'standing_order'])
    .where('account.customer', '=', customer.id)
    .where('posting.amount', '<', 0n)
    .executeTakeFirst()
  if (found === undefined || found.counterpartyIban === null) throw new Refusal('not_found')
  const { at, reference, account, counterparty: name, counterpartyIban: iban, currency } = found
  return transferOf({ id, name, iban, amount: { currency, minor: -found.amount }, reference }, account, at)
}

function transferOf(payment: Payment & { readonly id: string }, from: string, at: Date): Transfer {
  const { id, name, iban, amount, reference } = payment
  return {
    id,
    at: at.toISOString(),
    from,
    name,
    iban,
    amount: writeMoney(amount),
    reference,
    state: 'booked',
  }
}

/** Where currencies differ the order is refused, so whose the sum is does not matter then. */
function totalOf(payments: readonly Payment[]): Money {
  const currency = payments[0]?.amount.currency ?? 'EUR'
  return { currency, minor: payments.reduce((sum, { amount }) => sum + amount.minor, 0n) }
}
