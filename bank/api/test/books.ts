/** Books with two customers and some money in them, and the questions every test asks of books. */
import { sql } from 'kysely'
import type { Opened } from '../src/database/database.ts'
import { type Db, inTransaction } from '../src/database/transaction.ts'
import { makeIban, ownIban } from '../src/iban.ts'
import { newId } from '../src/id.ts'
import { book } from '../src/ledger/booking.ts'
import type { Order } from '../src/ledger/once.ts'
import type { Payment } from '../src/ledger/payment.ts'
import { pglite } from './databases.ts'

export const now: Date = new Date('2026-05-20T10:00:00Z')
export const maria = { id: 'maria', name: 'Maria Lindqvist' } as const
export const jonas = { id: 'jonas', name: 'Jonas Keller' } as const
export const ibans = { maria: ownIban(1), savings: ownIban(2), jonas: ownIban(3) } as const
export const foreign: string = makeIban('DE', '912345670000000042')

/** Maria has an overdraft of 10.00 and `cents` in each account, Jonas as much and no overdraft. */
export async function fill(db: Db, cents = 100_000n): Promise<void> {
  const plain = { currency: 'EUR', openedOn: '2026-05-01' } as const
  await db
    .insertInto('customer')
    .values([maria, jonas].map(({ id, name }) => ({ id, name, address: 'Somewhere 1\n12345 Elsewhere' })))
    .execute()
  await db
    .insertInto('account')
    .values([
      {
        ...plain,
        id: 'm',
        customer: 'maria',
        kind: 'current',
        name: 'Everyday',
        iban: ibans.maria,
        overdraft: 1000n,
      },
      {
        ...plain,
        id: 's',
        customer: 'maria',
        kind: 'savings',
        name: 'Savings',
        iban: ibans.savings,
        overdraft: 0n,
      },
      {
        ...plain,
        id: 'j',
        customer: 'jonas',
        kind: 'current',
        name: 'Everyday',
        iban: ibans.jonas,
        overdraft: 0n,
      },
    ])
    .execute()
  await inTransaction(db, (tx) =>
    book(
      tx,
      ['m', 's', 'j'].map((account) => deposit(account, cents)),
    ),
  )
}

function deposit(account: string, cents: bigint) {
  const leg = { party: { name: 'Employer', iban: foreign }, category: 'other' } as const
  const legs = [
    { ...leg, account, amount: cents },
    { ...leg, account: 'payroll', amount: -cents },
  ]
  const at = new Date('2026-05-01T08:00:00Z')
  return {
    id: newId('tx'),
    kind: 'salary',
    at,
    currency: 'EUR',
    reference: 'Pay',
    batch: null,
    legs,
  } as const
}

export function euros(cents: bigint, iban: string, reference = ''): Payment {
  return { name: 'Somebody', iban, amount: { currency: 'EUR', minor: cents }, reference }
}

let orders = 0
export function order(key = `order-${String(++orders).padStart(12, '0')}`, body = ''): Order {
  return { customer: maria, key, route: 'POST /transfers', body: Buffer.from(body), at: now }
}

export async function balanceOf(db: Db, id: string): Promise<bigint> {
  const { balance } = await db
    .selectFrom('account')
    .select('balance')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return balance
}

/** What is wrong with the books, asked in SQL of its own: every list is empty when they are right. */
export async function audit(db: Db): Promise<Record<string, unknown[]>> {
  const ask = async (question: string): Promise<unknown[]> => (await sql.raw(question).execute(db)).rows
  return {
    unbalanced: await ask(
      'select transaction from posting group by transaction, currency having sum(amount) <> 0',
    ),
    incomplete: await ask(
      'select id from transaction t where parts <> (select count(*) from posting where transaction = t.id)',
    ),
    wrongBalance: await ask(
      'select id from account a where (balance, entries) <> (select coalesce(sum(amount), 0), count(*) from posting where account = a.id)',
    ),
    wrongRunning: await ask(
      `select account, number from (select account, number, balance,
         sum(amount) over (partition by account order by number) as running,
         row_number() over (partition by account order by number) as place from posting) p
       where balance <> running or number <> place`,
    ),
    overdrawn: await ask('select id from account where customer is not null and balance < -overdraft'),
  }
}

export const sound: Record<string, unknown[]> = {
  unbalanced: [],
  incomplete: [],
  wrongBalance: [],
  wrongRunning: [],
  overdrawn: [],
}

/** On PGlite, filled; gone when they are closed. */
export async function openBooks(cents?: bigint): Promise<Opened> {
  const place = await pglite.create()
  const { db, close } = await place.open()
  await fill(db, cents)
  return {
    db,
    async close() {
      await close()
      await place.drop()
    },
  }
}
