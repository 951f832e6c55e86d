/** The standing orders of the two customers, and when they ran. */
import type { Category } from '../database/schema.ts'
import { addMonths, type Day, firstDay, monthOf } from '../day.ts'
import type { Booking } from '../ledger/booking.ts'
import { dueDay } from '../ledger/standing-order.ts'
import type { Household } from './household.ts'
import { instant, type Wish } from './life.ts'

export type Habitual = {
  readonly household: Household
  readonly to: { readonly name: string; readonly iban: string }
  readonly amount: number
  readonly reference: string
  readonly category: Category
  readonly every: 'month'
  readonly first: Day
  /** Filled while the year is booked. */
  readonly runs: Array<{ readonly due: Day; readonly booking: Booking }>
}

/** At five in the morning, before anybody shops. */
const minutes = 300

/** Rent and savings, on the first of each month from the second month on. */
export function habitualOrders(household: Household, begin: Day): Habitual[] {
  const { person, savings } = household
  const first = firstDay(monthOf(addMonths(begin, 1)))
  const plain = { household, every: 'month', first } as const
  const self = { name: person.name, iban: savings.iban }
  return [
    {
      ...plain,
      to: person.rent.to,
      amount: person.rent.amount,
      reference: 'Rent',
      category: 'housing',
      runs: [],
    },
    { ...plain, to: self, amount: person.saving, reference: 'Savings', category: 'transfers', runs: [] },
  ]
}

/** What an order wished for until `now`, by due day. */
export function wishesOf(order: Habitual, now: Date): Array<{ due: Day; wish: Wish }> {
  const { to, amount, reference, category } = order
  const wishes: Array<{ due: Day; wish: Wish }> = []
  for (let i = 0; instant(dueDay(order, i), minutes) <= now; i++) {
    const due = dueDay(order, i)
    const wish: Wish = {
      at: instant(due, minutes),
      kind: 'standing_order',
      account: 'current',
      amount: -amount,
      party: to,
      reference,
      category,
      optional: false,
    }
    wishes.push({ due, wish })
  }
  return wishes
}
