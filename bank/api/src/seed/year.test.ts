import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit, sound } from '../../test/books.ts'
import { databases, type Place } from '../../test/databases.ts'
import { makePinKeys } from '../cards/pin-keys.ts'
import type { Opened } from '../database/database.ts'
import { addDays, addMonths, dayOf } from '../day.ts'
import { isIban } from '../iban.ts'
import { habitualOrders } from './habitual.ts'
import type { Household } from './household.ts'
import { instant } from './life.ts'
import { jonas, maria, type Person } from './people.ts'
import { plantBank } from './plant.ts'
import { yearOf } from './year.ts'

const now = new Date('2026-11-21T12:00:00Z')

/** Everything a customer sees, without the ids, which are by chance. */
async function told(opened: Opened): Promise<unknown[]> {
  const { rows } = await sql`
    select a.customer, a.name, a.iban, p.number, t.kind, t.at, t.reference, p.counterparty, p.counterparty_iban, p.amount, p.balance, p.category
    from posting p join account a on a.id = p.account join transaction t on t.id = p.transaction
    where a.customer is not null order by a.iban, p.number`.execute(opened.db)
  return rows
}

/** Numbers stand in for accounts: nothing is booked. */
function household(person: Person): Household {
  const side = (name: string) => ({ id: person.user + name, iban: person.user + name })
  return { person, current: side('current'), savings: side('savings') }
}

describe('a year', () => {
  it('leaves everybody with money on every day, whichever day it ends', () => {
    for (let last = '2027-02-20'; last < '2028-03-10'; last = addDays(last, 3)) {
      const first = addMonths(last, -12)
      const end = instant(last, 700)
      const households = [maria, jonas].map(household)
      const orders = households.flatMap((one) => habitualOrders(one, first))
      const balances = new Map<string, bigint>()
      const own = new Set(households.flatMap(({ current, savings }) => [current.id, savings.id]))
      for (const { at, legs } of yearOf(households, orders, { first, last }, end)) {
        expect(at <= end).toBe(true)
        for (const { account, amount } of legs.filter((leg) => own.has(leg.account))) {
          const balance = (balances.get(account) ?? 0n) + amount
          if (balance < 0n) throw new Error(`${account} is overdrawn in the year that ends on ${last}`)
          balances.set(account, balance)
        }
      }
      expect(balances.size).toBe(4)
    }
  })
})

describe.each(databases)('the year that is planted in $name', ({ skipped, create }) => {
  describe.skipIf(skipped)('for two customers', () => {
    let place: Place
    let opened: Opened
    let tookMs: number
    beforeAll(async () => {
      place = await create()
      opened = await place.open()
      const began = performance.now()
      await plantBank(opened.db, now, makePinKeys())
      tookMs = performance.now() - began
    })
    afterAll(async () => {
      await opened.close()
      await place.drop()
    })

    it('is there in seconds', () => {
      // Less than one on an idle machine; this only finds what has become slow by an order of magnitude.
      expect(tookMs).toBeLessThan(20_000)
    })

    it('keeps the books in order, and everybody above zero all year', async () => {
      expect(await audit(opened.db)).toEqual(sound)
      const { least } = await opened.db
        .selectFrom('posting')
        .innerJoin('account', 'account.id', 'posting.account')
        .select(({ fn }) => fn.min('posting.balance').as('least'))
        .where('customer', 'is not', null)
        .executeTakeFirstOrThrow()
      expect(least).toBeGreaterThan(20_000n)
    })

    it('ends at the day it is planted, and never lies ahead', async () => {
      const { first, last } = await opened.db
        .selectFrom('transaction')
        .select(({ fn }) => [fn.min('at').as('first'), fn.max('at').as('last')])
        .executeTakeFirstOrThrow()
      expect(dayOf(first)).toBe('2025-11-21')
      expect(last <= now).toBe(true)
      expect(dayOf(last) >= '2026-11-20').toBe(true)
    })

    it('has something of everything', async () => {
      const { rows } = await sql<{ kinds: bigint; categories: bigint }>`
        select count(distinct kind) kinds, count(distinct category) categories
        from posting join transaction on transaction.id = transaction`.execute(opened.db)
      expect(rows[0]).toEqual({ kinds: 7n, categories: 10n })
      const { rows: months } = await sql<{ least: bigint }>`
        select min(n) least from (
          select count(*) n from posting p join account a on a.id = p.account
          where a.kind = 'current' and booked_on between '2025-12-01' and '2026-10-31'
          group by a.id, date_trunc('month', booked_on)) m`.execute(opened.db)
      expect(months[0]?.least).toBeGreaterThan(25n)
    })

    it('names accounts that could be', async () => {
      const { rows } = await sql<{ iban: string }>`
        select iban from account where iban is not null union select iban from payee
        union select counterparty_iban from posting where counterparty_iban is not null`.execute(opened.db)
      expect(rows.length).toBeGreaterThan(8)
      expect(rows.filter(({ iban }) => !isIban(iban))).toEqual([])
    })

    it('leaves standing orders with their next day ahead', async () => {
      const orders = await opened.db.selectFrom('standingOrder').select(['done', 'next']).execute()
      expect(orders).toHaveLength(4)
      expect(new Set(orders.map(({ done, next }) => `${done} ${next}`))).toEqual(new Set(['12 2026-12-01']))
      const { runs } = await opened.db
        .selectFrom('standingOrderRun')
        .select(({ fn }) => fn.countAll<bigint>().as('runs'))
        .executeTakeFirstOrThrow()
      expect(runs).toBe(48n)
    })

    it('is planted once, and is the same wherever it is planted on that day', async () => {
      const before = await told(opened)
      await plantBank(opened.db, now, makePinKeys())
      expect(await told(opened)).toEqual(before)
      const elsewhere = await create()
      const other = await elsewhere.open()
      await plantBank(other.db, now, makePinKeys())
      expect(await told(other)).toEqual(before)
      await other.close()
      await elsewhere.drop()
    })
  })
})
