/** The books cannot be reached: a clear no, and everything as before when they can. */
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Open, openTestBank } from './bank.ts'
import { audit, foreign, sound } from './books.ts'
import { firstAccount } from './gateway.ts'
import { type Place, postgres } from './databases.ts'

describe.skipIf(postgres.skipped)(`an outage of ${postgres.name}`, () => {
  let open: Open
  let place: Place
  beforeAll(async () => {
    open = await openTestBank({
      ...postgres,
      async create() {
        place = await postgres.create()
        return place
      },
    })
  })
  afterAll(() => open.close())

  async function inPostgres(statement: string): Promise<void> {
    const client = new Client({ connectionString: place.url })
    await client.connect()
    await client.query(statement)
    await client.end()
  }

  it('is 503 in the middle of work, and leaves nothing half done', async () => {
    const from = await firstAccount(open.maria)
    const body = {
      from,
      name: 'X Y',
      iban: foreign,
      amount: { currency: 'EUR', value: '0.01' },
      reference: '',
    }
    const orders = Array.from({ length: 30 }, () => {
      return { method: 'POST', body, fields: { 'idempotency-key': randomUUID() } }
    })
    const answers = orders.map((order) => open.maria('/transfers', order))
    await inPostgres(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'alder-bank'`,
    )
    for (const { status, json: told } of await Promise.all(answers))
      expect([status, told?.['error']]).toEqual(status === 201 ? [201, undefined] : [503, 'unavailable'])
    // The same orders again: each is paid once, whether it was paid before or not.
    await vi.waitFor(
      async () => {
        for (const order of orders) expect((await open.maria('/transfers', order)).status).toBe(201)
      },
      { timeout: 20_000 },
    )
    const { paid } = await open.bank.db
      .selectFrom('posting')
      .select(({ fn }) => fn.countAll<bigint>().as('paid'))
      .where('counterpartyIban', '=', foreign)
      .executeTakeFirstOrThrow()
    expect(paid).toBe(30n)
    expect(await audit(open.bank.db)).toEqual(sound)
  })

  it('is 503 as long as there is no database, with nothing of the reason told or written down', async () => {
    await place.drop()
    const { status, json, bytes } = await open.maria('/accounts')
    expect([status, json['error']]).toEqual([503, 'unavailable'])
    expect(bytes.toString()).not.toContain('database')
    expect(open.logged.at(-2)).toContain('"level":"error","during":"/accounts"')
    expect(open.logged.join()).not.toMatch(/alder_test|postgres:/)
  })
})
