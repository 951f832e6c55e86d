/** The bank as its app sees it, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isIban } from '../src/iban.ts'
import { audit, foreign, sound } from './books.ts'
import { type Open, openTestBank } from './bank.ts'
import { databases } from './databases.ts'
import { type Heard, idempotency, type Sent } from './gateway.ts'

type Account = { id: string; name: string; kind: string; iban: string; balance: Money; available: Money }
type Money = { currency: string; value: string }
type Entry = {
  id: string
  counterparty: { name: string; iban: string | null }
  amount: Money
  balance: Money
}

const eur = (value: string): Money => ({ currency: 'EUR', value })
const post = (body: unknown, fields: Record<string, string> = idempotency()): Sent => ({
  method: 'POST',
  body,
  fields,
})
const refusal = ({ status, type, json }: Heard): unknown[] => [status, type, json['error']]
const problem = 'application/problem+json'

describe.each(databases)('the bank on $name', (database) => {
  describe.skipIf(database.skipped)('as its app sees it', () => {
    let open: Open
    let everyday: Account
    let savings: Account
    let friend: Account
    beforeAll(async () => {
      open = await openTestBank(database)
      ;[everyday, savings] = await accountsOf(open.maria)
      ;[friend] = await accountsOf(open.jonas)
    })
    afterAll(() => open.close())

    async function accountsOf(ask: Open['maria']): Promise<[Account, Account]> {
      return (await ask('/accounts')).json['accounts'] as [Account, Account]
    }
    async function listed(target: string): Promise<{ transactions: Entry[]; next: string | null }> {
      return (await open.maria(target)).json as unknown as { transactions: Entry[]; next: string | null }
    }
    const payment = (amount: Money = eur('12.50')) => ({
      from: everyday.id,
      name: 'Jonas Keller',
      iban: friend.iban,
      amount,
      reference: 'Dinner',
    })

    it('knows who asks, and their accounts', async () => {
      expect((await open.maria('/me')).json).toEqual({ user: 'maria', name: 'Maria Lindqvist' })
      expect((await open.jonas('/me')).json).toEqual({ user: 'jonas', name: 'Jonas Keller' })
      expect([everyday, savings].map(({ name, kind }) => [name, kind])).toEqual([
        ['Everyday', 'current'],
        ['Savings', 'savings'],
      ])
      expect(isIban(everyday.iban)).toBe(true)
      expect(Number(everyday.available.value)).toBe(Number(everyday.balance.value) + 1000)
      expect((await open.maria(`/accounts/${savings.id}`)).json).toEqual(savings)
    })

    it('pays a friend at once, and tells the same again under the same key', async () => {
      const sent = post(payment())
      const first = await open.maria('/transfers', sent)
      expect(first.status).toBe(201)
      expect(first.json).toEqual({
        ...payment(),
        id: expect.stringMatching(/^tx_/),
        at: '2026-05-20T10:00:00.000Z',
        state: 'booked',
      })
      const again = await open.maria('/transfers', sent)
      expect(again.bytes).toEqual(first.bytes)
      const other = await open.maria('/transfers', { ...sent, body: payment(eur('12.51')) })
      expect(refusal(other)).toEqual([422, problem, 'idempotency_key_reused'])
      // The same key and body at another address are another order.
      expect(
        refusal(
          await open.maria('/standing-orders', {
            ...sent,
            body: { ...payment(), every: 'month', first: '2026-06-01' },
          }),
        ),
      ).toEqual([422, problem, 'idempotency_key_reused'])
      const after = await open.jonas(`/accounts/${friend.id}`)
      expect(Number((after.json['balance'] as Money).value)).toBeCloseTo(Number(friend.balance.value) + 12.5)
      expect((await open.maria(`/transfers/${String(first.json['id'])}`)).json).toEqual(first.json)
      expect(await audit(open.bank.db)).toEqual(sound)
    })

    it('takes no reference for an empty one', async () => {
      const { status, json } = await open.maria('/transfers', post({ ...payment(), reference: undefined }))
      expect([status, json['reference']]).toEqual([201, ''])
    })

    it('pages through a year without a gap, and every balance follows from the one before', async () => {
      const entries: Entry[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await listed(
          `/accounts/${everyday.id}/transactions?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`,
        )
        entries.push(...page.transactions)
        cursor = page.next
      }
      expect(entries.length).toBeGreaterThan(400)
      expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
      const cents = ({ value }: Money): bigint => BigInt(value.replace('.', ''))
      for (const [i, { amount, balance }] of entries.entries()) {
        const before = entries[i + 1]?.balance ?? eur('0.00')
        expect(cents(before) + cents(amount)).toBe(cents(balance))
      }
    })

    it('searches', async () => {
      const found = await listed(`/accounts/${everyday.id}/transactions?query=stadtwerke&category=utilities`)
      expect(found.transactions.length).toBeGreaterThan(10)
      expect(new Set(found.transactions.map(({ counterparty }) => counterparty.name))).toEqual(
        new Set(['Stadtwerke Nordhaven']),
      )
      const typed = await listed(`/accounts/${everyday.id}/transactions?query=Bistro+Kranichsee%20&limit=5`)
      expect(typed.transactions).toHaveLength(5)
    })

    it('sums up a month', async () => {
      const { json } = await open.maria('/spending?month=2026-04')
      const categories = json['categories'] as { category: string; amount: Money; count: number }[]
      const sum = categories.reduce((total, { amount }) => total + Number(amount.value), 0)
      expect(Number((json['total'] as Money).value)).toBeCloseTo(sum)
      expect(categories[0]).toMatchObject({ category: 'housing', amount: eur('1240.00'), count: 1 })
      // Savings are not spent.
      expect(categories.find(({ category }) => category === 'transfers')?.count ?? 0).toBeLessThan(2)
      const { json: before } = await open.maria('/spending?month=2026-03')
      expect(json['previous']).toEqual(before?.['total'])
      expect((await open.maria('/spending?month=2020-01')).json).toEqual({
        month: '2020-01',
        total: eur('0.00'),
        previous: eur('0.00'),
        categories: [],
      })
    })

    it('keeps payees, and says when they were last paid', async () => {
      const payee = { name: 'Åsa Öberg', iban: foreign }
      const sent = post(payee)
      const made = await open.maria('/payees', sent)
      expect(made.status).toBe(201)
      expect(made.json).toEqual({ ...payee, id: expect.stringMatching(/^pay_/), lastPaidAt: null })
      expect((await open.maria('/payees', sent)).bytes).toEqual(made.bytes)
      expect(refusal(await open.maria('/payees', post(payee)))).toEqual([409, problem, 'payee_exists'])
      await open.maria('/transfers', post({ ...payment(), ...payee }))
      const { payees } = (await open.maria('/payees')).json as {
        payees: { id: string; lastPaidAt: string }[]
      }
      expect(payees.find(({ id }) => id === made.json['id'])?.lastPaidAt).toBe('2026-05-20T10:00:00.000Z')
      const target = `/payees/${String(made.json['id'])}`
      const removed = await open.maria(target, { method: 'DELETE' })
      expect([removed.status, removed.bytes.length]).toEqual([204, 0])
      expect(refusal(await open.maria(target, { method: 'DELETE' }))).toEqual([404, problem, 'not_found'])
    })

    it('checks the name of a payee', async () => {
      const check = async (name: string) =>
        (await open.maria('/payees/check', post({ name, iban: friend.iban }, {}))).json
      expect(await check('Jonas Keller')).toEqual({ match: 'exact' })
      expect(await check('Jonas Kehler')).toEqual({ match: 'close', name: 'Jonas Keller' })
      expect(await check('Somebody Else')).toEqual({ match: 'none' })
    })

    it('pays a batch', async () => {
      const { from, ...one } = payment(eur('1.00'))
      const payments = [one, { ...one, iban: foreign, amount: eur('2.50') }]
      const { status, json } = await open.maria('/transfers/batch', post({ from, payments }))
      expect(status).toBe(201)
      expect(json).toMatchObject({ id: expect.stringMatching(/^bat_/), total: eur('3.50') })
      expect(json['transfers']).toHaveLength(2)
      const much = [one, { ...one, amount: eur('999999999999.99') }]
      expect(refusal(await open.maria('/transfers/batch', post({ from, payments: much })))).toEqual([
        409,
        problem,
        'insufficient_funds',
      ])
    })

    it('keeps standing orders, and pays those that are due', async () => {
      const { standingOrders: seeded } = (await open.maria('/standing-orders')).json as {
        standingOrders: { reference: string; next: string }[]
      }
      expect(new Set(seeded.map(({ reference, next }) => `${reference} ${next}`))).toEqual(
        new Set(['Rent 2026-06-01', 'Savings 2026-06-01']),
      )
      const asked = { ...payment(eur('5.00')), every: 'week', first: '2026-05-20' }
      const made = await open.maria('/standing-orders', post(asked))
      expect([made.status, made.json]).toEqual([
        201,
        { ...asked, id: expect.stringMatching(/^so_/), next: '2026-05-20' },
      ])
      await open.bank.chores()
      const { standingOrders } = (await open.maria('/standing-orders')).json as {
        standingOrders: { id: string; next: string }[]
      }
      const now = standingOrders.find(({ id }) => id === made.json['id'])
      expect(now?.next).toBe('2026-05-27')
      const [newest] = (await listed(`/accounts/${everyday.id}/transactions?limit=1`)).transactions
      expect(newest).toMatchObject({ kind: 'standing_order', amount: eur('-5.00') })
      const target = `/standing-orders/${String(made.json['id'])}`
      expect((await open.maria(target, { method: 'DELETE' })).status).toBe(204)
      expect(refusal(await open.maria(target, { method: 'DELETE' }))).toEqual([404, problem, 'not_found'])
    })

    it('freezes a card and thaws it', async () => {
      const { cards } = (await open.maria('/cards')).json as { cards: Record<string, string>[] }
      expect(cards.map(({ label, masked, state }) => [label, masked, state])).toEqual([
        ['Everyday card', '•••• 4821', 'active'],
        ['Travel card', '•••• 0937', 'active'],
      ])
      const target = `/cards/${cards[0]?.['id']}/state`
      for (const state of ['frozen', 'frozen', 'active']) {
        const { status, json } = await open.maria(target, post({ state }, {}))
        expect([status, json]).toEqual([200, { ...cards[0], state }])
      }
      expect(refusal(await open.maria(target, post({ state: 'melted' }, {})))).toEqual([
        400,
        problem,
        'bad_request',
      ])
    })

    it('answers nothing that may be kept', async () => {
      for (const target of ['/accounts', '/nothing'])
        expect((await open.maria(target)).headers.get('cache-control')).toBe('no-store')
    })

    it('writes down addresses by their pattern, and nothing of what was asked', () => {
      expect(open.logged.length).toBeGreaterThan(20)
      const all = open.logged.join('\n')
      expect(all).toContain('{"level":"info","method":"GET","route":"/accounts/{id}","status":200,"ms":')
      for (const secret of [
        everyday.id,
        everyday.iban,
        'maria',
        'Jonas',
        'Dinner',
        'kranichsee',
        'test-order',
        '12.50',
      ])
        expect(all).not.toContain(secret)
      expect(all).not.toContain('"level":"error"')
    })
  })
})
