import type { Db } from '../database/transaction.ts'
import { isViolation } from '../database/transaction.ts'
import { newId } from '../id.ts'
import { Refusal } from '../refusal.ts'
import type { Customer } from './customer.ts'
import { type KeptAnswer, type Order, once } from './once.ts'

export type Payee = {
  readonly id: string
  readonly name: string
  readonly iban: string
  readonly lastPaidAt: string | null
}

/** By name. `lastPaidAt` comes from the books: the last money that went to this IBAN. */
export async function payeesOf(db: Db, customer: Customer): Promise<Payee[]> {
  const found = await db
    .selectFrom('payee')
    .select(['payee.id', 'payee.name', 'payee.iban'])
    .select((payee) =>
      payee
        .selectFrom('posting')
        .innerJoin('account', 'account.id', 'posting.account')
        .innerJoin('transaction', 'transaction.id', 'posting.transaction')
        .whereRef('account.customer', '=', 'payee.customer')
        .whereRef('posting.counterpartyIban', '=', 'payee.iban')
        .where('posting.amount', '<', 0n)
        .select(({ fn }) => fn.max('transaction.at').as('at'))
        .as('lastPaidAt'),
    )
    .where('payee.customer', '=', customer.id)
    .orderBy('payee.name')
    .orderBy('payee.id')
    .execute()
  return found.map(({ id, name, iban, lastPaidAt }) => {
    return { id, name, iban, lastPaidAt: lastPaidAt?.toISOString() ?? null }
  })
}

/** Throws `payee_exists` when the customer has one with this IBAN. */
export async function addPayee(
  db: Db,
  order: Order,
  { name, iban }: { readonly name: string; readonly iban: string },
): Promise<KeptAnswer> {
  const { customer, at } = order
  const payee: Payee = { id: newId('pay'), name, iban, lastPaidAt: null }
  return once(db, order, payee, async (tx) => {
    await tx
      .insertInto('payee')
      .values({ id: payee.id, customer: customer.id, name, iban, createdAt: at })
      .execute()
      .catch((error: unknown) => {
        throw isViolation(error, 'payee_once') ? new Refusal('payee_exists') : error
      })
  })
}

/** Throws `not_found`, for payees of others too. */
export async function removePayee(db: Db, customer: Customer, id: string): Promise<void> {
  const removed = await db
    .deleteFrom('payee')
    .where('id', '=', id)
    .where('customer', '=', customer.id)
    .returning('id')
    .executeTakeFirst()
  if (removed === undefined) throw new Refusal('not_found')
}
