/** Everything the app says in English. One file a part of the app; de.ts has the same shape, and the compiler holds it to that. */
import { approval } from './en/approval.ts'
import { cards } from './en/cards.ts'
import { daily } from './en/daily.ts'
import { devices } from './en/devices.ts'
import { documents } from './en/documents.ts'
import { errors } from './en/errors.ts'
import { held } from './en/held.ts'
import { offline } from './en/offline.ts'
import { orders } from './en/orders.ts'
import { payees } from './en/payees.ts'
import { scan } from './en/scan.ts'
import { security } from './en/security.ts'
import { settings } from './en/settings.ts'
import { standing } from './en/standing.ts'
import { start } from './en/start.ts'
import { transfer } from './en/transfer.ts'

export const en = {
  start,
  daily,
  approval,
  standing,
  errors,
  transfer,
  payees,
  held,
  orders,
  cards,
  scan,
  documents,
  devices,
  security,
  settings,
  offline,
} as const

/** The same names, any text. */
type Same<Part> = Part extends string
  ? string
  : Part extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Name in keyof Part]: Same<Part[Name]> }

export type Words = Same<typeof en>
export type WordsOf<Part extends keyof Words> = Words[Part]
