import type { Generated } from 'kysely'
import type { Currency } from '../money.ts'
import type { Day } from '../day.ts'

export const categories = [
  'groceries',
  'housing',
  'transport',
  'eating_out',
  'health',
  'shopping',
  'leisure',
  'utilities',
  'transfers',
  'other',
] as const
export type Category = (typeof categories)[number]

export type TransactionKind =
  | 'transfer'
  | 'card'
  | 'salary'
  | 'direct_debit'
  | 'standing_order'
  | 'interest'
  | 'fee'
export type AccountKind = 'current' | 'savings' | 'internal'

/**
 * The tables as Kysely sees them; columns are snake_case in the database, migrations.ts makes them and says what holds there. Money is
 * bigint in minor units, a day is text, an instant a Date.
 */
export type Database = {
  /** `id`: the user id the gateway names. `address`: lines of a letter. */
  customer: { id: string; name: string; address: string }
  account: AccountTable
  /** One business event. `parts`: how many postings it has, now and for ever. `batch`: events ordered together. */
  transaction: {
    id: string
    kind: TransactionKind
    at: Date
    reference: string
    parts: number
    batch: string | null
  }
  posting: PostingTable
  /** What was answered to an order, kept with it. */
  keptAnswer: {
    customer: string
    key: string
    digest: string
    status: number
    body: string
    at: Date
    /** What proves that the customer approved it (docs/protocol.md 9.6); null where nobody gives evidence. */
    evidence: string | null
    statement: string | null
  }
  payee: { id: string; customer: string; name: string; iban: string; createdAt: Date }
  standingOrder: StandingOrderTable
  /** `transaction` is null where the money was not there. */
  standingOrderRun: { standingOrder: string; due: Day; transaction: string | null; at: Date }
  card: CardTable
  document: DocumentTable
}

export type AccountTable = {
  id: string
  /** Null for the bank's own accounts, and so is `iban`. */
  customer: string | null
  kind: AccountKind
  name: string
  iban: string | null
  currency: Currency
  overdraft: bigint
  openedOn: Day
  /** Kept by the database: the sum and the count of its postings. */
  balance: Generated<bigint>
  entries: Generated<bigint>
}

/** One side of an event in one account. */
export type PostingTable = {
  account: string
  /** Given by the database: 1, 2, 3 … in each account. */
  number: Generated<bigint>
  transaction: string
  currency: Currency
  amount: bigint
  /** Given by the database: of the account, after this. */
  balance: Generated<bigint>
  bookedOn: Day
  counterparty: string
  counterpartyIban: string | null
  category: Category
  /** Counterparty and reference in lower case. */
  search: string
}

export type StandingOrderTable = {
  id: string
  customer: string
  account: string
  name: string
  iban: string
  currency: Currency
  amount: bigint
  reference: string
  category: Category
  every: 'week' | 'month'
  first: Day
  /** How many due days are over. */
  done: number
  next: Day
  createdAt: Date
  endedAt: Date | null
}

export type CardTable = {
  id: string
  customer: string
  account: string
  label: string
  scheme: string
  lastFour: string
  /** `MM/YY` */
  expires: string
  state: 'active' | 'frozen'
  holder: string
  /** cards/pin.ts */
  sealedPin: string
  createdAt: Date
}

/** Issued once and then what it is. `account` is null where it is about all accounts. */
export type DocumentTable = {
  id: string
  customer: string
  account: string | null
  kind: 'statement' | 'tax' | 'contract'
  title: string
  date: Day
  pdf: Uint8Array
}
