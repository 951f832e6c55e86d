/** Sealing keys on nodes that share real stores: what one process cannot show. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fromBase64url, parseKeyConfiguration, type ServiceStatement } from '@holdfast/core'
import { newSealingMemory, type SealingMemory } from '@holdfast/server'
import { redisShortLived } from '@holdfast/server/redis'
import { embeddedStore, postgresStore } from '@holdfast/server/sql'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCluster } from '../test/cluster.ts'
import { createRig, type Rig, type TestClock, testClock } from '../test/rig.ts'
import { answerSealed, type Sealed, sealInner, sealingKeyOf, statementOf } from '../test/sealed.ts'
import type { Deployment } from './deployment.ts'
import { createSealingKeys, type SealingKeys } from './sealing-keys.ts'
import type { DurableStore, ShortLivedStore } from './store.ts'

const server = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const redis = process.env['HOLDFAST_TEST_REDIS'] ?? 'redis://127.0.0.1:6379'
const admin = new Client({ connectionString: server, connectionTimeoutMillis: 2000 })
const hasPostgres = await admin.connect().then(
  () => true,
  () => false,
)
const hasRedis = await redisShortLived({ url: redis }).then(
  (store) => store.close().then(() => true),
  () => false,
)

type Node = Rig & { readonly memory: SealingMemory }
type Parts = Pick<Deployment, 'store' | 'shortLived' | 'keys'>

let clock: TestClock
let nodes: Node[]
beforeEach(() => {
  clock = testClock()
  nodes = []
})
afterEach(async () => {
  for (const node of nodes) await node.server.close()
})

async function start(
  parts: Partial<Parts>,
  suites: NonNullable<Deployment['sealing']>['suites'] = ['x25519'],
): Promise<Node> {
  const memory = newSealingMemory()
  const rig = await createRig({ clock, sealingMemory: memory, parts: { ...parts, sealing: { suites } } })
  const node = { ...rig, memory }
  nodes.push(node)
  return node
}

/** Dies with what it had in memory, and says nothing to anybody. */
function crash(node: Node): void {
  node.memory.held.clear()
  node.memory.node = null
  // Its store is gone for it, so its timer cannot speak for it any more.
  Object.assign(node.deployment.store, { getDocument: () => Promise.reject(new Error('crashed')) })
}

const ask = async (node: Node): Promise<Sealed> =>
  sealInner({ method: 'GET', target: '/holdfast/challenge' }, await sealingKeyOf(node.server))

/** The status inside, or the code of the outer refusal. */
async function outcome(node: Node, sealed: Sealed): Promise<number | string> {
  const answer = await answerSealed(node.server, sealed)
  return answer.refusal?.code ?? (await sealed.open(answer)).status
}

describe.skipIf(!hasPostgres || !hasRedis)(
  'on PostgreSQL and Redis (skipped when HOLDFAST_TEST_POSTGRES or HOLDFAST_TEST_REDIS is unreachable)',
  () => {
    const database = `holdfast_test_${randomUUID().replaceAll('-', '')}`
    const url = Object.assign(new URL(server), { pathname: `/${database}` }).href
    const inside = new Client({ connectionString: url })
    let shared: DurableStore
    let shortLived: ShortLivedStore
    let keys: Deployment['keys']
    beforeAll(async () => {
      await admin.query(`create database ${database}`)
      await inside.connect()
      shared = await postgresStore({ url, connections: 5 })
      shortLived = await redisShortLived({ url: redis, prefix: `test-${randomUUID()}` })
      keys = (await createRig()).deployment.keys
    })
    beforeEach(() => inside.query('delete from document'))
    afterEach(async () => {
      await Promise.all(nodes.splice(0).map((node) => node.server.close()))
    })
    afterAll(async () => {
      await Promise.all([shared.close(), shortLived.close(), inside.end()])
      await admin.query(`drop database ${database} with (force)`)
      await admin.end()
    })

    const join = (suites?: NonNullable<Deployment['sealing']>['suites']): Promise<Node> =>
      start({ store: { ...shared }, shortLived, keys }, suites)

    test('what is sealed to a key of one node opens on the other, at once', async () => {
      const [one, two] = [await join(['x-wing', 'x25519']), await join(['x-wing', 'x25519'])]
      const sealed = await ask(one)
      expect(await outcome(two, sealed)).toBe(200)
      expect(await outcome(one, await ask(two))).toBe(200)
    })

    test('a node that was killed comes back and opens what is sealed to the keys of before', async () => {
      const [one, two] = [await join(), await join()]
      const before = await ask(one)
      expect(await outcome(two, before)).toBe(200)
      crash(two)
      const again = await join()
      expect(await outcome(again, before)).toBe(200)
      clock.advance(3_600_000)
      expect(await outcome(one, await ask(again))).toBe(200)
      expect(await outcome(again, before)).toBe(200)
    })

    test('all nodes killed: what was sealed is stale, and a new statement helps', async () => {
      const [one, two] = [await join(), await join()]
      const before = await ask(one)
      crash(one)
      crash(two)
      const [three, four] = [await join(), await join()]
      clock.advance(4000)
      expect(await outcome(three, before)).toBe('stale_sealing_key')
      const sealed = await ask(three)
      expect(await outcome(three, sealed)).toBe(200)
      expect(await outcome(four, sealed)).toBe(200)
    })

    // Without sessions, for which each node would take a connection of its own to listen on.
    test('twenty nodes that start at once make one key of each suite, and all open it', async () => {
      const { deployment } = await createRig({ clock, parts: { store: shared, shortLived, keys } })
      const racers = await Promise.all(
        Array.from({ length: 20 }, () => createSealingKeys(deployment, ['x-wing', 'x25519'])),
      )
      const offers = new Set(racers.map((racer) => JSON.stringify(racer.offered())))
      expect(offers.size).toBe(1)
      const configurations = (racers[0] as SealingKeys)
        .offered()
        .map(({ config }) => parseKeyConfiguration(fromBase64url(config)))
      expect(configurations).toHaveLength(2)
      for (const configuration of configurations) {
        const found = await Promise.all(racers.map((racer) => racer.find(configuration?.id ?? -1)))
        for (const key of found) expect(key?.configuration).toEqual(configuration)
      }
      await Promise.all(racers.map((racer) => racer.close()))
    })

    test('after each rotation all nodes say one statement, and all open what it says', async () => {
      const three = [await join(), await join(), await join()]
      const configOf = ({ sealing }: ServiceStatement): string => sealing?.[0]?.config ?? ''
      const seen = new Set([configOf(await statementOf(three[0]?.server ?? expect.unreachable()))])
      for (let hour = 0; hour < 4; hour++) {
        clock.advance(3_600_000)
        await vi.waitFor(
          async () => {
            clock.advance(100)
            const statements = await Promise.all(three.map(({ server: node }) => statementOf(node)))
            expect(new Set(statements.map(({ seq }) => seq)).size).toBe(1)
            const configs = new Set(statements.map(configOf))
            expect(configs.size).toBe(1)
            for (const config of configs) expect(seen.has(config)).toBe(false)
            for (const config of configs) seen.add(config)
          },
          { timeout: 20_000, interval: 100 },
        )
        const sealed = await ask(three[0] as Node)
        for (const node of three) expect(await outcome(node, sealed)).toBe(200)
      }
      expect(seen.size).toBe(5)
    })

    test('suites come and go over restarts; what was sealed before still opens', async () => {
      const kept: Sealed[] = []
      let other = await join(['x25519'])
      for (const suites of [['x-wing', 'x25519'], ['x-wing'], ['x25519']] as const) {
        kept.push(await ask(other))
        const next = await join(suites)
        for (const sealed of kept) expect(await outcome(next, sealed)).toBe(200)
        await other.server.close()
        nodes.splice(nodes.indexOf(other), 1)
        other = next
      }
      const statement = await statementOf(other.server)
      expect(statement.sealing).toHaveLength(1)
      for (const sealed of kept) expect(await outcome(other, sealed)).toBe(200)
      clock.advance(7_200_000)
      for (const sealed of kept) expect(await outcome(other, sealed)).toBe('stale_sealing_key')
    })
  },
)

test('the embedded database: a restarted service has a new key at once', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-sealing-'))
  try {
    await createCluster(path.join(folder, 'data'))
    const store = await embeddedStore({ directory: path.join(folder, 'data') })
    const { keys } = (await createRig()).deployment
    const one = await start({ store, keys })
    const before = await ask(one)
    expect(await outcome(one, before)).toBe(200)
    await one.server.close()
    const two = await start({ store, keys })
    clock.advance(4000)
    expect(await outcome(two, before)).toBe('stale_sealing_key')
    expect(await outcome(two, await ask(two))).toBe(200)
    await two.server.close()
    nodes = []
    await store.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
