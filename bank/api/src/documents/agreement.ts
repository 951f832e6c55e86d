/** The contract about a customer's accounts. */
import type { Day } from '../day.ts'
import { spacedIban } from '../iban.ts'
import type { Account } from '../ledger/account.ts'
import { type Addressee, page, printLetter, type Sheet } from './letter.ts'
import { dayName, figure } from './type.ts'

export type Agreement = {
  readonly holder: Addressee
  readonly date: Day
  readonly accounts: readonly Account[]
}

const clauses = [
  [
    '1  Your accounts',
    'We keep the accounts named above for you, in euros. Every amount that moves is booked on two sides at once, so that what is taken from one account is always found in another. The balance you see is the sum of what was booked, never an estimate.',
  ],
  [
    '2  Payments',
    'We carry out a payment when you have approved it on a device that is bound to you, and exactly as it was shown to you there: payee, amount and reference. A payment between two accounts of this bank is there at once. A payment to another bank leaves your account at once and is passed on the same day.',
  ],
  [
    '3  Your devices',
    'Tell us when a phone is lost or sold: we remove it within seconds, and nothing on it opens any more. We never ask for your passcode, on the telephone or in a message, and nobody at the bank can read it.',
  ],
  [
    '4  Cards',
    'A card is yours alone. You can freeze it in the app and make it work again. Its PIN is told to nobody but you, encrypted on the way from where it is kept to your phone.',
  ],
  [
    '5  Overdraft and interest',
    'A current account may go below zero to the limit named above; we refuse what would go further. Savings earn interest, which is credited at the end of each month.',
  ],
  [
    '6  Statements',
    'We issue a statement on the first of each month. It does not change after that. What is wrong in it is put right by a new booking, and both stay visible.',
  ],
  [
    '7  Ending this agreement',
    'You may end it at any time without notice. We may end it with two months’ notice, and pay what the accounts hold to an account you name.',
  ],
] as const

export function printAgreement({ holder, date, accounts }: Agreement): Promise<Buffer> {
  const letter = {
    title: 'Account agreement',
    subtitle: `Between ${holder.name} and Alder Bank`,
    date,
    to: holder,
    facts: [
      ['Date', dayName(date)],
      ['Holder', holder.name],
    ] as const,
  }
  return printLetter(letter, (sheet) => {
    for (const account of accounts) describe(sheet, account)
    sheet.y += 6
    for (const [title, text] of clauses) {
      sheet.heading(title)
      sheet.paragraph(text)
    }
  })
}

function describe(sheet: Sheet, { name, iban, overdraft, currency }: Account): void {
  const limit = overdraft === 0n ? 'No overdraft' : `Overdraft to ${figure(currency, overdraft)} ${currency}`
  sheet.put(name, page.left, sheet.y, { size: 10, face: 'bold' })
  sheet.put(spacedIban(iban), page.left + 130, sheet.y + 0.5, { size: 9.5 })
  sheet.put(limit, 400, sheet.y + 1, { size: 8.5, colour: 'muted', align: 'right' })
  sheet.y += 18
  sheet.rule(sheet.y - 3)
  sheet.y += 5
}
