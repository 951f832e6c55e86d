/** Stores that go away while the gateway runs: it refuses, forwards nothing, and recovers by itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Session } from '@holdfast/client'
import { type Handset, newHandset, outcomeOf } from './handset.ts'
import { createNode, type Node } from './node.ts'
import { openScene, type Scene } from './scene.ts'
import {
  type Lined,
  type NonceMemory,
  openLinedDatabase,
  openNonceMemory,
  postgresReachable,
  redisReachable,
} from './servers.ts'

const reachable = (await postgresReachable()) && (await redisReachable())

/** What SECURITY.md promises for revocations; a node that hears nothing trusts what it knows no longer than that. */
const trustMs = 1000
/** A gateway that waits for a store longer than this has not refused quickly. Its own limit is 4 s. */
const patienceMs = 10_000
/** Seven seconds by the protocol, and on a busy machine another try: what it signs by a clock it was told late may be too old. */
const phonePatienceMs = 20_000

describe.skipIf(!reachable)(
  'a store goes away: PostgreSQL and Redis (skipped when one is unreachable)',
  () => {
    let scene: Scene
    let database: Lined
    let nonces: NonceMemory
    let node: Node
    let handset: Handset
    let session: Session
    let keys = 0

    const read = async (): Promise<void> => void (await (await session.fetch('/balance')).text())
    const write = async (idempotencyKey: string): Promise<string> =>
      (await session.fetch('/transfers', { method: 'POST', body: '{}', idempotencyKey })).text()
    const newKey = (): string => `a-write-while-down-${keys++}`
    const recovers = (act: () => Promise<unknown>): Promise<unknown> =>
      vi.waitFor(act, { timeout: 60_000, interval: 50 })

    beforeAll(async () => {
      scene = await openScene()
      database = await openLinedDatabase()
      nonces = await openNonceMemory()
      const stores = {
        store: { kind: 'postgres', url: database.url },
        nonces: { kind: 'redis', url: nonces.url },
      }
      node = createNode({ config: { ...scene.config, ...stores } })
      await node.start()
      handset = newHandset(node, scene)
      await handset.enrol()
    })
    beforeEach(async () => {
      session = await handset.app().unlock()
      await read()
    })
    afterAll(async () => {
      node?.clear()
      scene?.close()
      await nonces?.remove()
      await database?.remove()
    })

    /** Reads again and again until refused; the code, and when the last one that reached the backend did. */
    async function untilRefused(): Promise<{ code: unknown; lastAt: number }> {
      for (;;) {
        const code = await outcomeOf(read())
        if (code !== 'done') return { code, lastAt: scene.received.at(-1)?.at ?? 0 }
      }
    }

    async function nothingPasses(): Promise<void> {
      const seen = scene.received.length
      const begun = performance.now()
      const acts = [read(), write(newKey()), handset.app().unlock()]
      for (const outcome of await Promise.all(acts.map(outcomeOf))) expect(outcome).toBe('store_unavailable')
      expect(performance.now() - begun).toBeLessThan(patienceMs)
      expect(scene.received.length).toBe(seen)
    }

    it('the database is cut: what was known is trusted for less than a second, then refused', async () => {
      const cutAt = performance.now()
      database.line.cut()
      expect(await outcomeOf(write(newKey()))).toBe('store_unavailable')
      const { code, lastAt } = await untilRefused()
      expect(code).toBe('store_unavailable')
      expect(lastAt - cutAt).toBeLessThan(trustMs)
      await nothingPasses()
      database.line.mend()
      await recovers(read)
      const key = newKey()
      await recovers(() => write(key))
      expect(scene.runs(key)).toBe(1)
    })

    it('the database falls silent: the same, though no connection breaks', async () => {
      const silentAt = performance.now()
      database.line.silence()
      const { code, lastAt } = await untilRefused()
      expect(code).toBe('store_unavailable')
      expect(lastAt - silentAt).toBeLessThan(trustMs)
      database.line.mend()
      await recovers(read)
      await recovers(() => write(newKey()))
    })

    it('a write whose claim may or may not have been taken when the database was cut runs once at most', async () => {
      const key = newKey()
      database.line.afterStatement(1, () => database.line.cut())
      expect(await outcomeOf(write(key))).toBe('store_unavailable')
      expect(database.line.disarm()).toBe(true)
      expect(scene.runs(key)).toBe(0)
      database.line.mend()
      await recovers(read)
      expect(['done', 'request_in_progress']).toContain(await outcomeOf(write(key)))
      expect(scene.runs(key)).toBeLessThanOrEqual(1)
    })

    it('the backend answered and the answer cannot be kept: the phone hears it, and nothing runs again', async () => {
      const key = newKey()
      scene.onRequest = () => database.line.cut()
      expect(JSON.parse(await write(key))).toEqual({ run: 1 })
      scene.onRequest = () => undefined
      database.line.mend()
      await recovers(read)
      expect(await outcomeOf(write(key))).toBe('request_in_progress')
      expect(scene.runs(key)).toBe(1)
    })

    it('the nonce memory is cut: nothing passes, and it goes on where it was', async () => {
      nonces.line.cut()
      await nothingPasses()
      nonces.line.mend()
      await recovers(read)
    })

    it('the nonce memory is wiped: what was signed before is refused, replays too, and a new signature passes', async () => {
      const replay = handset.phone.network.exchanges.at(-1)?.request
      if (replay === undefined) throw new Error('nothing was sent')
      const seen = scene.received.length
      await nonces.wipe()
      const again = await handset.phone.platform.network({
        ...replay,
        timeoutMs: 5000,
        timeoutCovers: 'head',
      })
      const names = again.rawFields.map((name) => name.toLowerCase())
      expect(again.rawFields[names.indexOf('holdfast-error') + 1]).toBe('nonce_store_restarted')
      expect(await outcomeOf(read())).toBe('nonce_store_restarted')
      expect(scene.received.length).toBe(seen)

      // Real time, once: the age of a signature is judged by the clock of a gateway in another process (docs/protocol.md 3.5).
      const patient = newHandset(node, scene, {
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 7000))),
      })
      const begun = performance.now()
      await patient.enrol()
      expect(performance.now() - begun).toBeLessThan(phonePatienceMs)
      await read()
    })
  },
)
