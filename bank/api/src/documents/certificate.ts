/** What a customer was paid in interest in a calendar year, for the tax office. */
import type { Day } from '../day.ts'
import { spacedIban } from '../iban.ts'
import type { Account } from '../ledger/account.ts'
import { type Addressee, page, printLetter, type Sheet } from './letter.ts'
import { dayName, figure } from './type.ts'

export type Certificate = {
  readonly holder: Addressee
  readonly year: number
  readonly interest: ReadonlyArray<{ readonly account: Account; readonly amount: bigint }>
}

/** The day the certificate of this year is issued. */
export function certificateDay(year: number): Day {
  return `${year + 1}-01-15`
}

export function printCertificate({ holder, year, interest }: Certificate): Promise<Buffer> {
  const date = certificateDay(year)
  const total = interest.reduce((sum, { amount }) => sum + amount, 0n)
  const letter = {
    title: 'Tax certificate',
    subtitle: `Interest credited in ${year}`,
    date,
    to: holder,
    facts: [
      ['Year', String(year)],
      ['Issued', dayName(date)],
      ['Currency', 'EUR'],
    ] as const,
  }
  return printLetter(letter, (sheet) => {
    sheet.paragraph(
      `We certify the interest credited to the accounts of ${holder.name} from 1 January to 31 December ${year}.`,
    )
    sheet.y += 8
    for (const { account, amount } of interest)
      line(sheet, account.name, figure('EUR', amount), spacedIban(account.iban))
    line(sheet, 'Interest in total', figure('EUR', total))
    line(sheet, 'Tax withheld', figure('EUR', 0n))
    sheet.y += 12
    sheet.paragraph(
      'No tax was withheld: the interest stayed within the allowance you gave us. Keep this certificate with your tax return.',
      { size: 8, colour: 'muted' },
    )
  })
}

function line(sheet: Sheet, label: string, value: string, below = ''): void {
  sheet.need(34)
  sheet.put(label, page.left, sheet.y, { size: 10, width: 300 })
  sheet.put(below, page.left, sheet.y + 13, { size: 7.5, colour: 'muted' })
  sheet.put(value, 400, sheet.y, { size: 10, face: 'bold', align: 'right' })
  sheet.y += below === '' ? 20 : 31
  sheet.rule(sheet.y - 4)
  sheet.y += 4
}
