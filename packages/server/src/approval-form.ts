/** What a route may be asked for, field by field, and how it is shown (docs/protocol.md 9.1). A bank writes it; nothing else gets through. */
import {
  type Acr,
  type ApprovalLine,
  canonicalJson,
  fromUtf8,
  HoldfastError,
  parseIJson,
  utf8,
} from '@holdfast/core'
import {
  type ApprovalField,
  type ApprovalRows,
  checkField,
  longestLabel,
  rowLabels,
} from './approval-field.ts'
import { type Filled, readObject } from './approval-lines.ts'
import { legible } from './approval-text.ts'

export type { ApprovalField, ApprovalRows } from './approval-field.ts'

export type ApprovalForm = {
  readonly title: string
  /** The least evidence. */
  readonly acr: Exclude<Acr, 'device'>
  readonly fields: ReadonlyArray<ApprovalField | ApprovalRows>
  /** Where the money is, for the policy of transfers: names of fields, in `rows` where that is given. */
  readonly transfer?: {
    readonly rows?: string
    readonly amount: string
    readonly payee: string
  }
}

/** One payment as the policy of transfers sees it. */
export type Payment = { readonly account: string; readonly currency: string; readonly amountMinor: bigint }

/** A body that was read: only {@link readForm} makes one. */
export type FilledForm = {
  /** What the backend gets, and what was digested: canonical JSON. */
  readonly body: Uint8Array
  readonly title: string
  readonly lines: readonly ApprovalLine[]
  readonly payments: readonly Payment[]
}

/** Nobody reads more, and a refusal that shows them has to fit into one answer. */
const mostRows = 100
const mostLines = 400

/** Says of which part a TypeError speaks. */
function within<Result>(part: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new TypeError(`${part}: ${error.message}`, { cause: error })
  }
}

function checkUnique(texts: readonly string[], what: string): void {
  if (new Set(texts.map((text) => text.toLowerCase())).size < texts.length)
    throw new TypeError(`two ${what} that are the same, or the same but for case`)
}

/** Names and labels of one list of fields. */
function checkList(fields: ApprovalForm['fields']): void {
  for (const { name, label } of fields)
    within(name, () => {
      if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name)) throw new TypeError('not a name')
      legible(label, longestLabel)
    })
  checkUnique(
    fields.map(({ name }) => name),
    'names',
  )
  checkUnique(
    fields.flatMap((field) =>
      field.type === 'rows' ? [field.label, ...Object.values(rowLabels(field))] : [field.label],
    ),
    'labels',
  )
}

function checkRows(field: ApprovalRows): void {
  if (field.unshown === true) throw new TypeError('rows may not be unshown')
  if (!Number.isInteger(field.most) || field.most < 1 || field.most > mostRows)
    throw new TypeError(`most is not a whole number from 1 to ${mostRows}`)
  Object.values(rowLabels(field)).forEach((label) => legible(label, longestLabel))
  checkList(field.fields)
  for (const inner of field.fields) within(inner.name, () => checkField(inner))
  const total = field.fields.find(({ name }) => name === field.total)
  if (total?.type !== 'money' || total.optional === true)
    throw new TypeError('total names no money field that is always there')
}

/** Lines of a body that has as much as it may. */
function linesOf(fields: ApprovalForm['fields']): number {
  const counts = fields.map((field) => {
    if (field.type === 'rows') return 2 + field.most * linesOf(field.fields)
    return field.unshown === true ? 0 : 1
  })
  return counts.reduce((sum, count) => sum + count, 0)
}

/** The policy of transfers judges what these two say: both there in every body, in the one currency it adds up. */
function checkTransfer({ fields, transfer }: ApprovalForm): void {
  if (transfer === undefined) return
  const rows = fields.find(({ name }) => name === transfer.rows)
  if (transfer.rows !== undefined && (rows?.type !== 'rows' || rows.optional === true))
    throw new TypeError('rows names no rows that are always there')
  const list = rows?.type === 'rows' ? rows.fields : fields
  const amount = list.find(({ name }) => name === transfer.amount)
  const payee = list.find(({ name }) => name === transfer.payee)
  if (amount?.type !== 'money' || amount.optional === true || amount.currencies.length !== 1)
    throw new TypeError('amount names no money field of one currency that is always there')
  if (payee?.type !== 'iban' || payee.optional === true)
    throw new TypeError('payee names no IBAN that is always there')
  if (rows?.type === 'rows' && rows.total !== transfer.amount)
    throw new TypeError('the total that is shown is not of the amounts that are moved')
}

/**
 * Refuses with TypeError, naming the field, a form that could hide or confuse something: money, names, accounts or rows that are not
 * shown, names or labels alike but for case, text that is not legible, rows in rows, a total or transfer of fields that may be missing or
 * are of another type, more than one currency where a transfer is mapped, more lines than anybody reads.
 */
export function checkForm(form: ApprovalForm): void {
  within('title', () => legible(form.title, longestLabel))
  if (!['presence', 'passcode'].includes(form.acr))
    throw new TypeError('acr is neither presence nor passcode')
  checkList(form.fields)
  for (const field of form.fields)
    within(field.name, () => (field.type === 'rows' ? checkRows(field) : checkField(field)))
  const lines = linesOf(form.fields)
  if (lines < 1 || lines > mostLines) throw new TypeError(`fields: not of 1 to ${mostLines} lines`)
  within('transfer', () => checkTransfer(form))
}

/** True for a form that says how much and to which account, and not which of it the rules of transfers in `currency` are to judge. */
export function isUnjudged({ fields, transfer }: ApprovalForm, currency: string): boolean {
  const all = fields.flatMap((field) => (field.type === 'rows' ? field.fields : [field]))
  const hasMoney = all.some((field) => field.type === 'money' && field.currencies.includes(currency))
  return transfer === undefined && hasMoney && all.some(({ type }) => type === 'iban')
}

function paymentsOf({ transfer }: ApprovalForm, filled: Filled): Payment[] {
  if (transfer === undefined) return []
  const parts = transfer.rows === undefined ? [filled] : (filled.rows.get(transfer.rows) ?? [])
  return parts.map(({ values }) => {
    const money = values.get(transfer.amount)?.money
    const account = values.get(transfer.payee)?.account
    if (money === undefined || account === undefined)
      throw new TypeError('a transfer without amount or payee')
    return { account, currency: money.currency, amountMinor: money.minor }
  })
}

/** By a form that passed {@link checkForm}. Throws `approval_body_refused`; its cause names what is wrong and repeats no value. */
export function readForm(form: ApprovalForm, body: Uint8Array): FilledForm {
  try {
    const value = parseIJson(fromUtf8(body))
    const filled = readObject(form.fields, value)
    return {
      body: utf8(canonicalJson(value)),
      title: form.title,
      lines: filled.lines,
      payments: paymentsOf(form, filled),
    }
  } catch (cause) {
    if (cause instanceof HoldfastError || !(cause instanceof TypeError)) throw cause
    throw new HoldfastError('approval_body_refused', { cause })
  }
}
