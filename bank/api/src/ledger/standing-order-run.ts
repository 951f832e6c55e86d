/** Carrying out what is due. Any number of processes may do it at once: each order has one run for each due day. */
import { type Day, dayOf } from '../day.ts'
import { type Db, inTransaction, type Tx } from '../database/transaction.ts'
import { Refusal } from '../refusal.ts'
import { newPayment, pay } from './payment.ts'
import { dueDay } from './standing-order.ts'

type Due = { readonly id: string; readonly next: Day }

/**
 * Carries out every order that is due at `now`, days that were missed included, each day once. Where the money is not there the
 * day is over without it. `failed` hears of what could not be said either way, which is tried again next time. How many were paid.
 */
export async function runDue(db: Db, now: Date, failed: (error: unknown) => void): Promise<number> {
  let paid = 0
  const given = new Set<string>()
  for (;;) {
    const due = await nextDue(db, dayOf(now), given)
    if (due === undefined) return paid
    try {
      if (await runOne(db, due, now)) paid++
    } catch (error) {
      given.add(due.id)
      failed(error)
    }
  }
}

async function nextDue(db: Db, today: Day, without: ReadonlySet<string>): Promise<Due | undefined> {
  return db
    .selectFrom('standingOrder')
    .select(['id', 'next'])
    .where('endedAt', 'is', null)
    .where('next', '<=', today)
    .$if(without.size > 0, (orders) => orders.where('id', 'not in', [...without]))
    .orderBy('next')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}

/** Whether money moved here. A refused payment undoes its transaction, so that the day is over is written down in another. */
async function runOne(db: Db, due: Due, now: Date): Promise<boolean> {
  try {
    return await inTransaction(db, (tx) => settle(tx, due, now, true))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await inTransaction(db, (tx) => settle(tx, due, now, false))
    return false
  }
}

/** The row of the order is locked, so of several processes one finds it still due. */
async function settle(tx: Tx, { id, next: due }: Due, at: Date, paying: boolean): Promise<boolean> {
  const order = await tx
    .selectFrom('standingOrder')
    .innerJoin('customer', 'customer.id', 'standingOrder.customer')
    .select(['customer', 'customer.name as holder', 'account', 'standingOrder.name', 'iban', 'currency'])
    .select(['amount', 'reference', 'category', 'every', 'first', 'done'])
    .where('standingOrder.id', '=', id)
    .where('next', '=', due)
    .where('endedAt', 'is', null)
    .forUpdate('standingOrder')
    .executeTakeFirst()
  if (order === undefined) return false
  const { customer, holder, account: from, name, iban, currency, reference, category } = order
  const payment = newPayment({ name, iban, amount: { currency, minor: order.amount }, reference })
  if (paying) {
    const payer = { id: customer, name: holder }
    const payments = [payment]
    await pay(tx, { customer: payer, from, payments, at, kind: 'standing_order', category, batch: null })
  }
  await tx
    .insertInto('standingOrderRun')
    .values({ standingOrder: id, due, transaction: paying ? payment.id : null, at })
    .execute()
  const done = order.done + 1
  await tx
    .updateTable('standingOrder')
    .set({ done, next: dueDay(order, done) })
    .where('id', '=', id)
    .execute()
  return paying
}
