import { sql } from 'kysely'
import { firstDay, lastDay, type Month, shiftMonth } from '../day.ts'
import type { Category } from '../database/schema.ts'
import type { Db } from '../database/transaction.ts'
import { type WrittenMoney, writeMoney } from '../money.ts'
import type { Customer } from './customer.ts'

export type Spending = {
  readonly month: Month
  readonly total: WrittenMoney
  /** Of the month before. */
  readonly previous: WrittenMoney
  /** Largest first. */
  readonly categories: ReadonlyArray<{
    readonly category: Category
    readonly amount: WrittenMoney
    readonly count: number
  }>
}

type Spent = { readonly category: Category; readonly amount: bigint; readonly count: bigint }

/** What left the customer's accounts in a month. Money moved between them was not spent. */
export async function spending(db: Db, customer: Customer, month: Month): Promise<Spending> {
  const spent = await spentIn(db, customer, month)
  const before = await spentIn(db, customer, shiftMonth(month, -1))
  const euros = (minor: bigint): WrittenMoney => writeMoney({ currency: 'EUR', minor })
  return {
    month,
    total: euros(sumOf(spent)),
    previous: euros(sumOf(before)),
    categories: spent.map(({ category, amount, count }) => ({
      category,
      amount: euros(amount),
      count: Number(count),
    })),
  }
}

async function spentIn(db: Db, customer: Customer, month: Month): Promise<Spent[]> {
  const own = db
    .selectFrom('account')
    .select((account) => account.ref('iban').$notNull().as('iban'))
    .where('customer', '=', customer.id)
  return db
    .selectFrom('posting')
    .innerJoin('account', 'account.id', 'posting.account')
    .select(['category', sql<bigint>`sum(-amount)::bigint`.as('amount'), sql<bigint>`count(*)`.as('count')])
    .where('customer', '=', customer.id)
    .where('bookedOn', '>=', firstDay(month))
    .where('bookedOn', '<=', lastDay(month))
    .where('amount', '<', 0n)
    .where((is) => is.or([is('counterpartyIban', 'is', null), is('counterpartyIban', 'not in', own)]))
    .groupBy('category')
    .orderBy('amount', 'desc')
    .orderBy('category')
    .execute()
}

function sumOf(spent: readonly Spent[]): bigint {
  return spent.reduce((sum, { amount }) => sum + amount, 0n)
}
