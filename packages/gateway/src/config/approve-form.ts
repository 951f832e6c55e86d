/** What a route may be asked for and how its user sees it, as holdfast.yaml writes it (docs/operate.md 3). */
import type { ApprovalField, ApprovalForm, ApprovalRows } from '@holdfast/server'
import * as v from 'valibot'

const text = v.pipe(v.string(), v.nonEmpty('expected some text'), v.maxLength(200, 'expected less text'))
const count = v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(1, 'expected 1 or more'))
const field = {
  name: text,
  label: text,
  unshown: v.exactOptional(v.literal(true)),
  optional: v.exactOptional(v.literal(true)),
}

const fields = [
  v.strictObject({ type: v.literal('money'), ...field, currencies: v.array(text) }),
  v.strictObject({ type: v.literal('name'), ...field }),
  v.strictObject({ type: v.literal('iban'), ...field }),
  v.strictObject({ type: v.literal('text'), ...field, most: count }),
  v.strictObject({ type: v.literal('id'), ...field }),
  v.strictObject({ type: v.literal('date'), ...field }),
  v.strictObject({ type: v.literal('choice'), ...field, choices: v.record(text, text) }),
] as const

const rowField: v.GenericSchema<unknown, ApprovalField> = v.variant('type', fields)
const formField: v.GenericSchema<unknown, ApprovalField | ApprovalRows> = v.variant('type', [
  ...fields,
  v.strictObject({
    type: v.literal('rows'),
    ...field,
    most: count,
    fields: v.array(rowField),
    total: text,
    countLabel: v.exactOptional(text),
    totalLabel: v.exactOptional(text),
  }),
])

export const approveSchema: v.GenericSchema<unknown, ApprovalForm> = v.strictObject({
  title: text,
  acr: v.picklist(['presence', 'passcode']),
  fields: v.array(formField),
  transfer: v.exactOptional(v.strictObject({ rows: v.exactOptional(text), amount: text, payee: text })),
})
