/** Fills empty books: two customers, their accounts, cards, payees and standing orders, and a year of bookings that ends today. */
import { sql } from 'kysely'
import { makePin, sealPin } from '../cards/pin.ts'
import type { PinKeys } from '../cards/pin-keys.ts'
import { type Db, inTransaction, type Tx } from '../database/transaction.ts'
import { addMonths, type Day, dayOf } from '../day.ts'
import { ownIban } from '../iban.ts'
import { newId } from '../id.ts'
import { book } from '../ledger/booking.ts'
import { dueDay } from '../ledger/standing-order.ts'
import { type Habitual, habitualOrders } from './habitual.ts'
import type { Household } from './household.ts'
import { instant } from './life.ts'
import { jonas, maria, type Person } from './people.ts'
import { yearOf } from './year.ts'

/** Of the lock processes that start together wait at. */
const lock = 4_821_306

/** Does nothing when there is a customer. All of it happens in one transaction and by the rules everybody books by. */
export async function plantBank(db: Db, now: Date, pinKeys: PinKeys): Promise<void> {
  await inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(lock)})`.execute(tx)
    const customer = await tx.selectFrom('customer').select('id').limit(1).executeTakeFirst()
    if (customer === undefined) await plant(tx, now, pinKeys)
  })
}

async function plant(tx: Tx, now: Date, pinKeys: PinKeys): Promise<void> {
  const last = dayOf(now)
  const first = addMonths(last, -12)
  const households = [maria, jonas].map(housed)
  const orders = households.flatMap((household) => habitualOrders(household, first))
  const bookings = yearOf(households, orders, { first, last }, now)
  for (const household of households) await open(tx, household, first)
  await book(tx, bookings)
  for (const order of orders) await keepOrder(tx, order)
  const opened = instant(first, 300)
  for (const household of households) {
    await befriend(tx, household, households, opened)
    await issueCards(tx, household, opened, pinKeys)
  }
}

function housed(person: Person): Household {
  const [current, savings] = person.numbers.map((number) => ({ id: newId('acc'), iban: ownIban(number) }))
  if (current === undefined || savings === undefined) throw new TypeError('a person has two accounts')
  return { person, current, savings }
}

async function open(tx: Tx, { person, current, savings }: Household, openedOn: Day): Promise<void> {
  const { user: id, name, address, overdraft } = person
  const plain = { customer: id, currency: 'EUR', openedOn } as const
  await tx.insertInto('customer').values({ id, name, address }).execute()
  await tx
    .insertInto('account')
    .values([
      { ...plain, ...current, kind: 'current', name: 'Everyday', overdraft: BigInt(overdraft) },
      { ...plain, ...savings, kind: 'savings', name: 'Savings', overdraft: 0n },
    ])
    .execute()
}

async function keepOrder(tx: Tx, order: Habitual): Promise<void> {
  const { household, to, amount, reference, category, every, first, runs } = order
  const id = newId('so')
  const done = runs.length
  await tx
    .insertInto('standingOrder')
    .values({
      id,
      customer: household.person.user,
      account: household.current.id,
      ...to,
      currency: 'EUR',
      amount: BigInt(amount),
      reference,
      category,
      every,
      first,
      done,
      next: dueDay(order, done),
      createdAt: instant(first, 0),
      endedAt: null,
    })
    .execute()
  const rows = runs.map(({ due, booking }) => ({
    standingOrder: id,
    due,
    transaction: booking.id,
    at: booking.at,
  }))
  if (rows.length > 0) await tx.insertInto('standingOrderRun').values(rows).execute()
}

async function befriend(
  tx: Tx,
  { person }: Household,
  all: readonly Household[],
  createdAt: Date,
): Promise<void> {
  const friends = all
    .filter((other) => other.person !== person)
    .map((other) => ({ name: other.person.name, iban: other.current.iban }))
  const rows = [...friends, ...person.payees].map(({ name, iban }) => {
    return { id: newId('pay'), customer: person.user, name, iban, createdAt }
  })
  await tx.insertInto('payee').values(rows).execute()
}

async function issueCards(
  tx: Tx,
  { person, current }: Household,
  createdAt: Date,
  pinKeys: PinKeys,
): Promise<void> {
  const rows = person.cards.map(({ label, lastFour, years }, i) => {
    const id = newId('crd')
    const pin = makePin()
    const expiry = addMonths(dayOf(createdAt), 12 * years + 3)
    const sealedPin = sealPin(pinKeys, id, pin)
    pin.fill(0)
    return {
      id,
      customer: person.user,
      account: current.id,
      label,
      scheme: 'Meridian',
      lastFour,
      sealedPin,
      expires: `${expiry.slice(5, 7)}/${expiry.slice(2, 4)}`,
      state: 'active' as const,
      holder: person.name,
      createdAt: new Date(createdAt.getTime() + i),
    }
  })
  await tx.insertInto('card').values(rows).execute()
}
