/** What is signed is a row of code points, what the user sees is what a screen makes of them. Texts in which the two differ. */
import type { Attack, Outcome } from '../attack.ts'
import { friend, newCustomer, type Payment, orderOf, paymentOf, refusedForms } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Target } from '../target.ts'

const names: readonly unknown[] = [
  // Order: overrides, isolates, letters of two directions.
  ['Erika \u202eretsuM', '\u2067Erika Muster\u2069', 'Erika \u200fMuster', 'Erika \u05d0\u05d1\u05d0'],
  // Letters of other scripts among Latin ones: Cyrillic, Greek, Cherokee, phonetic.
  ['\u0415rika Muster', 'Erika \u041custer', '\u0395rika Muster', '\u13acrika Muster', 'Erik\u0251 Muster'],
  // Other forms of the letters: full-width, mathematical, ligature, circled.
  ['\uff25rika Muster', '\u{1d404}rika Muster', '\u2130rika Muster', 'Mu\ufb06er', 'Erika Muster\u2460'],
  // What shows as nothing, or as a blank.
  ['Erika\u200bMuster', 'Erika\u200d Muster', 'Erika\u00adMuster', 'Erika\ufe0f', 'Erika\u3164Muster'],
  ['Erika\u00a0Muster', 'Erika  Muster', ' Erika', 'Erika ', 'Erika\u2028Muster', '\ufeffErika Muster'],
  ['Erika\nAmount: EUR 1.00', 'Erika\tMuster', 'Erika\u0000Muster', '\u001b[2KErika', 'Erika\u{e0041}'],
  // Marks that run over their neighbours, and names that push others off the screen.
  ['Eri\u0307ka Muster', 'Er\u0131\u0307ka Muster', 'Erika\u0323\u0323 Muster'],
  ['E\u0301\u0301\u0301\u0301\u0301', '\u0301Erika', 'Cafe\u0301', 'E'.repeat(71), '', ' ', '\ud800'],
  [null, 7, ['Erika Muster'], { name: 'Erika Muster' }],
].flat()
const references: readonly unknown[] = [
  ['to \u202eEUR 1.00', '\u2066Rent\u2069', 'Rent\u200b', 'Rent\r\nAmount: EUR 1.00', '\u200eRent'],
  ['Rent \uff11\uff10', 'Rent \u0661\u0660', 'Rent \u00b2', 'Rent \u0e50', 'R\u0435nt\u202c'],
  ['\u{1f3e6} Rent', 'x'.repeat(141), '', null, 7],
].flat()
const { iban } = friend
const accounts: readonly unknown[] = [
  [iban.toLowerCase(), iban.replace(/.{4}/g, '$& '), iban.replace('89', '88'), iban.slice(0, -1), ''],
  [`${iban}\u200b`, iban.replace('D', '\uff24'), iban.replace('E', '\u0415'), iban.replace(/0$/, 'O')],
].flat()

const odd: ReadonlyArray<Readonly<Partial<Record<keyof Payment, unknown>>>> = [
  ...names.map((name) => ({ name })),
  ...references.map((reference) => ({ reference })),
  ...accounts.map((account) => ({ iban: account })),
]

export const attack: Attack = {
  id: '74a-deceptive-text',
  title: 'Show a payee who is not the one that is paid',
  power: 'is a customer, or sends the victim a payment link: chooses the texts of a payment',
  gain: 'a name or reference that reads as another one on the user’s screen',
  requirement: 'X2',
  section: '9.1',
  expect: 'approval_body_refused',
  weaken: {
    file: 'server/approval-text.js',
    text: 'const fault = faultOf(text, most);',
    instead: 'const fault = null;',
    also: [
      { file: 'server/approval-name.js', text: 'if (!ofNames.test(text))', instead: 'if (false)' },
      { file: 'server/approval-name.js', text: 'if (!isOneWriting(text))', instead: 'if (false)' },
    ],
  },
  setting: payments,
  async run(target: Target): Promise<Outcome> {
    const { phone } = await newCustomer(target)
    return refusedForms(
      target,
      phone,
      odd.map((change) => [JSON.stringify(change), orderOf({ ...paymentOf('25.00'), ...change })]),
    )
  },
}
