/** What is signed is a row of code points, what the user sees is what a screen makes of them. Texts in which the two differ. */
import type { Attack, Outcome } from '../attack.ts'
import { friend, newCustomer, type Payment, orderOf, paymentOf, refusedForms } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Target } from '../target.ts'

const names: readonly unknown[] = [
  // Order: overrides, isolates, letters of two directions.
  ...['Erika \u202eretsuM', '\u2067Erika Muster\u2069', 'Erika \u200fMuster', 'Erika אבא'],
  // Letters of other scripts among Latin ones, and in other forms.
  ...['Еrika Muster', 'Erika Мuster', 'Εrika Muster', 'Erika Мustег', 'Ꭼrika Muster', 'Erikɑ Muster'],
  ...['Ｅｒｉｋａ Muster', '𝐄rika Muster', 'ℰrika Muster', 'Erika Muﬆer', 'Erika Muster①'],
  // What shows as nothing, or as a blank.
  ...[
    'Erika\u200bMuster',
    'Erika\u200d Muster',
    'Erika\u00adMuster',
    'Erika\ufe0f Muster',
    'Erika\u3164Muster',
  ],
  ...[
    'Erika\u00a0Muster',
    'Erika  Muster',
    ' Erika Muster',
    'Erika Muster ',
    'Erika\u2028Muster',
    '\ufeffErika Muster',
  ],
  ...[
    'Erika Muster\nAmount: EUR 1.00',
    'Erika\tMuster',
    'Erika\u0000Muster',
    '\u001b[2KErika',
    'Erika\u{e0041}Muster',
  ],
  // Marks that run over their neighbours, and names that push others off the screen.
  ...['Erika\u0301\u0301\u0301\u0301\u0301', '\u0301Erika', 'Cafe\u0301', 'E'.repeat(71), '', ' ', '\ud800'],
  ...[null, 7, ['Erika Muster'], { name: 'Erika Muster' }],
]
const references: readonly unknown[] = [
  ...[
    'to \u202eEUR 1.00',
    '\u2066Rent\u2069',
    'Rent\u200b',
    'Rent\r\nAmount: EUR 1.00',
    'Rent １００',
    'Rent ١٠٠',
  ],
  ...['Rent ²', 'Rent \u0e50', '\u200eRent', 'R\u0435nt\u202c', 'x'.repeat(141), '', '🏦 Rent', null, 7],
]
const accounts: readonly unknown[] = [
  ...[
    'de89370400440532013000',
    'DE89 3704 0044 0532 0130 00',
    'DE88370400440532013000',
    'DE8937040044053201300',
  ],
  ...[
    `${friend.iban}\u200b`,
    'ＤＥ89370400440532013000',
    'DЕ89370400440532013000',
    'DE8937040044053201300O',
    '',
  ],
]

const odd: ReadonlyArray<Readonly<Partial<Record<keyof Payment, unknown>>>> = [
  ...names.map((name) => ({ name })),
  ...references.map((reference) => ({ reference })),
  ...accounts.map((iban) => ({ iban })),
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
