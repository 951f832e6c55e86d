/**
 * Forward secrecy of sealed traffic, seen from the thief's side: twelve hours are recorded on the wire, and at their end he is given every
 * key that still exists, everything any store ever held, and the phone.
 */
import { type KeyObject, randomUUID } from 'node:crypto'
import {
  decapsulate,
  deviceGrant,
  fromBase64url,
  fromUtf8,
  parseKeyConfiguration,
  parseRequestSignature,
  readEncapsulatedHeader,
  refreshGrant,
  type SealingKey,
  toBase64url,
  type TokenResponse,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { newSealingMemory, type SealingMemory } from '@holdfast/server'
import { redisShortLived } from '@holdfast/server/redis'
import { postgresStore } from '@holdfast/server/sql'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  createRig,
  enrol,
  type Key,
  newKey,
  origin,
  type Phone,
  type Rig,
  seconds,
  signedFields,
  type TestClock,
  testClock,
} from '../test/rig.ts'
import { type Inner, sealInner, sealingKeyOf } from '../test/sealed.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { readDocument, type SealingDocument } from './sealing-document.ts'
import { type HeldKey, type NodeKey, openSeed } from './sealing-memory.ts'
import { baseOf, verifySignature } from './signature.ts'
import type { DurableStore, ShortLivedStore } from './store.ts'

const server = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const redisUrl = process.env['HOLDFAST_TEST_REDIS'] ?? 'redis://127.0.0.1:6379'
const database = `holdfast_test_${randomUUID().replaceAll('-', '')}`
const url = Object.assign(new URL(server), { pathname: `/${database}` }).href
const prefix = `test-${randomUUID()}`
const admin = new Client({ connectionString: server, connectionTimeoutMillis: 2000 })
const hasPostgres = await admin.connect().then(
  () => true,
  () => false,
)
const hasRedis = await redisShortLived({ url: redisUrl }).then(
  (store) => store.close().then(() => true),
  () => false,
)

// Nodes wait for each other in real time, on machines that have other things to do.
vi.setConfig({ testTimeout: 60_000 })

const hours = 12
const hourMs = 3_600_000

type Node = Rig & { readonly memory: SealingMemory }
type Recorded = { readonly hour: number; readonly message: Uint8Array }
/** What only the phone and this test know: with it a kept answer does open. */
type Secret = { readonly context: string; readonly secret: Uint8Array }

/** Everything the thief carries away. */
type Loot = {
  /** What stands for the key file: it opens and makes everything the wrapping keys do. */
  readonly keys: Deployment['keys']
  readonly memories: readonly SealingMemory[]
  /** Every row and every document of every hour, and all of Redis. */
  readonly texts: readonly string[]
  readonly documents: readonly SealingDocument[]
}

const words = (loot: Loot): Set<string> =>
  new Set(loot.texts.flatMap((text) => text.match(/[A-Za-z0-9_-]{16,}/g) ?? []))

/** Every sealing key that can be had from the loot: in memory, in a document for a node key, or lying about as 32 octets. */
async function keysIn(loot: Loot): Promise<SealingKey[]> {
  const found: SealingKey[] = loot.memories.flatMap(({ held }) => [...held.values()])
  const nodeKeys = loot.memories.map(({ node }) => node).filter((node): node is NodeKey => node !== null)
  const entries = loot.documents.flatMap(({ keys }) => keys)
  for (const entry of entries)
    for (const node of nodeKeys) {
      const key = await openSeed(entry, node).catch(() => null)
      if (key !== null) found.push(key)
    }
  const configurations = new Map(
    entries.map(({ config }) => [config, parseKeyConfiguration(fromBase64url(config))]),
  )
  for (const word of words(loot)) {
    if (word.length !== 43) continue
    for (const suite of ['x25519', 'x-wing'] as const) {
      const pair = await nodeCrypto.hpke.deriveKeyPair(suite, Buffer.from(word, 'base64url'))
      const text = toBase64url(pair.publicKey)
      for (const configuration of configurations.values())
        if (configuration !== null && toBase64url(configuration.publicKey) === text)
          found.push({ configuration, privateKey: pair.privateKey })
    }
  }
  return found
}

/** What somebody has who took the key while it lived: erasing ours does not reach it. */
async function copyOf({ configuration, seed }: HeldKey): Promise<SealingKey> {
  const { privateKey } = await nodeCrypto.hpke.deriveKeyPair(configuration.suite, seed)
  return { configuration, privateKey }
}
/** Of a node key no seed is kept. */
function copyOfNode(node: NodeKey): NodeKey {
  return { ...node, privateKey: { ...node.privateKey } }
}

/** The hours whose traffic opens, at least in part. */
async function hoursOpened(recorded: readonly Recorded[], keys: readonly SealingKey[]): Promise<number[]> {
  const opened = new Set<number>()
  for (const { hour, message } of recorded) {
    const { keyId } = readEncapsulatedHeader(message)
    for (const key of keys) {
      if (key.configuration.id !== keyId) continue
      const plaintext = await decapsulate(message, key, nodeCrypto).catch(() => null)
      if (plaintext !== null) opened.add(hour)
    }
  }
  return [...opened]
}

/** For what an answer is sealed, by the columns beside it: whoever has the code need not try the others. */
function contextIn(row: string): string {
  if (row.includes('"request_hash":')) return 'repeat'
  return row.includes('"refresh_digest":') ? 'refresh' : 'answer'
}

/** How many of the kept answers open with one of these secrets. */
function answersOpened(loot: Loot, secrets: readonly Secret[]): number {
  const sealed = new Map<string, string>()
  for (const text of loot.texts)
    for (const [, value] of text.matchAll(/"(?:sealed_answer|successor_answer)":"([^"]+)"/g))
      sealed.set(value as string, contextIn(text))
  expect(sealed.size).toBeGreaterThan(hours * 2)
  let opened = 0
  for (const [answer, wanted] of sealed) {
    const opens = secrets.some(({ context, secret }) => {
      if (!context.startsWith(wanted)) return false
      try {
        return loot.keys.open(context, answer, secret.length === 0 ? undefined : secret).length > 0
      } catch {
        return false
      }
    })
    if (opens) opened++
  }
  return opened
}

describe.skipIf(!hasPostgres || !hasRedis)(
  'a thief at the end of twelve hours (skipped when HOLDFAST_TEST_POSTGRES or HOLDFAST_TEST_REDIS is unreachable)',
  () => {
    const clock: TestClock = testClock()
    const recorded: Recorded[] = []
    const secrets: Secret[] = []
    const bases: string[] = []
    const texts: string[] = []
    const documents: SealingDocument[] = []
    /** What no thief has: copies of the keys of each hour, kept by this test. */
    const saved: SealingKey[] = []
    const savedNodes: NodeKey[] = []
    let keys: Deployment['keys']
    let store: DurableStore
    let shortLived: ShortLivedStore
    let dump: Client
    let redis: Redis
    let nodes: [Node, Node]
    let phone: Phone
    let loot: Loot
    let lastTokens: TokenResponse

    async function start(): Promise<Node> {
      const memory = newSealingMemory()
      const written: DurableStore = {
        ...store,
        async putDocument(name, sequence, value) {
          // What a WAL holds: every value, and also one that lost its race.
          texts.push(value)
          const document = name === 'sealing' ? readDocument(value, sequence, keys) : null
          if (document !== null) {
            documents.push(document)
            texts.push(JSON.stringify(document))
          }
          return store.putDocument(name, sequence, value)
        },
      }
      const parts = { store: written, shortLived, keys, sealing: { suites: ['x-wing', 'x25519'] as const } }
      const rig = await createRig({ clock, sealingMemory: memory, parts })
      return { ...rig, memory }
    }

    async function dumpStores(): Promise<void> {
      const { rows: tables } = await dump.query<{ name: string }>(
        `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
      )
      for (const { name } of tables) {
        const { rows } = await dump.query<{ row: string }>(
          `select row_to_json(t)::text as row from ${name} t`,
        )
        texts.push(...rows.map(({ row }) => row))
      }
      for (const key of await redis.keys(`${prefix}:*`)) {
        const isHash = (await redis.type(key)) === 'hash'
        texts.push(key, isHash ? JSON.stringify(await redis.hgetall(key)) : ((await redis.get(key)) ?? ''))
      }
    }

    async function call(hour: number, node: Node, suite: 'x-wing' | 'x25519', inner: Inner) {
      const sealed = await sealInner(inner, await sealingKeyOf(node.server, [suite]))
      recorded.push({ hour, message: sealed.message })
      const exchange = await node.server.sealing?.open(sealed.head, sealed.message)
      if (exchange === undefined) throw new Error('not opened')
      return { sealed, exchange }
    }

    async function signedInner(
      target: string,
      json: unknown,
      key: Key,
      more: ReadonlyArray<readonly [string, string]> = [],
    ): Promise<Inner> {
      const body = utf8(JSON.stringify(json))
      const fields = [['content-type', 'application/json'] as const, ...more]
      const created = seconds(clock)
      return {
        method: 'POST',
        target,
        body,
        fields: await signedFields({ method: 'POST', target, key, created, body, fields }),
      }
    }

    /** A token call as the phone makes it, and the secret that opens its kept answer. */
    async function tokens(
      hour: number,
      node: Node,
      suite: 'x-wing' | 'x25519',
      json: unknown,
    ): Promise<TokenResponse> {
      const inner = await signedInner('/holdfast/token', json, phone.device)
      const { sealed, exchange } = await call(hour, node, suite, inner)
      const answer = await sealed.open(
        await exchange.seal(await node.server.answer(exchange.head, exchange.body)),
      )
      expect(answer.status).toBe(200)
      if (!('refresh_token' in (json as object))) noteRequest(exchange.head)
      return JSON.parse(fromUtf8(answer.body)) as TokenResponse
    }

    function noteRequest(head: RequestHead): void {
      const { thumbprint } = phone.device.signer
      const verifyKey = nodeCrypto.importPublicKey(phone.device.pair.publicJwk)
      const signature = verifySignature(head, { origin, routeFields: [], key: { thumbprint, verifyKey } })
      secrets.push({ context: 'repeat', secret: utf8(signature.requestHash) })
      const base = baseOf(head, origin, parseRequestSignature(head.fields))
      bases.push(base, toBase64url(nodeCrypto.sha256(utf8(base))))
    }

    /** One hour's traffic on one node: unlock, refresh, and a transfer whose answer is kept. */
    async function serve(hour: number, node: Node): Promise<void> {
      const suite = hour % 2 === 0 ? 'x-wing' : 'x25519'
      const session = await newKey()
      const first = await tokens(hour, node, suite, {
        grant_type: deviceGrant,
        session_key: session.pair.publicJwk,
      })
      const next = await tokens(hour, node, suite, {
        grant_type: refreshGrant,
        refresh_token: first.refresh_token,
      })
      lastTokens = next
      secrets.push({ context: 'refresh', secret: utf8(first.refresh_token) })
      const idempotencyKey = toBase64url(nodeCrypto.random(16))
      const inner = await signedInner('/transfers', { cents: 100 * hour }, session, [
        ['authorization', `Holdfast ${next.access_token}`],
        ['idempotency-key', idempotencyKey],
      ])
      const { exchange } = await call(hour, node, suite, inner)
      const verified = await node.server.verify(exchange.head, node.server.rule(exchange.head))
      const claim = await node.server.claim(verified)
      if (claim.kind !== 'run') throw new Error('not the first')
      await claim.settle({ status: 201, fields: [], body: utf8(`paid ${100 * hour}`) })
      secrets.push({ context: `answer:${phone.id}`, secret: utf8(idempotencyKey) })
    }

    /** The keys of the new hour are made, and clients are told of them. */
    async function anHourLater(): Promise<void> {
      clock.advance(hourMs)
      for (const { server: node } of nodes) await sealingKeyOf(node)
      clock.advance(1000)
    }

    beforeAll(async () => {
      await admin.query(`create database ${database}`)
      dump = new Client({ connectionString: url })
      await dump.connect()
      redis = new Redis(redisUrl)
      store = await postgresStore({ url, connections: 5 })
      shortLived = await redisShortLived({ url: redisUrl, prefix })
      keys = (await createRig({ clock })).deployment.keys
      nodes = [await start(), await start()]
      phone = await enrol(nodes[0], 'ann')
      for (let hour = 0; hour < hours; hour++) {
        if (hour > 0) await anHourLater()
        for (const node of nodes) {
          await serve(hour, node)
          for (const key of node.memory.held.values()) saved.push(await copyOf(key))
          if (node.memory.node !== null) savedNodes.push(copyOfNode(node.memory.node))
        }
        await dumpStores()
        // One of them, in turns, in good order or not; the other goes on serving.
        if (hour % 5 === 4) {
          const at = hour % 2 === 0 ? 0 : 1
          if (hour % 3 === 0) await nodes[at].server.close()
          const other = await start()
          if (hour % 3 !== 0) await nodes[at].server.close()
          nodes[at] = other
        }
      }
      clock.advance(600_000)
      for (const { memory, server: node } of nodes) {
        await sealingKeyOf(node)
        const ended = (): boolean => [...memory.held.values()].some(({ endsMs }) => endsMs <= clock.now())
        await vi.waitFor(() => expect(ended()).toBe(false), { timeout: 20_000 })
        await vi.waitFor(() => expect(memory.node).not.toBe(null), { timeout: 20_000 })
      }
      await dumpStores()
      const { device } = phone
      const privateKey = device.pair.privateKey as unknown as KeyObject
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      texts.push(phone.id, phone.user, pem, JSON.stringify(device.pair.publicJwk), JSON.stringify(lastTokens))
      loot = { keys, memories: nodes.map(({ memory }) => memory), texts, documents }
    }, 240_000)
    afterAll(async () => {
      for (const { server: node } of nodes ?? []) await node.close()
      const left = await redis.keys(`${prefix}:*`)
      if (left.length > 0) await redis.del(...left)
      redis.disconnect()
      await Promise.all([store.close(), shortLived.close(), dump.end()])
      await admin.query(`drop database ${database} with (force)`)
      await admin.end()
    })

    const lastHours = [hours - 2, hours - 1]

    test('opens what lies inside the overlap, and nothing before it', async () => {
      expect(recorded).toHaveLength(hours * 2 * 3)
      expect(documents.length).toBeGreaterThan(hours * 2)
      expect(await hoursOpened(recorded, await keysIn(loot))).toEqual(lastHours)
    })

    test('would open all hours if keys were not erased: the tool works', async () => {
      const all = Array.from({ length: hours }, (_, hour) => hour)
      expect(await hoursOpened(recorded, saved)).toEqual(all)
    })

    test('would open more from the documents if node keys were not erased: they do hold seeds', async () => {
      const memories = savedNodes.map((node) => ({ held: new Map(), node }))
      const opened = await hoursOpened(recorded, await keysIn({ ...loot, texts: [], memories }))
      expect(opened.length).toBeGreaterThan(hours / 2)
    })

    test('would find a seed that lay about anywhere: the search works', async () => {
      const [held] = (loot.memories[0] as SealingMemory).held.values()
      const lying = toBase64url(held?.seed ?? new Uint8Array())
      const found = await keysIn({ ...loot, memories: [], texts: [`{"x":"${lying}"}`] })
      expect(found.map(({ configuration }) => configuration.id)).toContain(held?.configuration.id)
    })

    test('opens no kept answer without the request', () => {
      const contexts = ['repeat', 'refresh', `answer:${phone.id}`]
      const tried = [...words(loot), '']
        .filter((word) => word.length <= 128)
        .flatMap((word) => contexts.map((context) => ({ context, secret: utf8(word) })))
      expect(answersOpened(loot, tried)).toBe(0)
      // Not even for who could rebuild what was signed: the signature itself is in no store.
      expect(
        answersOpened(
          loot,
          bases.map((base) => ({ context: 'repeat', secret: utf8(base) })),
        ),
      ).toBe(0)
    })

    test('would open the kept answers with the requests: they are what was kept', () => {
      expect(answersOpened(loot, secrets)).toBeGreaterThanOrEqual(hours * 2 * 3)
    })
  },
)
