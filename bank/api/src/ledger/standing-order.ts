import type { Selectable } from 'kysely'
import { addDays, addMonths, type Day, dayOf } from '../day.ts'
import type { StandingOrderTable } from '../database/schema.ts'
import type { Db } from '../database/transaction.ts'
import { newId } from '../id.ts'
import { type WrittenMoney, writeMoney } from '../money.ts'
import { Refusal } from '../refusal.ts'
import type { Customer } from './customer.ts'
import { type KeptAnswer, type Order, once } from './once.ts'
import type { Payment } from './payment.ts'

export type Rhythm = { readonly every: 'week' | 'month'; readonly first: Day }

export type StandingOrder = Rhythm & {
  readonly id: string
  readonly from: string
  readonly name: string
  readonly iban: string
  readonly amount: WrittenMoney
  readonly reference: string
  /** The day it is carried out next. */
  readonly next: Day
}

const furthestMonths = 24

/** The day after `done` others. Always counted from the first: one of the 31st comes back to the 31st after a shorter month. */
export function dueDay({ every, first }: Rhythm, done: number): Day {
  return every === 'week' ? addDays(first, 7 * done) : addMonths(first, done)
}

/** Those that go on, the next due first. */
export async function standingOrdersOf(db: Db, customer: Customer): Promise<StandingOrder[]> {
  const found = await db
    .selectFrom('standingOrder')
    .select(['id', 'account', 'name', 'iban', 'currency', 'amount', 'reference', 'every', 'first', 'next'])
    .where('customer', '=', customer.id)
    .where('endedAt', 'is', null)
    .orderBy('next')
    .orderBy('id')
    .execute()
  return found.map(writeStandingOrder)
}

/** Throws `not_found` where `from` is no account of the customer, `currency_refused` and `first_day_refused`. */
export async function addStandingOrder(
  db: Db,
  order: Order,
  from: string,
  { name, iban, amount, reference, every, first }: Payment & Rhythm,
): Promise<KeptAnswer> {
  const { customer, at } = order
  const { currency, minor } = amount
  const row = {
    id: newId('so'),
    customer: customer.id,
    account: from,
    name,
    iban,
    currency,
    amount: minor,
    reference,
    category: 'transfers' as const,
    every,
    first,
    done: 0,
    next: first,
    createdAt: at,
    endedAt: null,
  }
  return once(db, order, writeStandingOrder(row), async (tx) => {
    const today = dayOf(at)
    const source = await tx
      .selectFrom('account')
      .select(['iban', 'currency'])
      .where('id', '=', from)
      .where('customer', '=', customer.id)
      .executeTakeFirst()
    if (source === undefined) throw new Refusal('not_found')
    if (source.currency !== currency) throw new Refusal('currency_refused')
    if (source.iban === iban) throw new Refusal('same_account')
    if (first < today || first > addMonths(today, furthestMonths)) throw new Refusal('first_day_refused')
    await tx.insertInto('standingOrder').values(row).execute()
  })
}

/** It is not carried out again. Throws `not_found`, for orders of others and ended ones too. */
export async function endStandingOrder(db: Db, customer: Customer, id: string, at: Date): Promise<void> {
  const ended = await db
    .updateTable('standingOrder')
    .set({ endedAt: at })
    .where('id', '=', id)
    .where('customer', '=', customer.id)
    .where('endedAt', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (ended === undefined) throw new Refusal('not_found')
}

type Row = Selectable<StandingOrderTable>

function writeStandingOrder(
  row: Omit<Row, 'customer' | 'category' | 'done' | 'createdAt' | 'endedAt'>,
): StandingOrder {
  const { id, account: from, name, iban, currency, amount, reference, every, first, next } = row
  return {
    id,
    from,
    name,
    iban,
    amount: writeMoney({ currency, minor: amount }),
    reference,
    every,
    first,
    next,
  }
}
