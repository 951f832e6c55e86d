/** One field of a form: what it may hold, and the text its user sees of it (docs/protocol.md 9.1). */
import type { Json } from '@holdfast/core'
import { parseName, showName } from './approval-name.ts'
import { legible } from './approval-text.ts'
import { parseIban, showIban } from './iban.ts'
import { type Money, minorDigits, readMoney, showMoney } from './money.ts'

type Field = {
  readonly name: string
  /** For people; in the language of the service. */
  readonly label: string
  /** Declared, and told nobody: for ids that mean nothing to a user. Never for money, names, accounts or free text. */
  readonly unshown?: true
  readonly optional?: true
}

export type ApprovalField = Field &
  (
    | { readonly type: 'money'; readonly currencies: readonly string[] }
    /** Of a person or firm: one script, nothing invisible. */
    | { readonly type: 'name' }
    /** ISO 13616, checksum included. */
    | { readonly type: 'iban' }
    /** Free text of at most `most` characters. */
    | { readonly type: 'text'; readonly most: number }
    /** `[A-Za-z0-9_-]{1,128}` */
    | { readonly type: 'id' }
    /** `2026-02-28`, and shown so. */
    | { readonly type: 'date' }
    | { readonly type: 'choice'; readonly choices: Readonly<Record<string, string>> }
  )

/** Several at once: each of them is shown, and their number and total before them. */
export type ApprovalRows = Field & {
  readonly type: 'rows'
  readonly most: number
  readonly fields: readonly ApprovalField[]
  /** The money field that is added up. */
  readonly total: string
  /** Labels of number and total; absent: in English, with the label of the rows. */
  readonly countLabel?: string
  readonly totalLabel?: string
}

export function rowLabels({ label, countLabel, totalLabel }: ApprovalRows): { count: string; total: string } {
  const within = label.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())
  return { count: countLabel ?? `Number of ${within}`, total: totalLabel ?? `Total of ${within}` }
}

/** `money`, `account`: what it is beside text, for the two types that move something. */
export type FieldValue = { readonly shown: string; readonly money?: Money; readonly account?: string }

/** Of titles and labels, in characters. */
export const longestLabel = 64
const longestText = 500

function readText(value: Json): string {
  if (typeof value !== 'string') throw new TypeError('not text')
  return value
}

/** The one form of ISO 8601 that reads the same everywhere, of a day that is. */
function readDate(text: string): string {
  const time = /^[12]\d{3}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text)
    throw new TypeError('not a date')
  return text
}

/** Throws TypeError, which never repeats the value. */
export function readValue(field: ApprovalField, value: Json): FieldValue {
  if (field.type === 'money') {
    const money = readMoney(value)
    if (!field.currencies.includes(money.currency)) throw new TypeError('not a currency of this field')
    return { shown: showMoney(money), money }
  }
  const text = readText(value)
  switch (field.type) {
    case 'name':
      return { shown: showName(parseName(text)) }
    case 'iban':
      return { shown: showIban(parseIban(text)), account: text }
    case 'text':
      return { shown: legible(text, field.most) }
    case 'date':
      return { shown: readDate(text) }
    case 'id':
      if (!/^[A-Za-z0-9_-]{1,128}$/.test(text)) throw new TypeError('not an id')
      return { shown: text }
    case 'choice':
      if (!Object.hasOwn(field.choices, text)) throw new TypeError('not a choice')
      return { shown: field.choices[text] as string }
    default:
      throw new TypeError('of a type nobody knows')
  }
}

function checkChoices(choices: Readonly<Record<string, string>>): void {
  const labels = Object.values(choices).map((label) => legible(label, longestLabel).toLowerCase())
  if (labels.length === 0) throw new TypeError('no choices')
  if (new Set(labels).size < labels.length) throw new TypeError('two choices that read alike')
}

/** Throws TypeError for a field that could not be shown, or that hides what it must show. */
export function checkField(field: ApprovalField): void {
  if (field.unshown === true && !['id', 'date', 'choice'].includes(field.type))
    throw new TypeError('only an id, a date or a choice may be unshown')
  switch (field.type) {
    case 'money':
      if (field.currencies.length === 0) throw new TypeError('no currencies')
      field.currencies.forEach(minorDigits)
      return
    case 'text':
      if (!Number.isInteger(field.most) || field.most < 1 || field.most > longestText)
        throw new TypeError(`most is not a whole number from 1 to ${longestText}`)
      return
    case 'choice':
      checkChoices(field.choices)
      return
    case 'name':
    case 'iban':
    case 'id':
    case 'date':
      return
    default:
      throw new TypeError('of a type nobody knows')
  }
}
