/** From lives to books: both customers' wishes in the order of time, as far as their money goes. */
import { addMonths, type Day } from '../day.ts'
import { newId } from '../id.ts'
import type { Booking } from '../ledger/booking.ts'
import { type Habitual, wishesOf } from './habitual.ts'
import type { Household } from './household.ts'
import { instant, lifeOf, type Span, type Wish } from './life.ts'

type Event = {
  readonly household: Household
  readonly wish: Wish
  readonly booked?: (booking: Booking) => void
}

/** In cents: nobody who goes shopping goes below. */
const cushion = 20_000n

/** Everything that happened in `span` until `now`, oldest first. Tells each order its runs. */
export function yearOf(
  households: readonly Household[],
  orders: readonly Habitual[],
  span: Span,
  now: Date,
): Booking[] {
  const events: Event[] = [
    ...households.flatMap((household) =>
      [...openings(household, span.first), ...lifeOf(household.person, span)].map((wish) => ({
        household,
        wish,
      })),
    ),
    ...favours(households, span),
    ...orders.flatMap((order) =>
      wishesOf(order, now).map(({ due, wish }) => ({
        household: order.household,
        wish,
        booked: (booking: Booking) => void order.runs.push({ due, booking }),
      })),
    ),
  ]
  const past = events.filter(({ wish }) => wish.at <= now)
  return carryOut(
    past.sort((one, other) => one.wish.at.getTime() - other.wish.at.getTime()),
    households,
  )
}

function carryOut(events: readonly Event[], households: readonly Household[]): Booking[] {
  const sides = households.flatMap(({ current, savings }) => [current, savings])
  const idOf = new Map(sides.map(({ iban, id }) => [iban, id]))
  const balances = new Map<string, bigint>()
  const bookings: Booking[] = []
  for (const { household, wish, booked } of events) {
    const balance = balances.get(household[wish.account].id) ?? 0n
    const amount = wish.amount === null ? monthlyInterest(balance) : BigInt(wish.amount)
    if (amount === 0n || (wish.optional && balance + amount < cushion)) continue
    const booking = bookingOf(household, wish, amount, idOf.get(wish.party.iban ?? ''))
    for (const leg of booking.legs) balances.set(leg.account, (balances.get(leg.account) ?? 0n) + leg.amount)
    bookings.push(booking)
    booked?.(booking)
  }
  return bookings
}

/** Two in a hundred a year, for a month, in whole cents. */
function monthlyInterest(balance: bigint): bigint {
  return (balance * 2n) / 1200n
}

const across = {
  transfer: 'clearing-0',
  standing_order: 'clearing-0',
  direct_debit: 'clearing-0',
  card: 'cards',
  salary: 'payroll',
  interest: 'interest',
  fee: 'fees',
} as const

/** `own`: the account on the other side where it is one of a customer. */
function bookingOf(household: Household, wish: Wish, amount: bigint, own: string | undefined): Booking {
  const { at, kind, account, party, reference, category, cash } = wish
  const side = household[account]
  const self = { name: household.person.name, iban: side.iban }
  const other = own ?? (cash === true ? 'cash' : across[kind])
  const legs = [
    { account: side.id, amount, party, category },
    { account: other, amount: -amount, party: self, category: 'transfers' as const },
  ]
  return { id: newId('tx'), kind, at, currency: 'EUR', reference, batch: null, legs }
}

function openings({ person }: Household, day: Day): Wish[] {
  return (['current', 'savings'] as const).map((account, i) => ({
    at: instant(day, 310 + i),
    kind: 'transfer',
    account,
    amount: person.opening[i] ?? 0,
    party: { name: person.name, iban: null },
    reference: 'Moving to Alder Bank',
    category: 'transfers',
    optional: false,
  }))
}

/** In cents; each pays for the other in turn. */
const sharedBills = [
  ['Half of the concert tickets', 4250],
  ['Dinner at Orsetto', 2780],
  ['Birthday present for Elin', 3500],
  ['Groceries for Sunday', 1940],
  ['Train to the coast', 2360],
  ['Boat hire', 5500],
] as const

function favours(households: readonly Household[], { first, last }: Span): Event[] {
  const events: Event[] = []
  for (let i = 1; addMonths(first, i) <= last; i++) {
    const household = households[i % households.length] as Household
    const friend = households[(i + 1) % households.length] as Household
    const [reference, cents] = sharedBills[i % sharedBills.length] as (typeof sharedBills)[number]
    const wish: Wish = {
      at: instant(addMonths(first, i), 1150),
      kind: 'transfer',
      account: 'current',
      amount: -cents,
      party: { name: friend.person.name, iban: friend.current.iban },
      reference,
      category: 'transfers',
      optional: true,
    }
    events.push({ household, wish })
  }
  return events
}
