/** The two customers of the demonstration. Names, addresses and accounts are made up. Amounts in cents. */
import { makeIban } from '../iban.ts'
import type { Party } from '../ledger/booking.ts'
import { type Debit, usualDebits } from './habits.ts'

/** At other banks that do not exist: no German bank code begins with 9. */
const elsewhere = (bank: number, account: number): string =>
  makeIban('DE', `9${String(bank).padStart(7, '0')}${String(account).padStart(10, '0')}`)

export type Trip = {
  /** `MM-DD` */
  readonly from: string
  readonly days: number
  readonly booked: ReadonlyArray<{
    readonly name: string
    readonly amount: number
    readonly daysBefore: number
  }>
  readonly shops: readonly [string, ...string[]]
}

export type Person = {
  readonly user: string
  readonly name: string
  readonly address: string
  readonly seed: bigint
  /** Numbers of the current and of the savings account. */
  readonly numbers: readonly [number, number]
  readonly overdraft: number
  /** Brought along from the bank before. */
  readonly opening: readonly [number, number]
  readonly salary: {
    readonly from: Party
    readonly day: number
    readonly amount: number
    readonly reference: string
  }
  readonly rent: { readonly to: { name: string; iban: string }; readonly amount: number }
  readonly saving: number
  readonly debits: readonly Debit[]
  readonly trips: readonly Trip[]
  readonly payees: ReadonlyArray<{ readonly name: string; readonly iban: string }>
  readonly cards: ReadonlyArray<{ readonly label: string; readonly lastFour: string; readonly years: number }>
}

const brandt = { name: 'Hausverwaltung Brandt', iban: elsewhere(1_020_030, 4_410_200) }
const holt = { name: 'Vermietung Holt', iban: elsewhere(2_040_060, 88_120) }

export const maria: Person = {
  user: 'maria',
  name: 'Maria Lindqvist',
  address: 'Speicherstieg 18\n20991 Nordhaven',
  seed: 20_251n,
  numbers: [4_821_306, 4_821_307],
  overdraft: 100_000,
  opening: [412_385, 650_000],
  salary: {
    from: { name: 'Studio Nordlicht GmbH', iban: elsewhere(1_020_030, 7_700_015) },
    day: 27,
    amount: 341_267,
    reference: 'Salary',
  },
  rent: { to: brandt, amount: 124_000 },
  saving: 60_000,
  debits: [
    ...usualDebits,
    {
      day: 6,
      months: 1,
      amount: 3490,
      by: 'direct_debit',
      name: 'Kraftraum Süd',
      reference: 'Membership',
      category: 'health',
    },
  ],
  trips: [
    {
      from: '07-11',
      days: 9,
      booked: [
        { name: 'Skylark Airways', amount: 21_840, daysBefore: 62 },
        { name: 'Hotel Alpenglut', amount: 68_400, daysBefore: 40 },
      ],
      shops: ['Berghütte Enzian', 'Seilbahn Hochkar', 'Dorfladen Almruh', 'Gasthof Lärche'],
    },
    {
      from: '03-20',
      days: 3,
      booked: [{ name: 'Pension Strandhafer', amount: 24_600, daysBefore: 21 }],
      shops: ['Fischbude Möwe', 'Inselbäckerei Priel', 'Fähre Wattstern'],
    },
  ],
  payees: [
    brandt,
    { name: 'Elin Lindqvist', iban: makeIban('SE', '99800000005839825746') },
    { name: 'Zahnarztpraxis Dr. Wessel', iban: elsewhere(3_010_010, 551_020) },
  ],
  cards: [
    { label: 'Everyday card', lastFour: '4821', years: 3 },
    { label: 'Travel card', lastFour: '0937', years: 2 },
  ],
}

export const jonas: Person = {
  user: 'jonas',
  name: 'Jonas Keller',
  address: 'Reepschlägergasse 5\n20993 Nordhaven',
  seed: 41_997n,
  numbers: [5_190_448, 5_190_449],
  overdraft: 0,
  opening: [318_520, 210_000],
  salary: {
    from: { name: 'Werft Seeadler GmbH', iban: elsewhere(2_040_060, 10_093) },
    day: 28,
    amount: 287_420,
    reference: 'Wages',
  },
  rent: { to: holt, amount: 96_500 },
  saving: 30_000,
  debits: usualDebits,
  trips: [
    {
      from: '09-05',
      days: 7,
      booked: [{ name: 'Camping Dünenblick', amount: 31_900, daysBefore: 30 }],
      shops: ['Strandkiosk Anker', 'Surfverleih Brise', 'Räucherei Kutter'],
    },
  ],
  payees: [holt, { name: 'Segelverein Haven', iban: elsewhere(3_010_010, 20_411) }],
  cards: [{ label: 'Everyday card', lastFour: '7164', years: 3 }],
}
