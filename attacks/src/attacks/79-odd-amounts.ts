/** What a form takes for an amount: less than nothing, nothing, no number, more than there is, and units that are read in two ways. */
import type { Attack, Outcome } from '../attack.ts'
import { newCustomer, orderOf, paymentOf, refusedForms } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Target } from '../target.ts'

const amounts: readonly unknown[] = [
  ['-25.00', '-0.01', '0.00', '-0.00', '+25.00', '0', '', ' 25.00', '25.00 '],
  ['NaN', 'Infinity', '1e3', '1E3', '2.5e1', '1e-2', '0x19.00', '025.00', '00.50', '.50', '25.', '25,00'],
  ['25', '25.0', '25.000', '1,000.00', '1.000,00', "1'000.00", '1 000.00'],
  // Digits and points of other scripts.
  ['\uff12\uff15.00', '\u0662\u0665.00', '25\uff0e00'],
  ['1000000000000.00', '99999999999999999999.00', `1${'0'.repeat(400)}.00`, '9007199254740993.00'],
  [25, 25.5, -25, null, true, ['25.00'], { value: '25.00' }],
].flat()
const moneys: readonly unknown[] = [
  ...amounts.map((value) => ({ currency: 'EUR', value })),
  ...['USD', 'eur', 'EUR ', '\u20ac', '\u0415UR', '', null].map((currency) => ({ currency, value: '25.00' })),
  { currency: 'JPY', value: '25' },
  { currency: 'EUR', value: '25.00', scale: 0 },
  '25.00',
  -25,
]

export const attack: Attack = {
  id: '79-odd-amounts',
  title: 'Pay less than nothing, or more than there is',
  power: 'is a customer with the session key, and writes the request itself',
  gain: 'money from the payee’s account, or an amount the ledger reads otherwise than the user',
  requirement: 'B2',
  section: '9.1',
  expect: 'approval_body_refused',
  weaken: {
    file: 'server/money.js',
    text: "if (!new RegExp(`^(?:0|[1-9]\\\\d{0,11})${fraction}$`).test(text))\n        throw new TypeError('not an amount');",
    instead: '',
  },
  setting: payments,
  async run(target: Target): Promise<Outcome> {
    const { phone } = await newCustomer(target)
    return refusedForms(
      target,
      phone,
      moneys.map((amount) => [JSON.stringify(amount), orderOf({ ...paymentOf('25.00'), amount })]),
    )
  },
}
