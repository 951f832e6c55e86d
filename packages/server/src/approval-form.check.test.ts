import { describe, expect, it } from 'vitest'
import { type ApprovalField, type ApprovalForm, type ApprovalRows, checkForm } from './approval-form.ts'

const amount: ApprovalField = { name: 'amount', label: 'Amount', type: 'money', currencies: ['EUR'] }
const payee: ApprovalField = { name: 'iban', label: 'Account', type: 'iban' }
const id: ApprovalField = { name: 'from', label: 'From', type: 'id', unshown: true }
const rows: ApprovalRows = {
  name: 'payments',
  label: 'Payments',
  type: 'rows',
  most: 50,
  total: 'amount',
  fields: [amount, payee, id],
}
const one: ApprovalForm = {
  title: 'Confirm the transfer',
  acr: 'presence',
  fields: [amount, payee, id],
  transfer: { amount: 'amount', payee: 'iban' },
}
const several: ApprovalForm = {
  ...one,
  fields: [rows],
  transfer: { rows: 'payments', amount: 'amount', payee: 'iban' },
}

const withField = (field: object): ApprovalForm => ({
  ...one,
  fields: [...one.fields, field as ApprovalField],
})
const withRows = (change: object): ApprovalForm => ({ ...several, fields: [{ ...rows, ...change }] })

describe('checkForm', () => {
  it.each<[string, ApprovalForm]>([
    ['of one payment', one],
    ['of several', several],
    [
      'without money',
      {
        title: 'New address',
        acr: 'passcode',
        fields: [{ name: 'city', label: 'City', type: 'text', most: 35 }],
      },
    ],
    [
      'in another language',
      { ...one, title: 'Überweisung bestätigen', fields: [{ ...amount, label: 'Betrag' }, payee] },
    ],
    [
      'of several currencies, without a transfer',
      { title: 'Limit', acr: 'passcode', fields: [{ ...amount, currencies: ['EUR', 'JPY'] }] },
    ],
    [
      'with rows that may be missing, without a transfer',
      { title: 'Order', acr: 'passcode', fields: [payee, { ...rows, optional: true }] },
    ],
    [
      'with a choice',
      withField({ name: 'speed', label: 'Speed', type: 'choice', choices: { a: 'Slow', b: 'Fast' } }),
    ],
    ['with a date that is not shown', withField({ name: 'on', label: 'On', type: 'date', unshown: true })],
  ])('takes one %s', (_, form) => {
    expect(() => checkForm(form)).not.toThrow()
  })

  it.each<[string, string, ApprovalForm]>([
    [
      'money that is not shown',
      'fee: only an id, a date or a choice',
      withField({ ...amount, name: 'fee', label: 'Fee', unshown: true }),
    ],
    [
      'a name that is not shown',
      'to: only an id, a date or a choice',
      withField({ name: 'to', label: 'To', type: 'name', unshown: true }),
    ],
    [
      'an account that is not shown',
      'iban: only an id, a date or a choice',
      { ...one, fields: [amount, { ...payee, unshown: true }] },
    ],
    [
      'text that is not shown',
      'note: only an id, a date or a choice',
      withField({ name: 'note', label: 'Note', type: 'text', most: 9, unshown: true }),
    ],
    ['rows that are not shown', 'payments: rows may not', withRows({ unshown: true })],
    [
      'money in rows that is not shown',
      'amount: only an id, a date or a choice',
      withRows({ fields: [{ ...amount, unshown: true }, payee] }),
    ],
    ['nothing that is shown', 'fields:', { title: 'x', acr: 'presence', fields: [id] }],
    ['no fields', 'fields:', { title: 'x', acr: 'presence', fields: [] }],
    ['a name twice', 'two names', withField({ name: 'amount', label: 'Again', type: 'id' })],
    ['a name twice but for case', 'two names', withField({ name: 'IBAN', label: 'Again', type: 'id' })],
    ['a name twice in rows', 'two names', withRows({ fields: [amount, payee, { ...id, name: 'iban' }] })],
    ['a label twice', 'two labels', withField({ name: 'other', label: 'account', type: 'id' })],
    [
      'a label that is the total of rows',
      'two labels',
      {
        ...several,
        fields: [
          { ...rows, totalLabel: 'Sum' },
          { ...id, label: 'Sum' },
        ],
      },
    ],
    ['a name with a point', 'a.b: not a name', withField({ name: 'a.b', label: 'Other', type: 'id' })],
    ['a name that is not ASCII', 'not a name', withField({ name: 'bel\u00f8p', label: 'Other', type: 'id' })],
    ['the name __proto__', 'not a name', withField({ name: '__proto__', label: 'Other', type: 'id' })],
    ['an override in its title', 'title:', { ...one, title: 'Pay\u202e' }],
    ['no title', 'title:', { ...one, title: '' }],
    ['a title of 65 characters', 'title:', { ...one, title: 'x'.repeat(65) }],
    [
      'a zero-width space in a label',
      'other:',
      withField({ name: 'other', label: 'Am\u200bount', type: 'id' }),
    ],
    ['an override in the label of a total', 'payments:', withRows({ totalLabel: 'Sum\u202e' })],
    [
      'an override in a choice',
      'speed:',
      withField({ name: 'speed', label: 'Speed', type: 'choice', choices: { a: '\u202eSlow' } }),
    ],
    [
      'two choices that read alike',
      'speed:',
      withField({ name: 'speed', label: 'Speed', type: 'choice', choices: { a: 'Fast', b: 'fast' } }),
    ],
    ['no choices', 'speed:', withField({ name: 'speed', label: 'Speed', type: 'choice', choices: {} })],
    ['an unknown currency', 'amount:', { ...one, fields: [{ ...amount, currencies: ['EURO'] }, payee] }],
    ['no currency', 'amount:', { ...one, fields: [{ ...amount, currencies: [] }, payee] }],
    ['text without end', 'note:', withField({ name: 'note', label: 'Note', type: 'text', most: 501 })],
    ['text of no length', 'note:', withField({ name: 'note', label: 'Note', type: 'text', most: 0 })],
    ['a type nobody knows', 'other:', withField({ name: 'other', label: 'Other', type: 'number' })],
    [
      'rows in rows',
      'payments: inner:',
      withRows({ fields: [amount, payee, { ...rows, name: 'inner', label: 'Inner' }] }),
    ],
    ['101 rows', 'payments: most', withRows({ most: 101 })],
    ['no rows', 'payments: most', withRows({ most: 0 })],
    [
      'more lines than anybody reads',
      'fields: not of',
      withRows({
        most: 100,
        fields: ['amount', 'b', 'c', 'd', 'e'].map((name) => ({
          name,
          label: name,
          type: 'money',
          currencies: ['EUR'],
        })),
      }),
    ],
    ['a total of nothing', 'payments: total', withRows({ total: 'fee' })],
    ['a total of accounts', 'payments: total', withRows({ total: 'iban' })],
    [
      'a total of what may be missing',
      'payments: total',
      withRows({ fields: [{ ...amount, optional: true }, payee] }),
    ],
    [
      'a transfer without its amount',
      'transfer: amount',
      { ...one, transfer: { amount: 'sum', payee: 'iban' } },
    ],
    ['a transfer of no money', 'transfer: amount', { ...one, transfer: { amount: 'from', payee: 'iban' } }],
    [
      'a transfer of money that may be missing',
      'transfer: amount',
      { ...one, fields: [{ ...amount, optional: true }, payee] },
    ],
    [
      'a transfer in two currencies',
      'transfer: amount',
      { ...one, fields: [{ ...amount, currencies: ['EUR', 'CHF'] }, payee] },
    ],
    [
      'a transfer to no account',
      'transfer: payee',
      { ...one, transfer: { amount: 'amount', payee: 'from' } },
    ],
    [
      'a transfer to an account that may be missing',
      'transfer: payee',
      { ...one, fields: [amount, { ...payee, optional: true }] },
    ],
    [
      'a transfer of no rows',
      'transfer: rows',
      { ...one, transfer: { rows: 'payments', amount: 'amount', payee: 'iban' } },
    ],
    [
      'a transfer of rows that may be missing',
      'transfer: rows',
      { ...several, fields: [payee, { ...rows, optional: true }] },
    ],
    [
      'a transfer in rows, named as if it were none',
      'transfer: amount',
      { ...several, transfer: { amount: 'amount', payee: 'iban' } },
    ],
    [
      'a total of other money than is moved',
      'transfer: the total',
      withRows({ fields: [amount, payee, { ...amount, name: 'fee', label: 'Fee' }], total: 'fee' }),
    ],
    ['an acr no user proves', 'acr', { ...one, acr: 'device' as 'presence' }],
  ])('refuses one with %s', (_, message, form) => {
    expect(() => checkForm(form)).toThrow(TypeError)
    expect(() => checkForm(form)).toThrow(message)
  })
})
