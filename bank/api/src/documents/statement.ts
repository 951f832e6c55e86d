/** A monthly statement: what an account held, what moved, what it holds. */
import { addDays, type Day, firstDay, lastDay, type Month, shiftMonth } from '../day.ts'
import type { TransactionKind } from '../database/schema.ts'
import { spacedIban } from '../iban.ts'
import type { Account } from '../ledger/account.ts'
import { type Addressee, colours, page, printLetter, type Sheet } from './letter.ts'
import { dayName, figure, monthName, movement, shortDay } from './type.ts'

export type StatementEntry = {
  readonly bookedOn: Day
  readonly kind: TransactionKind
  readonly counterparty: string
  readonly reference: string
  readonly amount: bigint
}

export type Statement = {
  readonly account: Account
  readonly holder: Addressee
  readonly month: Month
  /** Before the first entry. */
  readonly opening: bigint
  readonly entries: readonly StatementEntry[]
}

/** The day a statement of this month is issued. */
export function statementDay(month: Month): Day {
  return firstDay(shiftMonth(month, 1))
}

export function printStatement(statement: Statement): Promise<Buffer> {
  const { account, holder, month, entries } = statement
  const date = statementDay(month)
  const letter = {
    title: 'Account statement',
    subtitle: `${account.name} · ${monthName(month)}`,
    date,
    to: holder,
    facts: [
      ['Account', account.name],
      ['IBAN', spacedIban(account.iban)],
      ['Period', `${shortDay(firstDay(month))} to ${dayName(lastDay(month))}`],
      ['Issued', dayName(date)],
      ['Currency', account.currency],
    ] as const,
  }
  return printLetter(letter, (sheet) => {
    summary(sheet, statement)
    if (entries.length > 0) table(sheet, statement)
    closing(sheet, statement)
  })
}

function sumOf(entries: readonly StatementEntry[]): bigint {
  return entries.reduce((sum, { amount }) => sum + amount, 0n)
}

/** Four figures on a tinted field. */
function summary(sheet: Sheet, { account: { currency }, month, opening, entries }: Statement): void {
  const height = 58
  const width = (page.right - page.left) / 4
  const income = sumOf(entries.filter(({ amount }) => amount > 0n))
  const spent = sumOf(entries.filter(({ amount }) => amount < 0n))
  const cells = [
    [`Balance on ${shortDay(firstDay(month))}`, figure(currency, opening)],
    ['Money in', movement(currency, income)],
    ['Money out', figure(currency, spent)],
    [`Balance on ${shortDay(lastDay(month))}`, figure(currency, opening + income + spent)],
  ] as const
  sheet.pdf.roundedRect(page.left, sheet.y, page.right - page.left, height, 6).fill(colours.tint)
  for (const [i, [label, value]] of cells.entries()) {
    const x = page.left + i * width + 14
    sheet.put(label, x, sheet.y + 14, { size: 8, colour: 'muted', width: width - 20 })
    sheet.put(value, x, sheet.y + 29, {
      size: 13,
      face: 'bold',
      colour: i === 3 ? 'alder' : 'ink',
      width: width - 20,
    })
  }
  sheet.y += height + 24
}

const columns = { date: page.left, text: page.left + 52, amount: 360, balance: 450 } as const
const amountWidth = 80
const balanceWidth = page.right - columns.balance
const rowHeight = 28

function head(sheet: Sheet): void {
  const style = { size: 7.5, colour: 'muted' } as const
  sheet.put('Date', columns.date, sheet.y, style)
  sheet.put('Details', columns.text, sheet.y, style)
  sheet.put('Amount', columns.amount, sheet.y, { ...style, align: 'right', width: amountWidth })
  sheet.put('Balance', columns.balance, sheet.y, { ...style, align: 'right', width: balanceWidth })
  sheet.rule(sheet.y + 14)
  sheet.y += 20
}

const kindNames: Record<TransactionKind, string> = {
  transfer: 'Transfer',
  card: 'Card payment',
  salary: 'Salary',
  direct_debit: 'Direct debit',
  standing_order: 'Standing order',
  interest: 'Interest',
  fee: 'Fee',
}

function table(sheet: Sheet, { account: { currency }, opening, entries }: Statement): void {
  sheet.withHead(
    () => head(sheet),
    () => {
      let balance = opening
      for (const { bookedOn, kind, counterparty, reference, amount } of entries) {
        balance += amount
        sheet.need(rowHeight)
        const { y } = sheet
        const text = { width: columns.amount - columns.text - 12 }
        const detail = reference === '' ? kindNames[kind] : `${kindNames[kind]} · ${reference}`
        sheet.put(shortDay(bookedOn), columns.date, y + 2, { size: 8.5, colour: 'muted' })
        sheet.put(counterparty, columns.text, y + 1, { ...text, size: 9.5 })
        sheet.put(detail, columns.text, y + 12.5, { ...text, size: 7.5, colour: 'muted' })
        sheet.put(movement(currency, amount), columns.amount, y + 1, {
          size: 9.5,
          align: 'right',
          width: amountWidth,
          face: amount > 0n ? 'bold' : 'plain',
          colour: amount > 0n ? 'alder' : 'ink',
        })
        sheet.put(figure(currency, balance), columns.balance, y + 2, {
          size: 8.5,
          align: 'right',
          width: balanceWidth,
          colour: 'muted',
        })
        sheet.y += rowHeight
        sheet.rule(sheet.y - 4.5)
      }
    },
  )
}

function closing(sheet: Sheet, { account: { currency }, month, opening, entries }: Statement): void {
  sheet.need(70)
  const style = { size: 10.5, face: 'bold' } as const
  const balance = `${figure(currency, opening + sumOf(entries))} ${currency}`
  sheet.put(`Closing balance on ${dayName(lastDay(month))}`, page.left, sheet.y + 6, style)
  sheet.put(balance, 400, sheet.y + 6, { ...style, colour: 'alder', align: 'right' })
  sheet.y += 36
  sheet.paragraph(
    `Please look through this statement and tell us by ${dayName(addDays(statementDay(month), 42))} if anything in it is not as you ordered it.`,
    { size: 8, colour: 'muted' },
  )
}
