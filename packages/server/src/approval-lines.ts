/** From a body to the lines its user sees, in the order of the form (docs/protocol.md 9.1). All that is in the body is in the lines, or declared unshown. */
import type { ApprovalLine, Json } from '@holdfast/core'
import {
  type ApprovalField,
  type ApprovalRows,
  type FieldValue,
  readValue,
  rowLabels,
} from './approval-field.ts'
import { type Money, showMoney } from './money.ts'

type Fields = ReadonlyArray<ApprovalField | ApprovalRows>

/** One object of a body: its lines, and by name its values and the objects in its rows. */
export type Filled = {
  readonly lines: ApprovalLine[]
  readonly values: Map<string, FieldValue>
  readonly rows: Map<string, readonly Filled[]>
}

/** What names and labels of an object's lines begin with: `payments.1.` and `1 · `. */
type Place = { readonly name: string; readonly label: string }

/** A closed schema: every member declared, every field there unless it is optional. */
function membersOf(fields: Fields, value: Json): Readonly<Record<string, Json>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('not an object')
  const members = value as Readonly<Record<string, Json>>
  const names = new Set(fields.map(({ name }) => name))
  if (Object.keys(members).some((name) => !names.has(name))) throw new TypeError('a member nobody declared')
  const missing = fields.find(({ name, optional }) => optional !== true && !Object.hasOwn(members, name))
  if (missing !== undefined) throw new TypeError(`${missing.name} is missing`)
  return members
}

function totalOf(rows: readonly Filled[], field: string): Money {
  const [first, ...others] = rows.map(({ values }) => values.get(field)?.money)
  if (first === undefined) throw new TypeError('no rows, or one without money')
  return others.reduce<Money>((total, money) => {
    if (money?.currency !== total.currency) throw new TypeError('rows of more than one currency')
    return { currency: total.currency, minor: total.minor + money.minor }
  }, first)
}

/** Number and total come first: who does not read every row reads those. */
function readRows(field: ApprovalRows, value: Json, filled: Filled): void {
  if (!Array.isArray(value) || value.length > field.most) throw new TypeError('not rows, or too many')
  const rows = (value as readonly Json[]).map((row, i) =>
    readObject(field.fields, row, { name: `${field.name}.${i + 1}.`, label: `${i + 1} · ` }),
  )
  const total = showMoney(totalOf(rows, field.total))
  const labels = rowLabels(field)
  filled.lines.push({ name: `${field.name}.count`, label: labels.count, value: `${rows.length}` })
  filled.lines.push({ name: `${field.name}.total`, label: labels.total, value: total })
  filled.lines.push(...rows.flatMap(({ lines }) => lines))
  filled.rows.set(field.name, rows)
}

/** Throws TypeError, which never repeats a value. */
export function readObject(fields: Fields, value: Json, place: Place = { name: '', label: '' }): Filled {
  const members = membersOf(fields, value)
  const filled: Filled = { lines: [], values: new Map(), rows: new Map() }
  for (const field of fields) {
    const { name, label } = field
    if (!Object.hasOwn(members, name)) continue
    const member = members[name] as Json
    if (field.type === 'rows') readRows(field, member, filled)
    else {
      const read = readValue(field, member)
      filled.values.set(name, read)
      if (field.unshown !== true)
        filled.lines.push({ name: place.name + name, label: place.label + label, value: read.shown })
    }
  }
  return filled
}
