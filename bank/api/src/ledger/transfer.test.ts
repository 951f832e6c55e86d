/** A hundred at once: nobody overdraws, nothing is paid twice, the books balance. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  audit,
  balanceOf,
  euros,
  fill,
  foreign,
  ibans,
  jonas,
  maria,
  now,
  order,
  sound,
} from '../../test/books.ts'
import { databases, type Place } from '../../test/databases.ts'
import type { Opened } from '../database/database.ts'
import { inTransaction } from '../database/transaction.ts'
import { ownIban } from '../iban.ts'
import { Refusal } from '../refusal.ts'
import { book } from './booking.ts'
import { findTransfer, transfer, transferAll } from './transfer.ts'
import { history } from './history.ts'
import { accountOf } from './account.ts'

const codeOf = (error: unknown): string => (error instanceof Refusal ? error.code : String(error))
const racers = Array.from({ length: 100 }, (_, i) => i)

describe.each(databases)('transfers in $name', ({ skipped, create }) => {
  describe.skipIf(skipped)('of two customers', () => {
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
    // Every test begins with 1000.00 in each account, whatever the one before did.
    beforeEach(async () => {
      for (const account of ['m', 's', 'j']) {
        const missing = 100_000n - (await balanceOf(books.db, account))
        if (missing === 0n) continue
        const leg = { party: { name: 'X', iban: foreign }, category: 'other' } as const
        const legs = [
          { ...leg, account, amount: missing },
          { ...leg, account: 'clearing-0', amount: -missing },
        ]
        const id = `even-${account}-${performance.now()}`
        await inTransaction(books.db, (tx) =>
          book(tx, [{ id, kind: 'transfer', at: now, currency: 'EUR', reference: '', batch: null, legs }]),
        )
      }
    })
    const outcome = (act: Promise<unknown>) => act.then(() => 'paid', codeOf)

    it('is on both sides at once, each with the other’s name', async () => {
      const { body } = await transfer(books.db, order(), 'm', euros(1250n, ibans.jonas, 'Dinner'))
      const { id } = JSON.parse(body) as { id: string }
      expect(await balanceOf(books.db, 'm')).toBe(98_750n)
      expect(await balanceOf(books.db, 'j')).toBe(101_250n)
      const [newest] = (await history(books.db, await accountOf(books.db, jonas, 'j'), { limit: 1 }))
        .transactions
      expect(newest).toMatchObject({
        id,
        kind: 'transfer',
        counterparty: { name: maria.name, iban: ibans.maria },
        reference: 'Dinner',
        amount: { currency: 'EUR', value: '12.50' },
        balance: { currency: 'EUR', value: '1012.50' },
      })
      expect(await findTransfer(books.db, maria, id)).toEqual(JSON.parse(body))
      // He got it; he did not order it.
      await expect(findTransfer(books.db, jonas, id)).rejects.toMatchObject({ code: 'not_found' })
    })

    it('goes through clearing to other banks', async () => {
      const cleared = async () => {
        const { sum } = await books.db
          .selectFrom('account')
          .select(({ fn }) => fn.sum<string>('balance').as('sum'))
          .where('id', 'like', 'clearing-%')
          .executeTakeFirstOrThrow()
        return BigInt(sum)
      }
      const before = await cleared()
      await transfer(books.db, order(), 'm', euros(1n, foreign))
      expect(await cleared()).toBe(before + 1n)
    })

    it.each([
      ['an account of somebody else', 'j', euros(1n, foreign), 'not_found'],
      ['an account that is not there', 'x', euros(1n, foreign), 'not_found'],
      ['an account of the bank', 'clearing-0', euros(1n, foreign), 'not_found'],
      ['itself', 'm', euros(1n, ibans.maria), 'same_account'],
      ['nobody at this bank', 'm', euros(1n, ownIban(99)), 'unknown_account'],
      ['more than there is', 'm', euros(101_001n, foreign), 'insufficient_funds'],
      [
        'another currency',
        'm',
        { ...euros(1n, foreign), amount: { currency: 'USD', minor: 1n } } as const,
        'currency_refused',
      ],
    ])('is refused: %s', async (_, from, payment, code) => {
      expect(await outcome(transfer(books.db, order(), from, payment))).toBe(code)
      expect(await balanceOf(books.db, 'm')).toBe(100_000n)
    })

    it('leaves nothing behind when it is refused, not even its key', async () => {
      const again = order()
      expect(await outcome(transfer(books.db, again, 's', euros(100_001n, foreign)))).toBe(
        'insufficient_funds',
      )
      await transfer(books.db, order(), 'm', euros(1n, ibans.savings))
      expect(await outcome(transfer(books.db, again, 's', euros(100_001n, foreign)))).toBe('paid')
    })

    it('never overdraws: of a hundred at once as many are paid as there is money for', async () => {
      // 1000.00 and an overdraft of 10.00: 84 times 12.00, and 2.00 are left.
      const outcomes = await Promise.all(
        racers.map((i) =>
          outcome(transfer(books.db, order(), 'm', euros(1200n, i % 2 ? ibans.jonas : foreign))),
        ),
      )
      expect(outcomes.filter((one) => one === 'paid')).toHaveLength(84)
      expect(outcomes.filter((one) => one === 'insufficient_funds')).toHaveLength(16)
      expect(await balanceOf(books.db, 'm')).toBe(-800n)
      expect(await audit(books.db)).toEqual(sound)
    })

    it('pays once for a hundred with one key, and answers all of them alike', async () => {
      const key = order().key
      const answers = await Promise.all(
        racers.map(() => transfer(books.db, order(key, 'same'), 'm', euros(700n, ibans.jonas))),
      )
      expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
      expect(await balanceOf(books.db, 'm')).toBe(99_300n)
      expect(await balanceOf(books.db, 'j')).toBe(100_700n)
      expect(await audit(books.db)).toEqual(sound)
    })

    it('pays one of a hundred different orders under one key', async () => {
      const { key } = order()
      const outcomes = await Promise.all(
        racers.map((i) =>
          outcome(transfer(books.db, order(key, `body ${i}`), 'm', euros(700n, ibans.jonas))),
        ),
      )
      expect(outcomes.filter((one) => one === 'paid')).toHaveLength(1)
      expect(outcomes.filter((one) => one === 'idempotency_key_reused')).toHaveLength(99)
      expect(await balanceOf(books.db, 'm')).toBe(99_300n)
    })

    it('keeps the keys of customers apart', async () => {
      const { key } = order()
      await transfer(books.db, order(key, 'same'), 'm', euros(100n, ibans.jonas))
      await transfer(books.db, { ...order(key, 'same'), customer: jonas }, 'j', euros(100n, ibans.maria))
      expect(await balanceOf(books.db, 'm')).toBe(100_000n)
    })

    it('does not stand still when money runs in circles', async () => {
      const ways = [
        [maria, 'm', ibans.jonas],
        [jonas, 'j', ibans.savings],
        [maria, 's', ibans.maria],
        [maria, 's', ibans.jonas],
      ] as const
      const paid = await Promise.all(
        racers.map((i) => {
          const [customer, from, to] = ways[i % ways.length] as (typeof ways)[number]
          return outcome(transfer(books.db, { ...order(), customer }, from, euros(500n, to)))
        }),
      )
      expect(new Set(paid)).toEqual(new Set(['paid']))
      expect(await audit(books.db)).toEqual(sound)
    })

    it('pays a batch whole or not at all', async () => {
      const some = [
        euros(100n, ibans.jonas, 'one'),
        euros(200n, foreign, 'two'),
        euros(300n, ibans.savings, 'three'),
      ]
      const { body } = await transferAll(books.db, order(), 'm', some)
      const batch = JSON.parse(body) as { transfers: { id: string }[]; total: unknown }
      expect(batch.total).toEqual({ currency: 'EUR', value: '6.00' })
      for (const made of batch.transfers) expect(await findTransfer(books.db, maria, made.id)).toEqual(made)
      expect(await balanceOf(books.db, 'm')).toBe(99_400n)

      for (const [last, code] of [
        [euros(101_000n, foreign), 'insufficient_funds'],
        [euros(1n, ownIban(99)), 'unknown_account'],
        [euros(1n, ibans.maria), 'same_account'],
      ] as const) {
        expect(await outcome(transferAll(books.db, order(), 'm', [...some, last]))).toBe(code)
      }
      expect(await balanceOf(books.db, 'm')).toBe(99_400n)
      expect(await audit(books.db)).toEqual(sound)
    })

    it('pays batches at once that meet in the same accounts', async () => {
      const there = [euros(10n, ibans.jonas), euros(10n, ibans.savings), euros(10n, foreign)]
      const back = [euros(10n, ibans.savings), euros(10n, foreign), euros(10n, ibans.maria)]
      const outcomes = await Promise.all(
        racers.map((i) =>
          i % 2
            ? outcome(transferAll(books.db, order(), 'm', there))
            : outcome(transferAll(books.db, { ...order(), customer: jonas }, 'j', back)),
        ),
      )
      expect(new Set(outcomes)).toEqual(new Set(['paid']))
      expect(await audit(books.db)).toEqual(sound)
    })
  })
})
