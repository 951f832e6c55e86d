/** A customer's phone with somebody in its line, the ledger for who wants to know what really happened, and his tricks. */
import { expect } from 'vitest'
import { type Hands, handsOf } from '../../app/test/hands.ts'
import { openStage, type Phone, type Stage } from '../../app/test/stage.ts'
import { type Books, openBooks } from './books.ts'
import { type Line, type MadeUp, type Meddler, openLine } from './line.ts'

export const jonas = 'Jonas Keller'
export const spoiled =
  'Something between this phone and the bank is not right. Nothing was done. Try another network.'

/** Maria's phone with somebody in its line. */
export type Scene = {
  readonly stage: Stage
  readonly phone: Phone
  readonly hands: Hands
  readonly line: Line
  readonly books: Books
  /** Until the payment was sent by the app, whatever came of it. */
  approve(): Promise<void>
  /** The app does not know what became of it, and says so; asked again over a line nobody meddles with it knows. */
  expectUnfinished(): Promise<void>
  /** Nothing was paid: the bank asks for an approval once more, which she does not give. */
  leave(): Promise<void>
}

export async function openScene(sealed: boolean): Promise<Scene> {
  const stage = await openStage({ sealed })
  const books = await openBooks(stage.bank, 'maria')
  const phone = await stage.openPhone()
  const { page } = phone
  const hands = handsOf(phone)
  const line = await openLine(phone.context, stage.bank.origin)
  await phone.activate('maria')
  return {
    stage,
    phone,
    hands,
    line,
    books,
    approve: () => hands.press('Approve with finger or face'),
    async expectUnfinished(): Promise<void> {
      await page.getByText('We do not know yet whether this was sent').waitFor()
      expect(await page.getByRole('heading', { name: 'Sent', exact: true }).count()).toBe(0)
      line.meddle(null)
    },
    async leave(): Promise<void> {
      await hands.press('Find out now')
      await hands.sheet()
      await hands.press('Do not approve')
      await page.getByText('Not approved. Nothing was done.').waitFor()
      expect(await hands.unfinished()).toBe(0)
    },
  }
}

/** Leaves the first ones alone. */
export function after(count: number, meddler: Meddler): Meddler {
  let seen = 0
  return async (message, hands) => {
    seen++
    return seen > count ? meddler(message, hands) : hands.answer(await hands.deliver())
  }
}
export const answerBy =
  (answer: MadeUp): Meddler =>
  (_, hands) =>
    hands.answer(answer)

export const paidAlready: MadeUp = {
  status: 201,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    id: 'tx_madeUp',
    at: Date.now(),
    from: 'acc_1',
    name: jonas,
    iban: 'DE15900100100005190448',
    amount: { currency: 'EUR', value: '25.00' },
    reference: 'made up',
    state: 'booked',
  }),
}
