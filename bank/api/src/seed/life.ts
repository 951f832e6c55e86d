/** A year in somebody's life, as money sees it: what comes, what goes, day by day. */
import { addDays, addMonths, type Day, firstDay, lastDay, monthOf, shiftMonth, weekday } from '../day.ts'
import type { Category, TransactionKind } from '../database/schema.ts'
import type { Party } from '../ledger/booking.ts'
import { type Debit, type Habit, habits } from './habits.ts'
import type { Person, Trip } from './people.ts'
import { type Random, randomFrom } from './random.ts'

/** Something that moves money of the current account, unless the account says otherwise. */
export type Wish = {
  readonly at: Date
  readonly kind: TransactionKind
  readonly account: 'current' | 'savings'
  /** In cents; below zero it leaves. Null for interest, which depends on what is there. */
  readonly amount: number | null
  readonly party: Party
  readonly reference: string
  readonly category: Category
  /** Left out when money is short. */
  readonly optional: boolean
  /** Taken from a machine, not paid in a shop. */
  readonly cash?: boolean
}

export type Span = { readonly first: Day; readonly last: Day }

/** Minutes after midnight in UTC; between 5:00 and 21:59 the day at the bank is the same one. */
export function instant(day: Day, minutes: number): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000)
}

/** All of a person's wishes between two days, in no order. What standing orders do is not among them. */
export function lifeOf(person: Person, { first, last }: Span): Wish[] {
  const random = randomFrom(person.seed)
  const wishes = [
    ...regular(person, { first, last }),
    ...person.trips.flatMap((trip) => away(trip, first, random)),
  ]
  for (let day = first; day <= last; day = addDays(day, 1)) {
    if (!person.trips.some((trip) => isAway(trip, day))) wishes.push(...shopping(day, random))
  }
  return wishes.filter(({ at }) => at >= instant(first, 0) && at < instant(addDays(last, 1), 0))
}

function spent(day: Day, minutes: number, name: string, cents: number, category: Category): Wish {
  return {
    at: instant(day, minutes),
    kind: 'card',
    account: 'current',
    amount: -cents,
    party: { name, iban: null },
    reference: '',
    category,
    optional: true,
  }
}

function regular({ salary, debits }: Person, { first, last }: Span): Wish[] {
  const wishes: Wish[] = []
  for (let month = monthOf(first); month <= monthOf(last); month = shiftMonth(month, 1)) {
    const day = (number: number): Day => `${month}-${String(number).padStart(2, '0')}`
    wishes.push({
      at: instant(day(salary.day), 380),
      kind: 'salary',
      account: 'current',
      amount: salary.amount,
      party: salary.from,
      reference: `${salary.reference} ${month}`,
      category: 'other',
      optional: false,
    })
    for (const debit of debits)
      if (Number(month.slice(5)) % debit.months === 0) wishes.push(collected(debit, day(debit.day)))
    wishes.push(interest(lastDay(month)))
    if (Number(month.slice(5)) % 3 === 0) wishes.push(fee(firstDay(month)))
  }
  return wishes
}

function collected({ name, reference, amount, category, by }: Debit, day: Day): Wish {
  return { ...spent(day, 425, name, amount, category), kind: by, reference, optional: false }
}

const bank = { name: 'Alder Bank', iban: null }

function interest(day: Day): Wish {
  return {
    at: instant(day, 1290),
    kind: 'interest',
    account: 'savings',
    amount: null,
    party: bank,
    reference: 'Interest, 2.00 % a year',
    category: 'other',
    optional: false,
  }
}

function fee(day: Day): Wish {
  const wish = spent(day, 320, bank.name, 450, 'other')
  return { ...wish, kind: 'fee', reference: 'Card fee for the quarter', optional: false }
}

function shopping(day: Day, random: Random): Wish[] {
  const december = day.slice(5, 7) === '12'
  const wishes = habits.flatMap((habit) => {
    const often = december && habit.category === 'shopping' ? 3 : 1
    const inSoMany = habit.onceIn[weekday(day)] ?? 0
    return inSoMany > 0 && random.once(inSoMany / often) ? [visit(habit, day, random)] : []
  })
  if (random.once(21))
    wishes.push({
      ...spent(day, 1020, 'Cash machine Hafenplatz', random.whole(3, 8) * 1000, 'other'),
      cash: true,
    })
  if (random.once(95)) wishes.push(refund(day, random))
  return wishes
}

function visit({ shops, category, hours, least, most, steps }: Habit, day: Day, random: Random): Wish {
  // Two throws: small sums are more frequent than large ones.
  const share = Math.min(random.whole(0, 1000), random.whole(0, 1000)) / 1000
  const cents = least + Math.round(((most - least) * share) / steps) * steps
  return spent(day, random.whole(...hours), random.pick(shops), cents, category)
}

function refund(day: Day, random: Random): Wish {
  const wish = spent(day, 610, 'Fadenlauf Mode', -random.whole(1990, 6990), 'shopping')
  return { ...wish, reference: 'Goods returned', optional: false }
}

function isAway({ from, days }: Trip, day: Day): boolean {
  const left = `${day.slice(0, 4)}-${from}`
  return day >= left && day < addDays(left, days)
}

/** The trip that begins within the year after `first`. */
function away({ from, days, booked, shops }: Trip, first: Day, random: Random): Wish[] {
  const thisYear = `${first.slice(0, 4)}-${from}`
  const start = thisYear < first ? addMonths(thisYear, 12) : thisYear
  const paidBefore = booked.map(({ name, amount, daysBefore }) => ({
    ...spent(addDays(start, -daysBefore), 1170, name, amount, 'leisure'),
    reference: `Booking for ${start}`,
    optional: false,
  }))
  const there = Array.from({ length: days }, (_, i) => addDays(start, i)).flatMap((day) => [
    spent(day, random.whole(480, 700), random.pick(shops), random.whole(78, 240) * 10, 'leisure'),
    spent(day, random.whole(1020, 1240), random.pick(shops), random.whole(150, 480) * 10, 'eating_out'),
  ])
  return [...paidBefore, ...there]
}
