/** Writing into the books: an event moves money between accounts, and its legs sum to zero. */
import type { Day } from '../day.ts'
import { dayOf } from '../day.ts'
import type { Category, TransactionKind } from '../database/schema.ts'
import { isViolation, type Tx } from '../database/transaction.ts'
import type { Currency } from '../money.ts'
import { Refusal } from '../refusal.ts'
import { foldCase } from '../text.ts'

export type Party = { readonly name: string; readonly iban: string | null }

/** What an event does to one account. `party`: who is on the other side, as this account's holder is to read it. */
export type Leg = {
  readonly account: string
  readonly amount: bigint
  readonly party: Party
  readonly category: Category
}

export type Booking = {
  readonly id: string
  readonly kind: TransactionKind
  readonly at: Date
  readonly currency: Currency
  readonly reference: string
  readonly batch: string | null
  readonly legs: readonly Leg[]
}

/** Rows of one statement: a statement takes 65535 parameters. */
const rowsAtOnce = 1000

/**
 * Books all of them or none. Throws `insufficient_funds`; the transaction is over then.
 *
 * A posting locks its account until the end of the transaction. All postings are written in the order of their accounts' ids, so two
 * that book at once can wait for each other but never in a circle; in each account they keep the order of `bookings`.
 */
export async function book(tx: Tx, bookings: readonly Booking[]): Promise<void> {
  const events = bookings.map(({ id, kind, at, reference, batch, legs }) => ({
    id,
    kind,
    at,
    reference,
    batch,
    parts: legs.length,
  }))
  for (const rows of chunks(events)) await tx.insertInto('transaction').values(rows).execute()
  const postings = bookings
    .flatMap((booking) => postingsOf(booking, dayOf(booking.at)))
    .sort((one, other) => (one.account < other.account ? -1 : Number(one.account > other.account)))
  for (const rows of chunks(postings)) {
    await tx.insertInto('posting').values(rows).execute().catch(refuseOverdraft)
  }
}

function postingsOf({ id, currency, reference, legs }: Booking, bookedOn: Day) {
  return legs.map(({ account, amount, party, category }) => ({
    account,
    transaction: id,
    currency,
    amount,
    bookedOn,
    category,
    counterparty: party.name,
    counterpartyIban: party.iban,
    search: foldCase(`${party.name}\n${reference}`),
  }))
}

function refuseOverdraft(error: unknown): never {
  throw isViolation(error, 'account_overdraft') ? new Refusal('insufficient_funds') : error
}

function chunks<Row>(rows: readonly Row[]): Row[][] {
  const count = Math.ceil(rows.length / rowsAtOnce)
  return Array.from({ length: count }, (_, i) => rows.slice(i * rowsAtOnce, (i + 1) * rowsAtOnce))
}
