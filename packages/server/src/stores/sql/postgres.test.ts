import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DurableStore, Invalidation, ShortLivedStore } from '../../store.ts'
import { durableContract, shortLivedContract } from '../contract/index.ts'
import { auditEntry, enrolledDevice, familyRecord, repeatRecord, t0 } from '../contract/facts.ts'
import { postgresShortLived, postgresStore } from './index.ts'

const server = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const database = `holdfast_test_${randomUUID().replaceAll('-', '')}`
const url = Object.assign(new URL(server), { pathname: `/${database}` }).href

/** A wait ends when what it waits for is there; this is when it is given up. */
const patience = { timeout: 20_000, interval: 20 }

const admin = new Client({ connectionString: server, connectionTimeoutMillis: 2000 })
const reachable = await admin.connect().then(
  () => true,
  () => false,
)

describe.skipIf(!reachable)('PostgreSQL stores (skipped when HOLDFAST_TEST_POSTGRES is unreachable)', () => {
  let nodes: DurableStore[] = []
  let memories: ShortLivedStore[] = []

  beforeAll(async () => {
    await admin.query(`create database ${database}`)
    // All at once on an empty database: the migration has to bear nodes that start together.
    nodes = await Promise.all([1, 2, 3].map(() => postgresStore({ url, connections: 5 })))
    memories = await Promise.all([1, 2].map(() => postgresShortLived({ url, connections: 5 })))
  })

  afterAll(async () => {
    await Promise.all([...nodes, ...memories].map((store) => store.close()))
    await admin.query(`drop database ${database} with (force)`)
    await admin.end()
  })

  const runner = { describe, it, expect }
  durableContract('PostgreSQL', async () => nodes, runner)
  shortLivedContract(
    'PostgreSQL',
    async () => {
      const wipe = async () => {
        await inDatabase('truncate nonce, nonce_epoch, rate')
        return memories
      }
      return { nodes: await wipe(), wipe }
    },
    runner,
  )

  describe('PostgreSQL races', () => {
    it('makes a revocation wait for a family that is half started, and end it', async () => {
      const [starting, revoking] = nodes
      const device = await enrolledDevice(starting!)
      const family = familyRecord(device)
      const repeat = repeatRecord()

      // Somebody else is writing the same answer: the start has looked at the device and waits with its row locked.
      const holder = new Client({ connectionString: url })
      await holder.connect()
      await holder.query('begin')
      await holder.query('insert into repeat values ($1, $2, $3)', [repeat.requestHash, '', 0])
      const start = starting!.startFamily(family, repeat, auditEntry('session.started'))
      await vi.waitUntil(async () => (await waitingForLocks()) === 1, patience)

      let revoked = false
      const revocation = revoking!.revokeDevice(device.id, t0, auditEntry('device.revoked')).finally(() => {
        revoked = true
      })
      await vi.waitUntil(async () => revoked || (await waitingForLocks()) === 2, patience)
      await holder.query('rollback')
      await holder.end()

      expect(await start).toBe(true)
      expect((await revocation)?.id).toBe(device.id)
      expect((await starting!.findSession(family.sid))?.family.endedAt).toBe(t0)
    })
  })

  describe('PostgreSQL feed', () => {
    it('goes stale when it is cut, then tells all, and is fresh again', async () => {
      const [store] = nodes
      const events: Invalidation[] = []
      const feed = await store!.subscribe((event) => events.push(event))
      const before = feed.freshAt()
      expect(performance.now() - before).toBeLessThan(1000)

      await inDatabase(`alter database ${database} allow_connections false`, server)
      await cut('listen')
      const stale = feed.freshAt()
      // Two failed tries to reconnect later it still is what it was.
      await vi.waitUntil(async () => performance.now() - stale > 700, patience)
      expect(feed.freshAt()).toBe(stale)

      await inDatabase(`alter database ${database} allow_connections true`, server)
      await vi.waitUntil(() => feed.freshAt() > stale, patience)
      expect(events).toEqual([{ all: true }])
      const device = await enrolledDevice(store!)
      await store!.revokeDevice(device.id, t0, auditEntry('device.revoked'))
      // Twice, perhaps: from the feed, and from the act itself, in whichever order.
      await vi.waitUntil(() => events.length >= 2, patience)
      expect(events.at(-1)).toEqual({ device: device.id })
      await feed.close()
    })

    it('ignores what no node of ours says', async () => {
      const events: Invalidation[] = []
      const feed = await nodes[0]!.subscribe((event) => events.push(event))
      for (const payload of ['', '{', 'null', '{"device":1}', '{"all":true}']) {
        await inDatabase(`select pg_notify('holdfast_invalidation', '${payload}')`)
      }
      await inDatabase(`select pg_notify('holdfast_invalidation', '{"sid":"one"}')`)
      await vi.waitUntil(() => events.length > 0, patience)
      expect(events).toEqual([{ sid: 'one' }])
      await feed.close()
    })
  })

  describe('PostgreSQL connection', () => {
    it('recovers by itself when every connection is cut, in the middle of work', async () => {
      const store = nodes[0]!
      const work = Array.from({ length: 20 }, () => store.ping().catch((error: unknown) => error))
      await turn()
      await cut('')
      for (const result of await Promise.all(work)) {
        if (typeof result !== 'number') expect(result).toMatchObject({ code: 'store_unavailable' })
      }
      await vi.waitUntil(() => store.ping().then(...settled), patience)
      await vi.waitUntil(() => memories[0]!.ping().then(...settled), patience)
    })

    it('refuses to start without a server', async () => {
      const started = postgresStore({ url: 'postgres://postgres@127.0.0.1:1/none' })
      await expect(started).rejects.toMatchObject({ code: 'store_unavailable' })
    })

    it('refuses within seconds when the server is silent', async () => {
      const silent = createServer(() => {}).listen(0, '127.0.0.1')
      await once(silent, 'listening')
      const address = silent.address()
      const port = typeof address === 'object' ? address?.port : undefined
      const begun = performance.now()
      const started = postgresShortLived({ url: `postgres://postgres@127.0.0.1:${port}/none` })
      await expect(started).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(performance.now() - begun).toBeLessThan(6000)
      silent.close()
    })

    it('is unavailable, not hanging, while a lock is held for too long', async () => {
      const holder = new Client({ connectionString: url })
      await holder.connect()
      await holder.query('begin')
      await holder.query('lock table document in access exclusive mode')
      await expect(nodes[0]!.getDocument('statement')).rejects.toMatchObject({ code: 'store_unavailable' })
      await holder.query('rollback')
      await holder.end()
      expect(await nodes[0]!.getDocument('statement')).toBe(null)
    })
  })
})

/** Ends our own connections to the test's database whose last statement begins so. */
async function cut(statement: string): Promise<void> {
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = $1 and application_name = 'holdfast' and (query ~* $2)`,
    [database, statement === 'listen' ? 'pg_notify|listen' : ''],
  )
}

async function waitingForLocks(): Promise<number> {
  const { rows } = await admin.query<{ count: string }>(
    `select count(*) from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`,
    [database],
  )
  return Number(rows[0]?.count)
}

async function inDatabase(text: string, address: string = url): Promise<void> {
  const client = new Client({ connectionString: address })
  await client.connect()
  await client.query(text)
  await client.end()
}

const settled = [() => true, () => false] as const
