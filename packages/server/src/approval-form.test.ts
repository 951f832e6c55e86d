import { canonicalJson, type ErrorCode, fromUtf8, HoldfastError, type Json, utf8 } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { type ApprovalForm, checkForm, type FilledForm, readForm } from './approval-form.ts'

const iban = 'DE89370400440532013000'
const other = 'NL91ABNA0417164300'
const transfer: ApprovalForm = {
  title: 'Confirm the transfer',
  acr: 'presence',
  fields: [
    { name: 'amount', label: 'Amount', type: 'money', currencies: ['EUR'] },
    { name: 'name', label: 'To', type: 'name' },
    { name: 'iban', label: 'Account', type: 'iban' },
    { name: 'reference', label: 'Reference', type: 'text', most: 140, optional: true },
    { name: 'on', label: 'On', type: 'date', optional: true },
    { name: 'speed', label: 'Speed', type: 'choice', choices: { sct: 'Tomorrow', inst: 'In ten seconds' } },
    { name: 'from', label: 'From', type: 'id', unshown: true },
  ],
  transfer: { amount: 'amount', payee: 'iban' },
}
const filled = {
  amount: { currency: 'EUR', value: '1234.50' },
  name: 'Zoë Müller',
  iban,
  speed: 'inst',
  from: 'acc_7',
}
const batch: ApprovalForm = {
  title: 'Pay salaries',
  acr: 'passcode',
  fields: [
    { name: 'on', label: 'On', type: 'date' },
    {
      name: 'payments',
      label: 'Payments',
      type: 'rows',
      most: 3,
      total: 'amount',
      fields: [
        { name: 'amount', label: 'Amount', type: 'money', currencies: ['EUR'] },
        { name: 'name', label: 'To', type: 'name' },
        { name: 'iban', label: 'Account', type: 'iban' },
      ],
    },
  ],
  transfer: { rows: 'payments', amount: 'amount', payee: 'iban' },
}
const row = (value: string, name = 'Anna', account = iban): Json => ({
  amount: { currency: 'EUR', value },
  name,
  iban: account,
})

function read(form: ApprovalForm, body: unknown): FilledForm {
  return readForm(form, utf8(typeof body === 'string' ? body : JSON.stringify(body)))
}
function codeOf(act: () => unknown): ErrorCode | 'ok' {
  try {
    act()
    return 'ok'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}
const refusal = (form: ApprovalForm, body: unknown): ErrorCode | 'ok' => codeOf(() => read(form, body))

describe('a body of one payment', () => {
  it('gives a line for each shown field, in the order of the form', () => {
    expect(read(transfer, filled)).toEqual({
      body: utf8(canonicalJson(filled)),
      title: 'Confirm the transfer',
      lines: [
        { name: 'amount', label: 'Amount', value: "EUR 1'234.50" },
        { name: 'name', label: 'To', value: 'Zoë Müller' },
        { name: 'iban', label: 'Account', value: 'DE89 3704 0044 0532 0130 00' },
        { name: 'speed', label: 'Speed', value: 'In ten seconds' },
      ],
      payments: [{ account: iban, currency: 'EUR', amountMinor: 123_450n }],
    })
  })

  it('shows what is optional where it is there', () => {
    const { lines } = read(transfer, { ...filled, on: '2028-02-29', reference: 'Rent, March' })
    expect(lines.slice(3)).toEqual([
      { name: 'reference', label: 'Reference', value: 'Rent, March' },
      { name: 'on', label: 'On', value: '2028-02-29' },
      { name: 'speed', label: 'Speed', value: 'In ten seconds' },
    ])
  })

  it('has one canonical text, whatever the sender wrote', () => {
    const text = ` { "from":"acc_7","speed" : "inst", "iban":"${iban}", "name":"Zo\\u00eb M\\u00fcller",
      "amount":{"value":"1234.50", "currency":"EUR"} }`
    const one = read(transfer, text)
    expect(one).toEqual(read(transfer, filled))
    expect(fromUtf8(one.body)).toBe(
      `{"amount":{"currency":"EUR","value":"1234.50"},"from":"acc_7","iban":"${iban}","name":"Zoë Müller","speed":"inst"}`,
    )
    expect(readForm(transfer, one.body)).toEqual(one)
  })

  it('names the script of a name that could be Latin', () => {
    expect(read(transfer, { ...filled, name: 'Сара' }).lines[1]?.value).toBe('Сара [Cyrillic]')
  })

  it.each([
    ['no JSON', 'amount=1'],
    ['nothing', ''],
    ['a list', [filled]],
    ['text', '"amount"'],
    ['null', 'null'],
    ['a byte order mark', `\ufeff${JSON.stringify(filled)}`],
    ['a member nobody declared', { ...filled, fee: '1' }],
    ['a member of objects', { ...filled, constructor: 'x' }],
    ['a name in another case', { ...filled, Amount: filled.amount }],
    ['a missing field', { ...filled, name: undefined }],
    ['null for what is optional', { ...filled, reference: null }],
    ['an empty text for what is optional', { ...filled, reference: '' }],
    ['an amount twice', `{"amount":{"currency":"EUR","value":"1.00"},${JSON.stringify(filled).slice(1)}`],
    [
      'an amount twice, by an escape',
      `{"\\u0061mount":{"currency":"EUR","value":"1.00"},${JSON.stringify(filled).slice(1)}`,
    ],
    ['a number as amount', { ...filled, amount: 1234.5 }],
    ['a whole number as amount', { ...filled, amount: 1234 }],
    ['a list as text', { ...filled, name: ['Zoë'] }],
    ['an object as text', { ...filled, iban: { iban } }],
    ['a choice nobody offers', { ...filled, speed: 'now' }],
    ['a choice that objects inherit', { ...filled, speed: 'toString' }],
    ['an id of another form', { ...filled, from: '../7' }],
    ['a day that is none', { ...filled, on: '2027-02-29' }],
    ['a month that is none', { ...filled, on: '2027-13-01' }],
    ['a date of another form', { ...filled, on: '01/02/2027' }],
    ['a date with a time', { ...filled, on: '2027-02-01T00:00:00Z' }],
    ['a date in other digits', { ...filled, on: '\u0662\u0660\u0662\u0667-02-01' }],
  ])('is refused with %s', (_, body) => {
    expect(refusal(transfer, body)).toBe('approval_body_refused')
  })

  it('is refused when it is no UTF-8', () => {
    const bytes = utf8(JSON.stringify(filled))
    bytes[bytes.indexOf(0xc3)] = 0xff
    expect(codeOf(() => readForm(transfer, bytes))).toBe('approval_body_refused')
  })

  it('says what is wrong, but never what was sent', () => {
    const caught = (() => {
      try {
        return read(transfer, { ...filled, reference: 'Secret\u202e' })
      } catch (error) {
        return error as HoldfastError
      }
    })() as HoldfastError
    expect(caught.cause).toBeInstanceOf(TypeError)
    expect(`${caught.message} ${(caught.cause as TypeError).message}`).not.toContain('Secret')
  })
})

describe('what is shown differs from what is signed (attack 74)', () => {
  const amount = (value: string, currency = 'EUR') => ({ ...filled, amount: { currency, value } })
  it.each([
    ['an exponent', amount('1e3')],
    ['an exponent with a fraction', amount('1.00e3')],
    ['leading zeros', amount('0001.00')],
    ['a thousands mark', amount('1.000')],
    ['a comma for the point', amount('1,00')],
    ['full-width digits', amount('\uff11.00')],
    ['Arabic digits', amount('\u0661.00')],
    ['a currency the route does not have', amount('1.00', 'USD')],
    ['a currency in small letters', amount('1.00', 'eur')],
    ['a sign for the currency', amount('1.00', '€')],
    ['a Cyrillic letter in the currency', amount('1.00', '\u0415UR')],
    ['an override in the reference', { ...filled, reference: 'ref \u202e00.1 RUE' }],
    ['an isolate in the reference', { ...filled, reference: 'ref \u20661\u2069' }],
    ['a line break in the reference', { ...filled, reference: 'ref\nAmount: EUR 1.00' }],
    ['blanks that push it out of sight', { ...filled, reference: `ref${' '.repeat(100)}x` }],
    ['a reference of 141 characters', { ...filled, reference: 'x'.repeat(141) }],
    ['Devanagari digits in the reference', { ...filled, reference: 'किराया \u0967' }],
    ['a zero-width joiner in the name', { ...filled, name: 'Zoë\u200d Müller' }],
    ['a zero-width space in the name', { ...filled, name: 'Zoë M\u200büller' }],
    ['NFD', { ...filled, name: 'Zoe\u0308 Müller' }],
    ['a homoglyph', { ...filled, name: 'Zo\u0435 Miller' }],
    ['a name of 71 characters', { ...filled, name: 'x'.repeat(71) }],
    ['tag characters in the name', { ...filled, name: 'Zoe\u{e0061}' }],
    ['an IBAN in small letters', { ...filled, iban: iban.toLowerCase() }],
    ['an IBAN with blanks', { ...filled, iban: 'DE89 3704 0044 0532 0130 00' }],
    ['an IBAN with a full-width digit', { ...filled, iban: `DE8937040044053201300\uff10` }],
    ['an IBAN with one digit changed', { ...filled, iban: 'DE89370400440532013001' }],
  ])('%s', (_, body) => {
    expect(refusal(transfer, body)).toBe('approval_body_refused')
  })

  it('two bodies never show the same lines', () => {
    const bodies = [
      filled,
      amount('12345.00'),
      amount('123.45'),
      { ...filled, name: 'Zoe Müller' },
      { ...filled, name: 'Capa' },
      { ...filled, name: 'Сара' },
      { ...filled, iban: other },
      { ...filled, speed: 'sct' },
      { ...filled, on: '2027-02-01' },
      { ...filled, reference: 'Zoë Müller' },
    ]
    const shown = bodies.map((body) => JSON.stringify(read(transfer, body).lines))
    expect(new Set(shown).size).toBe(bodies.length)
  })
})

describe('amounts that are none (attack 79)', () => {
  it.each([
    ['below zero', '-1.00'],
    ['zero', '0.00'],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['more than twelve digits', '1000000000000.00'],
    ['2^63', '9223372036854775808.00'],
    ['minor digits of another currency', '1.000'],
    ['no minor digits', '1'],
  ])('%s', (_, value) => {
    expect(refusal(transfer, { ...filled, amount: { currency: 'EUR', value } })).toBe('approval_body_refused')
    expect(refusal(batch, { on: '2027-01-31', payments: [row('1.00'), row(value)] })).toBe(
      'approval_body_refused',
    )
  })
})

describe('a body of several payments', () => {
  const payments = [row('0.10'), row('0.20', 'Bob', other), row('999999999999.99', 'Cy')]
  const body = { on: '2027-01-31', payments }

  it('shows number and total, then every one of them', () => {
    const { lines, payments: moved } = read(batch, body)
    expect(lines.map(({ name, label, value }) => [name, label, value])).toEqual([
      ['on', 'On', '2027-01-31'],
      ['payments.count', 'Number of payments', '3'],
      ['payments.total', 'Total of payments', "EUR 1'000'000'000'000.29"],
      ['payments.1.amount', '1 · Amount', 'EUR 0.10'],
      ['payments.1.name', '1 · To', 'Anna'],
      ['payments.1.iban', '1 · Account', 'DE89 3704 0044 0532 0130 00'],
      ['payments.2.amount', '2 · Amount', 'EUR 0.20'],
      ['payments.2.name', '2 · To', 'Bob'],
      ['payments.2.iban', '2 · Account', 'NL91 ABNA 0417 1643 00'],
      ['payments.3.amount', '3 · Amount', "EUR 999'999'999'999.99"],
      ['payments.3.name', '3 · To', 'Cy'],
      ['payments.3.iban', '3 · Account', 'DE89 3704 0044 0532 0130 00'],
    ])
    expect(moved).toEqual([
      { account: iban, currency: 'EUR', amountMinor: 10n },
      { account: other, currency: 'EUR', amountMinor: 20n },
      { account: iban, currency: 'EUR', amountMinor: 99_999_999_999_999n },
    ])
  })

  it('changes with each payee, and with their order', () => {
    const changed = [
      payments,
      payments.toReversed(),
      payments.slice(1),
      [payments[0], row('0.20', 'Bob'), payments[2]],
      [row('0.20'), row('0.10', 'Bob', other), payments[2]],
    ]
    const shown = changed.map((rows) => JSON.stringify(read(batch, { ...body, payments: rows }).lines))
    expect(new Set(shown).size).toBe(changed.length)
  })

  it.each([
    ['no rows', []],
    ['more rows than the form has', [row('1.00'), row('1.00'), row('1.00'), row('1.00')]],
    ['one payment that is no list', row('1.00')],
    ['a row that is no object', ['1.00']],
    ['a row in a row', [[row('1.00')]]],
    ['null among them', [row('1.00'), null]],
    ['a row with a member more', [{ ...(row('1.00') as object), fee: '1' }]],
    ['a row without an account', [{ amount: { currency: 'EUR', value: '1.00' }, name: 'Anna' }]],
  ])('is refused with %s', (_, rows) => {
    expect(refusal(batch, { ...body, payments: rows })).toBe('approval_body_refused')
  })

  it('takes labels of number and total in the language of the service, and rows of one currency alone', () => {
    const money = { name: 'amount', label: 'Betrag', type: 'money', currencies: ['EUR', 'CHF'] } as const
    const rows = { name: 'rows', label: 'Posten', type: 'rows', most: 2, total: 'amount' } as const
    const form: ApprovalForm = {
      title: 'Auszahlung',
      acr: 'presence',
      fields: [{ ...rows, fields: [money], countLabel: 'Anzahl', totalLabel: 'Summe' }],
    }
    checkForm(form)
    const of = (...currencies: string[]) => ({
      rows: currencies.map((currency) => ({ amount: { currency, value: '1.00' } })),
    })
    expect(read(form, of('CHF', 'CHF')).lines.map(({ label, value }) => [label, value])).toEqual([
      ['Anzahl', '2'],
      ['Summe', 'CHF 2.00'],
      ['1 · Betrag', 'CHF 1.00'],
      ['2 · Betrag', 'CHF 1.00'],
    ])
    expect(refusal(form, of('CHF', 'EUR'))).toBe('approval_body_refused')
  })
})
