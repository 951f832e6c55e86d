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
  order,
  sound,
} from '../../test/books.ts'
import { databases, type Place } from '../../test/databases.ts'
import type { Opened } from '../database/database.ts'
import type { Day } from '../day.ts'
import { addStandingOrder, dueDay, endStandingOrder, standingOrdersOf } from './standing-order.ts'
import { runDue } from './standing-order-run.ts'

/** Ten in the morning of a day, which is the same day at the bank. */
const on = (day: Day): Date => new Date(`${day}T10:00:00Z`)
const failed = (error: unknown): never => {
  throw error
}

describe('the due days of an order', () => {
  const days = (every: 'week' | 'month', first: Day): Day[] =>
    Array.from({ length: 5 }, (_, i) => dueDay({ every, first }, i))

  it('are the last of a month that is too short, and come back', () => {
    expect(days('month', '2026-12-31')).toEqual([
      '2026-12-31',
      '2027-01-31',
      '2027-02-28',
      '2027-03-31',
      '2027-04-30',
    ])
    expect(days('month', '2028-01-30')).toEqual([
      '2028-01-30',
      '2028-02-29',
      '2028-03-30',
      '2028-04-30',
      '2028-05-30',
    ])
  })

  it('are seven days apart, over the end of a year too', () => {
    expect(days('week', '2026-12-21')).toEqual([
      '2026-12-21',
      '2026-12-28',
      '2027-01-04',
      '2027-01-11',
      '2027-01-18',
    ])
  })
})

describe.each(databases)('standing orders in $name', ({ skipped, create }) => {
  describe.skipIf(skipped)('when they are due', () => {
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
    beforeEach(async () => {
      for (const customer of [maria, jonas]) {
        for (const { id } of await standingOrdersOf(books.db, customer))
          await endStandingOrder(books.db, customer, id, on('2026-05-20'))
      }
    })

    /** Made on the first of January 2026, from Maria's account. */
    async function standing(
      cents: bigint,
      first: Day,
      every: 'week' | 'month' = 'month',
      iban = ibans.jonas,
    ) {
      const made = { ...order(), at: on('2026-01-01') }
      const { body } = await addStandingOrder(books.db, made, 'm', {
        ...euros(cents, iban, 'Rent'),
        every,
        first,
      })
      return (JSON.parse(body) as { id: string }).id
    }
    const runsOf = (id: string) =>
      books.db
        .selectFrom('standingOrderRun')
        .select(['due', 'transaction'])
        .where('standingOrder', '=', id)
        .orderBy('due')
        .execute()

    it('are paid on the day, not before, and once', async () => {
      const before = await balanceOf(books.db, 'j')
      const id = await standing(1000n, '2026-01-31')
      expect(await runDue(books.db, on('2026-01-30'), failed)).toBe(0)
      expect(await runDue(books.db, on('2026-01-31'), failed)).toBe(1)
      expect(await runDue(books.db, on('2026-01-31'), failed)).toBe(0)
      expect(await balanceOf(books.db, 'j')).toBe(before + 1000n)
      const [next] = await standingOrdersOf(books.db, maria)
      expect(next).toMatchObject({ id, from: 'm', name: 'Somebody', first: '2026-01-31', next: '2026-02-28' })
    })

    it('are paid for each day that was missed, the ends of short months among them', async () => {
      const id = await standing(100n, '2026-01-31')
      expect(await runDue(books.db, on('2026-05-20'), failed)).toBe(4)
      expect((await runsOf(id)).map(({ due }) => due)).toEqual([
        '2026-01-31',
        '2026-02-28',
        '2026-03-31',
        '2026-04-30',
      ])
    })

    it('are paid once for each day by twenty runners at once', async () => {
      const before = await balanceOf(books.db, 'j')
      const ids = [await standing(10n, '2026-01-05', 'week'), await standing(10n, '2026-01-06', 'week')]
      const runners = Array.from({ length: 20 }, () => runDue(books.db, on('2026-03-01'), failed))
      const paid = (await Promise.all(runners)).reduce((sum, one) => sum + one, 0)
      expect(paid).toBe(16)
      expect(await balanceOf(books.db, 'j')).toBe(before + 160n)
      for (const id of ids) expect(await runsOf(id)).toHaveLength(8)
      expect(await audit(books.db)).toEqual(sound)
    })

    it('are over for the day when the money is not there, and tried again the next time they are due', async () => {
      const had = await balanceOf(books.db, 'm')
      const id = await standing(had + 1001n, '2026-02-01')
      const other = await standing(50n, '2026-02-02')
      expect(await runDue(books.db, on('2026-02-10'), failed)).toBe(1)
      expect(await balanceOf(books.db, 'm')).toBe(had - 50n)
      expect(await runsOf(id)).toEqual([{ due: '2026-02-01', transaction: null }])
      expect((await runsOf(other))[0]?.transaction).toMatch(/^tx_/)
      const orders = await standingOrdersOf(books.db, maria)
      expect(orders.map(({ next }) => next)).toEqual(['2026-03-01', '2026-03-02'])
      expect(await audit(books.db)).toEqual(sound)
    })

    it('are not paid after they were ended', async () => {
      const id = await standing(10n, '2026-01-02')
      await endStandingOrder(books.db, maria, id, on('2026-01-01'))
      expect(await runDue(books.db, on('2026-05-20'), failed)).toBe(0)
      await expect(endStandingOrder(books.db, maria, id, on('2026-01-01'))).rejects.toMatchObject({
        code: 'not_found',
      })
    })

    it.each([
      ['a day that is over', 'm', '2025-12-31', 1n, foreign, 'first_day_refused'],
      ['a day too far away', 'm', '2028-01-02', 1n, foreign, 'first_day_refused'],
      ['an account of somebody else', 'j', '2026-01-01', 1n, foreign, 'not_found'],
      ['itself', 'm', '2026-01-01', 1n, ibans.maria, 'same_account'],
    ])('are refused for %s', async (_, from, first, cents, iban, code) => {
      const made = { ...order(), at: on('2026-01-01') }
      const asked = { ...euros(cents, iban), every: 'month', first } as const
      await expect(addStandingOrder(books.db, made, from, asked)).rejects.toMatchObject({ code })
      expect(await standingOrdersOf(books.db, maria)).toEqual([])
    })

    it('does not let an order nobody can carry out stand in the way of others', async () => {
      const broken = await standing(10n, '2026-01-02')
      await standing(10n, '2026-01-03')
      // A row somebody put there by hand: the run it is to make is there already.
      await books.db
        .insertInto('standingOrderRun')
        .values({ standingOrder: broken, due: '2026-01-02', transaction: null, at: on('2026-01-02') })
        .execute()
      const errors: unknown[] = []
      expect(await runDue(books.db, on('2026-01-10'), (error) => errors.push(error))).toBe(1)
      expect(errors).toHaveLength(1)
      expect(await audit(books.db)).toEqual(sound)
    })
  })
})
