import {
  fromBase64url,
  HoldfastError,
  type HpkePrivateKey,
  parseKeyConfiguration,
  type SealingSuite,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStage, refusal, type Stage } from '../test/stage.ts'
import type { Deployment } from './deployment.ts'
import { newKeyRecord } from './key-record.ts'
import { createKeyRing } from './key-ring.ts'
import { nextId, readDocument, withKey, writeDocument } from './sealing-document.ts'
import { createSealingKeys, type SealingKeys } from './sealing-keys.ts'
import {
  type HeldKey,
  newNodeKey,
  newSealingMemory,
  type NodeKey,
  type SealingMemory,
} from './sealing-memory.ts'

const hour = 3600

let stage: Stage
let open: SealingKeys[]
beforeEach(async () => {
  stage = await createStage()
  open = []
})
afterEach(async () => {
  for (const keys of open) await keys.close()
})

type Node = { readonly keys: SealingKeys; readonly memory: SealingMemory }

async function start(
  suites: readonly SealingSuite[] = ['x25519'],
  parts: Partial<Deployment> = {},
): Promise<Node> {
  const memory = newSealingMemory()
  const keys = await createSealingKeys({ ...stage.deployment, ...parts }, suites, memory)
  open.push(keys)
  return { keys, memory }
}

/** A node that dies without a word: its memory is gone, its entry in the document stays. */
async function kill({ keys, memory }: Node): Promise<void> {
  memory.held.clear()
  memory.node = null
  await keys.close()
}

const idsOf = ({ keys }: Node): number[] =>
  keys.offered().map(({ config }) => parseKeyConfiguration(fromBase64url(config))?.id ?? -1)
const newestId = (node: Node): number => idsOf(node)[0] as number

/** A store that counts, and can be away. */
function watchedStore(): { store: Deployment['store']; seen: { away: boolean; reads: number } } {
  const seen = { away: false, reads: 0 }
  const { store } = stage.deployment
  return {
    seen,
    store: {
      ...store,
      async getDocument(name: string) {
        seen.reads++
        if (seen.away) throw new HoldfastError('store_unavailable')
        return store.getDocument(name)
      },
    },
  }
}

/** Until a node was handed the newest key. */
const holdsNewest = (node: Node): Promise<void> =>
  vi.waitFor(() => expect(node.memory.held.has(newestId(node))).toBe(true), { timeout: 20_000, interval: 20 })

/** Whether a private half still opens what is sealed to its public one. */
async function opens(privateKey: HpkePrivateKey, publicKey: Uint8Array): Promise<boolean> {
  const { hpke } = nodeCrypto
  const { enc } = await hpke.sender('x25519', publicKey, new Uint8Array())
  return (await hpke.recipient('x25519', privateKey, enc, new Uint8Array())) !== null
}

describe('one node', () => {
  test('offers a key of each suite, best first, and opens with them', async () => {
    const node = await start(['x-wing', 'x25519'])
    const configurations = node.keys
      .offered()
      .map(({ config }) => parseKeyConfiguration(fromBase64url(config)))
    expect(configurations.map((configuration) => configuration?.suite)).toEqual(['x-wing', 'x25519'])
    for (const configuration of configurations)
      expect((await node.keys.find(configuration?.id ?? -1))?.configuration).toEqual(configuration)
    const [first, second] = idsOf(node) as [number, number]
    expect(second).toBe((first + 1) % 256)
  })

  test('an hour brings a new key, the one before opens for an hour more, and is then erased', async () => {
    const node = await start()
    const first = newestId(node)
    const { seed, privateKey, configuration } = node.memory.held.get(first) as HeldKey
    expect(node.keys.offered()[0]?.exp).toBe(stage.deployment.clock.now() / 1000 + 2 * hour)
    stage.pass(hour)
    await node.keys.settle()
    stage.pass(1)
    const second = newestId(node)
    expect(second).toBe((first + 1) % 256)
    stage.pass(hour - 2)
    await node.keys.settle()
    expect(await node.keys.find(first)).not.toBe(null)
    expect(seed.some((octet) => octet !== 0)).toBe(true)
    expect(await opens(privateKey, configuration.publicKey)).toBe(true)
    stage.pass(1)
    expect(await node.keys.find(first)).toBe(null)
    await node.keys.settle()
    expect([...node.memory.held.keys()]).toEqual([second, (second + 1) % 256])
    expect(seed.every((octet) => octet === 0)).toBe(true)
    expect(await opens(privateKey, configuration.publicKey)).toBe(false)
  })

  test('erases by its clock, though the store is away, and opens meanwhile with what it has', async () => {
    const { store, seen } = watchedStore()
    const node = await start(['x25519'], { store })
    const id = newestId(node)
    seen.away = true
    stage.pass(2 * hour - 1)
    expect(await refusal(node.keys.settle())).toBe('store_unavailable')
    expect(await node.keys.find(id)).not.toBe(null)
    expect(node.keys.offered()).toHaveLength(1)
    stage.pass(1)
    expect(node.keys.offered()).toEqual([])
    expect(await refusal(node.keys.find(id))).toBe('store_unavailable')
    await vi.waitFor(() => expect(node.memory).toEqual({ held: new Map(), node: null }), { timeout: 20_000 })
    seen.away = false
    await node.keys.settle()
    expect(await node.keys.find(newestId(node))).not.toBe(null)
  })

  test('its node key lives for minutes', async () => {
    const { store, seen } = watchedStore()
    const { memory } = await start(['x25519'], { store })
    const first = memory.node as NodeKey
    const opensYet = ({ privateKey, publicKey }: NodeKey): Promise<boolean> =>
      opens(privateKey, fromBase64url(publicKey))
    expect(await opensYet(first)).toBe(true)
    stage.pass(hour / 60)
    await vi.waitFor(() => expect(memory.node?.publicKey).not.toBe(first.publicKey), { timeout: 20_000 })
    expect(await opensYet(first)).toBe(false)
    const second = memory.node as NodeKey
    seen.away = true
    stage.pass(hour / 30)
    await vi.waitFor(() => expect(memory.node).toBe(null), { timeout: 20_000 })
    expect(await opensYet(second)).toBe(false)
  })

  test('clients are told of a new key when all nodes know it, and go on with the one before until then', async () => {
    const node = await start(['x-wing', 'x25519'])
    const [before, version] = [node.keys.offered(), node.keys.version()]
    await node.keys.rotate()
    stage.pass(0.9)
    expect(node.keys.offered().map(({ config }) => config)).toEqual(before.map(({ config }) => config))
    expect(node.keys.version()).toBe(version)
    stage.pass(0.1)
    for (const { config } of before)
      expect(node.keys.offered().map(({ config: after }) => after)).not.toContain(config)
    expect(node.keys.version()).not.toBe(version)
  })

  test('unknown ids cost one look at a time, however many come', async () => {
    const { store, seen } = watchedStore()
    const node = await start(['x25519'], { store })
    const first = newestId(node)
    const before = seen.reads
    const began = performance.now()
    const storm = Array.from({ length: 900 }, (_, i) => node.keys.find((first + 1 + (i % 255)) % 256))
    expect(new Set(await Promise.all(storm))).toEqual(new Set([null]))
    // One in 100 ms at most; the timer, which looks as well, does so every 500 ms.
    const most = 2 + (performance.now() - began) / 80
    expect(seen.reads - before).toBeLessThanOrEqual(most)
  })

  test('more than a thousand requests do not wait for a key at once', async () => {
    const node = await start()
    const unknown = (newestId(node) + 100) % 256
    const order: string[] = []
    const waiting = Array.from({ length: 1000 }, () =>
      node.keys.find(unknown).then(() => void order.push('waited')),
    )
    expect(await node.keys.find(unknown).finally(() => order.push('at once'))).toBe(null)
    expect(await node.keys.find(newestId(node))).not.toBe(null)
    await Promise.all(waiting)
    expect(order.indexOf('at once')).toBe(0)
    expect(order).toHaveLength(1001)
  })

  test('asked for new keys it makes them at once, those of before open for an hour', async () => {
    const node = await start(['x-wing', 'x25519'])
    const before = idsOf(node)
    const version = node.keys.version()
    await node.keys.rotate()
    stage.pass(1)
    expect(node.keys.version()).not.toBe(version)
    expect(idsOf(node)).toEqual(before.map((id) => (id + 2) % 256))
    stage.pass(hour - 2)
    for (const id of before) expect(await node.keys.find(id)).not.toBe(null)
    stage.pass(1)
    for (const id of before) expect(await node.keys.find(id)).toBe(null)
  })

  test('no id comes twice while a statement may name it', async () => {
    const node = await start()
    const ids = [newestId(node)]
    for (let i = 0; i < 255; i++) {
      await node.keys.rotate()
      stage.pass(1)
      ids.push(newestId(node))
    }
    expect(new Set(ids).size).toBe(256)
    expect(await refusal(node.keys.rotate())).toBe('overloaded')
    stage.pass(2 * hour)
    await node.keys.rotate()
    expect(newestId(node)).toBe(((ids.at(-1) as number) + 1) % 256)
  })
})

describe('ids', () => {
  test('come again when 256 are taken: that of the oldest key nobody has', () => {
    const key = {
      suite: 'x25519',
      config: '',
      bornMs: 0,
      toldMs: 0,
      endsMs: 0,
      forgottenMs: 0,
      seeds: {},
    } as const
    const keys = Array.from({ length: 256 }, (_, i) => ({ ...key, id: (i + 40) % 256 }))
    const document = { keys, nodes: [], lastId: 39 }
    expect(nextId({ ...document, keys: keys.slice(1) }, () => true)).toBe(40)
    expect(nextId(document, ({ id }) => [7, 100, 200].includes(id))).toBe(100)
    expect(() => nextId(document, () => false)).toThrow(new HoldfastError('overloaded'))
    const next = withKey(document, { ...key, id: 100 }, 0)
    expect(next.keys.filter(({ id }) => id === 100)).toHaveLength(1)
    expect(next.keys).toHaveLength(256)
  })

  test('of keys this node holds do not', async () => {
    const { keys, memory } = await start()
    for (let i = 0; i < 253; i++) await keys.rotate()
    // With the first key of another suite it holds 255: there is an id left for one of two.
    const both = await createSealingKeys(stage.deployment, ['x25519', 'x-wing'], memory)
    open.push(both)
    expect(memory.held.size).toBe(255)
    expect(await refusal(both.rotate())).toBe('overloaded')
  })
})

describe('a store put back from a backup', () => {
  test('gives an id again, and the node that holds the key of before gets the new one', async () => {
    const { store } = stage.deployment
    const lone = await start()
    const before = await store.getDocument('sealing')
    stage.pass(hour)
    await lone.keys.settle()
    stage.pass(2)
    const id = newestId(lone)
    const old = await lone.keys.find(id)

    // Another node knows the older document alone, and goes on from there until its sequence is the higher one.
    let stored = before
    const restored: Deployment['store'] = {
      ...store,
      getDocument: async () => stored,
      async putDocument(_name, sequence, value) {
        if (stored !== null && stored.sequence >= sequence) return false
        stored = { sequence, value }
        return true
      },
    }
    const other = await start(['x25519'], { store: restored })
    expect(newestId(other)).toBe(id)
    while ((stored?.sequence ?? 0) <= ((await store.getDocument('sealing'))?.sequence ?? 0))
      await other.keys.rotate()
    const fresh = await other.keys.find(id)
    expect(fresh?.configuration).not.toEqual(old?.configuration)
    await store.putDocument('sealing', stored?.sequence ?? 0, stored?.value ?? '')
    Object.assign(restored, store)

    await vi.waitFor(
      async () => expect((await lone.keys.find(id))?.configuration).toEqual(fresh?.configuration),
      { timeout: 20_000 },
    )
  })
})

describe('several nodes', () => {
  test('a key one made this very moment is found on the other, and in a storm of unknown ids too', async () => {
    const [one, two] = [await start(), await start()]
    await holdsNewest(two)
    const known = new Set(one.memory.held.keys())
    for (const strangers of [0, 500]) {
      await one.keys.rotate()
      const id = [...one.memory.held.keys()].find((held) => !known.has(held)) as number
      known.add(id)
      const storm = Array.from({ length: strangers }, (_, i) => two.keys.find((id + 1 + (i % 200)) % 256))
      const [found, ...others] = await Promise.all([two.keys.find(id), ...storm])
      expect(found?.configuration.id).toBe(id)
      expect(others.every((other) => other === null)).toBe(true)
    }
  })

  test('a key of one opens on another, which waits for it', async () => {
    const one = await start(['x-wing', 'x25519'])
    const two = await start(['x-wing', 'x25519'])
    expect(two.keys.offered()).toEqual(one.keys.offered())
    for (const id of idsOf(one)) {
      const [here, there] = [await one.keys.find(id), await two.keys.find(id)]
      expect(there?.configuration).toEqual(here?.configuration)
    }
    expect(two.memory.held.size).toBe(2)
  })

  test('a key made after both began is handed over without anybody asking', async () => {
    const [one, two] = [await start(), await start()]
    await holdsNewest(two)
    stage.pass(hour)
    await one.keys.settle()
    stage.pass(1)
    expect(await two.keys.find(newestId(one))).not.toBe(null)
    await vi.waitFor(() => expect(two.keys.version()).toBe(one.keys.version()), { timeout: 20_000 })
  })

  test('nodes that are there are given a new key in the act that makes it', async () => {
    const [one, two] = [await start(), await start()]
    await holdsNewest(two)
    const node = two.memory.node?.publicKey ?? ''
    await one.keys.rotate()
    const stored = await stage.deployment.store.getDocument('sealing')
    const document = readDocument(stored?.value ?? '', stored?.sequence ?? 0, stage.deployment.keys)
    expect(Object.keys(document?.keys.at(-1)?.seeds ?? {})).toEqual([node])
    await vi.waitFor(() => expect(two.memory.held.has(newestId(one))).toBe(true), { timeout: 20_000 })
  })

  test('a key whose holders died is followed after a moment, and unknown then', async () => {
    const first = await start()
    const lost = newestId(first)
    await kill(first)
    await putBack(first)
    const next = await start()
    expect(newestId(next)).toBe(lost)
    stage.pass(4)
    expect(await next.keys.find(lost)).toBe(null)
    await holdsNewest(next)
    expect(newestId(next)).toBe((lost + 1) % 256)
  })

  test('a node that ends in good order hands over what came too early for others', async () => {
    const one = await start(['x-wing', 'x25519'])
    const ids = idsOf(one)
    const two = await start(['x25519'])
    await one.keys.close()
    for (const id of ids) expect((await two.keys.find(id))?.configuration.id).toBe(id)
    expect(idsOf(two)).toEqual([ids[1]])
  })

  test('a node that ends in good order is not waited for', async () => {
    const first = await start()
    const lost = newestId(first)
    await first.keys.close()
    expect(first.memory.held.size).toBe(0)
    const next = await start()
    expect(newestId(next)).toBe((lost + 1) % 256)
    await holdsNewest(next)
  })

  test('whoever comes just before a key ends is not given it: its own key would outlive that one', async () => {
    const one = await start()
    const old = newestId(one)
    stage.pass(hour)
    await one.keys.settle()
    stage.pass(hour - 60)
    const two = await start()
    await holdsNewest(two)
    expect(await one.keys.find(old)).not.toBe(null)
    expect(two.memory.held.has(old)).toBe(false)
  })

  test('keys of suites that were switched off open until their end', async () => {
    const classic = await start(['x25519'])
    const both = await start(['x-wing', 'x25519'])
    const [ofXWing, ofX25519] = idsOf(both) as [number, number]
    expect(newestId(classic)).toBe(ofX25519)
    const opensBoth = async ({ keys }: Node): Promise<void> => {
      expect((await keys.find(ofX25519))?.configuration.suite).toBe('x25519')
      expect((await keys.find(ofXWing))?.configuration.suite).toBe('x-wing')
    }
    await opensBoth(both)
    await classic.keys.close()
    const hybrid = await start(['x-wing'])
    expect(idsOf(hybrid)).toEqual([ofXWing])
    await opensBoth(hybrid)
    await both.keys.close()
    const back = await start(['x25519'])
    expect(idsOf(back)).toEqual([ofX25519])
    await opensBoth(back)
    stage.pass(2 * hour)
    await back.keys.settle()
    expect(await back.keys.find(ofXWing)).toBe(null)
  })
})

/** As if the node had not taken its leave: its entry is in the document again. */
async function putBack({ memory }: Node): Promise<void> {
  const { store, keys } = stage.deployment
  const stored = await store.getDocument('sealing')
  const document = readDocument(stored?.value ?? '', stored?.sequence ?? 0, keys)
  if (stored === null || document === null) throw new Error('no document')
  expect(memory.held.size).toBe(0)
  const { publicKey } = await newNodeKey(0)
  const entry = { publicKey, bornMs: stage.deployment.clock.now(), holds: [] }
  const sequence = stored.sequence + 1
  const nodes = [...document.nodes, entry]
  await store.putDocument('sealing', sequence, writeDocument({ ...document, nodes }, sequence, keys))
}

describe('the document', () => {
  test('of somebody without the wrapping key is overwritten, and hands him nothing', async () => {
    const node = await start()
    const { store, clock } = stage.deployment
    const overlaps = { token: 900_000, wrapping: 90_000_000, service: 3_600_000, ca: 259_200_000 }
    const keys = createKeyRing(newKeyRecord(nodeCrypto), { clock, crypto: nodeCrypto, overlaps })
    const id = newestId(node)
    const { sequence } = (await store.getDocument('sealing')) as { sequence: number }
    await store.putDocument(
      'sealing',
      sequence + 1000,
      keys.seal(`sealing:${sequence + 1000}`, new Uint8Array()),
    )
    await vi.waitFor(
      async () => expect((await store.getDocument('sealing'))?.sequence).toBeGreaterThan(sequence + 1000),
      { timeout: 20_000 },
    )
    expect(newestId(node)).toBe(id)
    expect(await (await start()).keys.find(id)).not.toBe(null)
  })

  test('that was lost is written again by whoever knew it', async () => {
    const documents = new Map<string, { sequence: number; value: string }>()
    const store: Deployment['store'] = {
      ...stage.deployment.store,
      getDocument: async (name) => documents.get(name) ?? null,
      async putDocument(name, sequence, value) {
        if ((documents.get(name)?.sequence ?? -1) >= sequence) return false
        documents.set(name, { sequence, value })
        return true
      },
    }
    const node = await start(['x25519'], { store })
    documents.clear()
    await vi.waitFor(() => expect(documents.size).toBe(1), { timeout: 20_000 })
    expect(await (await start(['x25519'], { store })).keys.find(newestId(node))).not.toBe(null)
  })
})
