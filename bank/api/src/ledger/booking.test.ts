/** What the database refuses from anybody, in SQL written by hand. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit, balanceOf, fill, foreign, now, sound } from '../../test/books.ts'
import { databases, type Place } from '../../test/databases.ts'
import type { Opened } from '../database/database.ts'
import { codeOf, inTransaction, type Tx } from '../database/transaction.ts'
import { type Booking, book } from './booking.ts'

const event = (id: string, parts: number): string =>
  `insert into transaction (id, kind, at, reference, parts) values ('${id}', 'transfer', '2026-05-20', '', ${parts})`
const posting = (id: string, account: string, amount: number, currency = 'EUR'): string =>
  `insert into posting (account, transaction, currency, amount, booked_on, counterparty, category, search)
   values ('${account}', '${id}', '${currency}', ${amount}, '2026-05-20', 'X', 'other', 'x')`

describe.each(databases)('the books in $name', ({ skipped, create }) => {
  describe.skipIf(skipped)('against SQL by hand', () => {
    let place: Place
    let books: Opened
    beforeAll(async () => {
      place = await create()
      books = await place.open()
      await fill(books.db)
    })
    afterAll(async () => {
      await books.close()
      await place.drop()
    })

    /** SQLSTATE and, where there is one, the constraint. */
    async function refusal(...statements: string[]): Promise<string> {
      const run = (tx: Tx) =>
        statements.reduce(
          (before, statement) => before.then(async () => void (await sql.raw(statement).execute(tx))),
          Promise.resolve(),
        )
      const error: unknown = await inTransaction(books.db, run).then(
        () => null,
        (thrown: unknown) => thrown,
      )
      if (error === null) return 'done'
      return [codeOf(error), Reflect.get(error as Error, 'constraint')].filter(Boolean).join(' ')
    }

    it.each([
      [
        'money from nowhere',
        [event('a', 2), posting('a', 'm', 500), posting('a', 's', 500)],
        '23514 transaction_balanced',
      ],
      [
        'money to nowhere',
        [event('b', 2), posting('b', 'm', -500), posting('b', 'j', 499)],
        '23514 transaction_balanced',
      ],
      ['one side only', [event('c', 2), posting('c', 'm', -500)], '23514 transaction_balanced'],
      ['no side', [event('d', 2)], '23514 transaction_complete'],
      [
        'more sides than it said',
        [event('e', 2), posting('e', 'm', -5), posting('e', 'j', 4), posting('e', 's', 1)],
        '23514 transaction_complete',
      ],
      ['an event of one part', [event('f', 1)], '23514 transaction_parts_check'],
      ['nothing at all', [event('g', 2), posting('g', 'm', 0)], '23514 posting_amount_check'],
      ['another currency', [event('h', 2), posting('h', 'm', -5, 'USD')], '23503 posting_currency'],
      [
        'a currency each',
        [event('i', 2), posting('i', 'm', -5), posting('i', 'j', 5, 'JPY')],
        '23503 posting_currency',
      ],
      ['an account that is not there', [event('k', 2), posting('k', 'nobody', 5)], '23502'],
      ['no event', [posting('none', 'm', 5), posting('none', 's', -5)], '23503 posting_transaction_fkey'],
      [
        'an account twice',
        [event('l', 2), posting('l', 'm', 5), posting('l', 'm', -5)],
        '23505 posting_transaction_account_key',
      ],
      [
        'more than there is',
        [event('o', 2), posting('o', 'j', -100_001), posting('o', 'm', 100_001)],
        '23514 account_overdraft',
      ],
      [
        'more than the overdraft',
        [event('p', 2), posting('p', 'm', -101_001), posting('p', 'j', 101_001)],
        '23514 account_overdraft',
      ],
    ])('refuses %s', async (_, statements, expected) => {
      expect(await refusal(...statements)).toBe(expected)
      expect(await audit(books.db)).toEqual(sound)
    })

    it.each([
      ['a posting changed', 'update posting set amount = amount + 1'],
      ['the text of a posting changed', `update posting set counterparty = 'Y'`],
      ['a posting removed', 'delete from posting'],
      ['all postings removed', 'truncate posting'],
      ['an event changed', `update transaction set reference = 'Y'`],
      ['an event removed', 'delete from transaction'],
      ['a balance changed', `update account set balance = balance + 1 where id = 'm'`],
      ['a count changed', `update account set entries = entries + 1 where id = 'm'`],
      [
        'an account that begins with money',
        `insert into account (id, customer, kind, name, iban, currency, overdraft, opened_on, balance)
         values ('new', 'maria', 'current', 'New', 'X', 'EUR', 0, '2026-05-20', 5)`,
      ],
    ])('refuses %s', async (_, statement) => {
      expect(await refusal(statement)).toBe('23001')
    })

    it.each([
      [
        'another currency for an account with entries',
        `update account set currency = 'USD' where id = 'm'`,
        '23503 posting_currency',
      ],
      ['an account removed', `delete from account where id = 'm'`, '23503 posting_currency'],
      [
        'an overdraft taken back that is used',
        `update account set overdraft = -1 where id = 'm'`,
        '23514 account_overdraft_check',
      ],
      [
        'a customer’s account without IBAN',
        `insert into account (id, customer, kind, name, currency, overdraft, opened_on)
         values ('new', 'maria', 'current', 'New', 'EUR', 0, '2026-05-20')`,
        '23514 account_owner',
      ],
    ])('refuses %s', async (_, statement, expected) => {
      expect(await refusal(statement)).toBe(expected)
    })

    it('refuses a leg added to an event of yesterday', async () => {
      const [old] = (await sql<{ id: string }>`select id from transaction limit 1`.execute(books.db)).rows
      expect(await refusal(posting(old?.id ?? '', 'clearing-0', 5))).toBe('23514 transaction_balanced')
    })

    it('takes what is right, down to the last cent of the overdraft', async () => {
      const whole = [event('ok', 2), posting('ok', 'm', -101_000), posting('ok', 'j', 101_000)]
      expect(await refusal(...whole)).toBe('done')
      expect(await balanceOf(books.db, 'm')).toBe(-1000n)
      expect(await refusal(event('over', 2), posting('over', 'm', -1), posting('over', 'j', 1))).toBe(
        '23514 account_overdraft',
      )
      expect(await audit(books.db)).toEqual(sound)
    })

    it('gives every entry its number and the balance after it, in bulk too', async () => {
      const before = await balanceOf(books.db, 's')
      const leg = { party: { name: 'X', iban: foreign }, category: 'other' } as const
      const bookings = Array.from({ length: 1500 }, (_, i): Booking => {
        const amount = BigInt(i + 1)
        const legs = [
          { ...leg, account: 's', amount },
          { ...leg, account: 'clearing-0', amount: -amount },
        ]
        return {
          id: `bulk${i}`,
          kind: 'transfer',
          at: now,
          currency: 'EUR',
          reference: '',
          batch: null,
          legs,
        }
      })
      await inTransaction(books.db, (tx) => book(tx, bookings))
      expect(await balanceOf(books.db, 's')).toBe(before + (1500n * 1501n) / 2n)
      expect(await audit(books.db)).toEqual(sound)
    })
  })
})
