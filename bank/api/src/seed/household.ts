import type { Person } from './people.ts'

export type Side = { readonly id: string; readonly iban: string }

/** A person with accounts at the bank. */
export type Household = { readonly person: Person; readonly current: Side; readonly savings: Side }
