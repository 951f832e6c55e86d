import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foreign, maria, openBooks } from '../../test/books.ts'
import type { Opened } from '../database/database.ts'
import { inTransaction } from '../database/transaction.ts'
import { type Account, accountOf } from './account.ts'
import { type Booking, book } from './booking.ts'
import { parseCursor, writeCursor } from './cursor.ts'
import { amountsOf, history, type Search } from './history.ts'

/** Counterparty, reference, cents, day of May. */
const told = [
  ['Café Librette', 'Coffee', 480n, 2],
  ['CAFÉ LIBRETTE', 'Cake', 1250n, 3],
  ['Straße & Söhne', '100% wool', 1259n, 4],
  ['Pay_Pal', 'a_b', 1200n, 5],
  ['PayXPal', 'aXb', 120n, 6],
  ['Back\\slash', 'C:\\temp', 125_000n, 7],
  ['Ünal', '50 % off', 5000n, 8],
] as const

describe('history', () => {
  let books: Opened
  let account: Account
  beforeAll(async () => {
    books = await openBooks(1_000_000n)
    const bookings = told.map(([name, reference, cents, day], i): Booking => {
      const leg = { party: { name, iban: foreign }, category: i % 2 ? 'shopping' : 'eating_out' } as const
      const legs = [
        { ...leg, account: 'm', amount: -cents },
        { ...leg, account: 'clearing-0', amount: cents },
      ]
      const at = new Date(`2026-05-0${day}T10:00:00Z`)
      return { id: `tx${i}`, kind: 'card', at, currency: 'EUR', reference, batch: null, legs }
    })
    await inTransaction(books.db, (tx) => book(tx, bookings))
    account = await accountOf(books.db, maria, 'm')
  })
  afterAll(() => books.close())

  async function found(search: Partial<Search>): Promise<string[]> {
    const { transactions } = await history(books.db, account, { limit: 100, ...search })
    return transactions.map(({ counterparty }) => counterparty.name)
  }

  it('is newest first, with the balance after each entry', async () => {
    expect(await found({})).toEqual([...told.map(([name]) => name).toReversed(), 'Employer'])
    const { transactions } = await history(books.db, account, { limit: 2 })
    expect(transactions.map(({ amount, balance }) => [amount.value, balance.value])).toEqual([
      ['-50.00', '8656.91'],
      ['-1250.00', '8706.91'],
    ])
  })

  it.each([
    ['in any case', 'café', ['CAFÉ LIBRETTE', 'Café Librette']],
    ['in capitals beyond ASCII', 'ÜNAL', ['Ünal']],
    ['in the reference', 'cake', ['CAFÉ LIBRETTE']],
    ['all words, in any order', 'coffee librette', ['Café Librette']],
    ['of words all', 'coffee cake', []],
    ['a percent sign, which stands for itself', '%', ['Ünal', 'Straße & Söhne']],
    ['an underscore, which stands for itself', 'pay_', ['Pay_Pal']],
    ['a backslash, which stands for itself', '\\', ['Back\\slash']],
    ['a quote, which stands for itself', `' or 1=1`, []],
    ['an exact amount', '12.50', ['CAFÉ LIBRETTE']],
    ['an amount with a comma', '12,50', ['CAFÉ LIBRETTE']],
    ['an amount with a sign', '-12.50', ['CAFÉ LIBRETTE']],
    ['an amount that is not finished', '12.5', ['Straße & Söhne', 'CAFÉ LIBRETTE']],
    ['whole euros', '12', ['Pay_Pal', 'Straße & Söhne', 'CAFÉ LIBRETTE']],
    ['an amount or a text', '50', ['Ünal']],
    ['spaces only, which ask for nothing', '  ', [...told.map(([name]) => name).toReversed(), 'Employer']],
  ])('finds %s', async (_, query, names) => {
    expect(await found({ query })).toEqual(names)
  })

  it('keeps to days, both included, and to a category', async () => {
    expect(await found({ from: '2026-05-03', to: '2026-05-05' })).toEqual([
      'Pay_Pal',
      'Straße & Söhne',
      'CAFÉ LIBRETTE',
    ])
    expect(await found({ category: 'shopping', to: '2026-05-05' })).toEqual(['Pay_Pal', 'CAFÉ LIBRETTE'])
  })

  it('comes in pages that miss nothing and repeat nothing, while new entries are booked', async () => {
    const names: string[] = []
    let before: bigint | undefined
    for (;;) {
      const { transactions, next } = await history(books.db, account, { limit: 3, before })
      names.push(...transactions.map(({ counterparty }) => counterparty.name))
      if (next === null) break
      before = parseCursor(next) ?? undefined
      const leg = { party: { name: 'Later', iban: null }, category: 'other' } as const
      const legs = [
        { ...leg, account: 'm', amount: 1n },
        { ...leg, account: 'clearing-0', amount: -1n },
      ]
      const plain = { kind: 'transfer', currency: 'EUR', reference: '', batch: null } as const
      const id = `later${names.length}`
      const at = new Date('2026-05-09T10:00:00Z')
      await inTransaction(books.db, (tx) => book(tx, [{ ...plain, id, at, legs }]))
    }
    expect(names).toEqual([...told.map(([name]) => name).toReversed(), 'Employer'])
  })
})

describe('a cursor', () => {
  it('is read back, and nothing else is one', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 63n - 1n), (number) => {
        expect(parseCursor(writeCursor(number))).toBe(number)
      }),
    )
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ maxLength: 12 })), (text) => {
        const number = parseCursor(text)
        if (number !== null) expect(writeCursor(number)).toBe(text)
      }),
    )
  })

  it.each([
    ['zero', 'AAAAAAAAAAA'],
    ['below zero', '__________8'],
    ['bits that mean nothing', 'AAAAAAAAAAF'],
    ['padding', 'AAAAAAAAAAE='],
    ['nothing', ''],
    ['a number', '5'],
  ])('is refused: %s', (_, text) => expect(parseCursor(text)).toBe(null))
})

describe('an amount that is looked for', () => {
  it.each([
    ['12', { least: 1200n, most: 1299n }],
    ['12.5', { least: 1250n, most: 1259n }],
    ['12.50', { least: 1250n, most: 1250n }],
    ['-12,50', { least: 1250n, most: 1250n }],
    ['12.500', null],
    ['12.', null],
    ['1e3', null],
    ['x', null],
  ])('%s', (query, amounts) => expect(amountsOf(query, 'EUR')).toEqual(amounts))
})
