import { HoldfastError, openStatement, type RouteRule, type ServiceStatement } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { createStage, origin, payloadOf, refusal, type Stage } from '../test/stage.ts'
import type { Deployment } from './deployment.ts'
import { newKeyRecord, rotateRecord, type KeyRecord, type KeyUse } from './key-record.ts'
import { createKeyRing } from './key-ring.ts'
import type { KeyRing } from './keys.ts'
import { createFileKey } from './kms-file.ts'
import { createStatement } from './statement.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})

const read = (
  jws: string,
  { keys }: Pick<Deployment, 'keys'> = stage.deployment,
): Promise<ServiceStatement> => {
  const now = stage.deployment.clock.now() / 1000
  return openStatement(jws, { pins: keys.servicePins(), issuer: origin, floor: 0, now }, nodeCrypto)
}
const nodeWith = (parts: Partial<Deployment>) => createStatement({ ...stage.deployment, ...parts })

/** Keys that can be rotated under a running node, as a reload does. */
function rotatingKeys(record: KeyRecord = newKeyRecord(nodeCrypto)): {
  keys: KeyRing
  rotate: (use: Exclude<KeyUse, 'ca'>) => void
} {
  const overlaps = { token: 900_000, wrapping: 90_000_000, service: 3_600_000, ca: 259_200_000 }
  const { clock } = stage.deployment
  const options = { clock, crypto: nodeCrypto, overlaps }
  let current = record
  let ring = createKeyRing(current, options)
  const keys = new Proxy(ring, { get: (_, name) => Reflect.get(ring, name) as unknown })
  return {
    keys,
    rotate(use: Exclude<KeyUse, 'ca'>): void {
      const rotation = { now: clock.now(), overlaps, crypto: nodeCrypto, createKey: createFileKey }
      current = rotateRecord(current, use, { ...rotation, serviceKid: keys.service().kid })
      ring = createKeyRing(current, options)
    },
  }
}

/** A store that can be away. */
function switchedStore(): { store: Deployment['store']; away: (is: boolean) => void; reads: () => number } {
  let down = false
  let count = 0
  const { store } = stage.deployment
  const check = (): void => {
    count++
    if (down) throw new HoldfastError('store_unavailable')
  }
  return {
    store: {
      ...store,
      async getDocument(name: string) {
        check()
        return store.getDocument(name)
      },
    },
    away: (is: boolean) => {
      down = is
    },
    reads: () => count,
  }
}

test('says what a client may believe', async () => {
  const routes: RouteRule[] = [{ path: '/public/*', policy: 'open', signer: 'any', fields: [] }]
  const inner = { ...routes[0], upstream: 'http://10.0.0.1' } as unknown as RouteRule
  const statement = await read(await nodeWith({ routes: [inner] }).current())
  const now = stage.deployment.clock.now() / 1000
  const { keys } = stage.deployment
  expect(statement).toMatchObject({
    iss: origin,
    seq: now,
    iat: now,
    exp: now + 3600,
    routes,
    client: { min: '0.1.0' },
  })
  expect(statement.keys).toEqual(keys.tokenKeys().map(({ kid, jwk }) => ({ kid, jwk })))
  expect(statement.service_keys).toEqual(keys.servicePins())
  expect(statement.endpoints.enrolments).toBe('/holdfast/enrolments')
  expect(statement.opaque).toEqual({ key: keys.opaque().publicKey })
  expect(statement).not.toHaveProperty('offline')
})

test('says how long a phone may open without the service, where it may', async () => {
  const policy = { ...stage.deployment.policy, offlineSeconds: 86_400 }
  expect((await read(await nodeWith({ policy }).current())).offline).toEqual({ seconds: 86_400 })
})

describe('one document for all nodes', () => {
  test('nodes that start at once publish one', async () => {
    const nodes = Array.from({ length: 20 }, () => nodeWith({}))
    const documents = await Promise.all(nodes.map((node) => node.current()))
    expect(new Set(documents).size).toBe(1)
  })

  test('half of its life long it is the same, then it is made anew by one of them', async () => {
    const [one, other] = [nodeWith({}), nodeWith({})]
    const first = await one.current()
    stage.pass(1799)
    expect(await one.current()).toBe(first)
    expect(await other.current()).toBe(first)
    stage.pass(1)
    const [second, same] = await Promise.all([one.current(), other.current()])
    expect(same).toBe(second)
    expect(await one.sequence()).toBe((await read(first)).seq + 1800)
  })

  test('of two writers of one sequence the loser takes the winner’s', async () => {
    const { store } = stage.deployment
    const rival = nodeWith({})
    let theirs: string | null = null
    const racing = {
      ...store,
      async putDocument(...input: Parameters<typeof store.putDocument>): Promise<boolean> {
        theirs ??= await rival.current()
        return store.putDocument(...input)
      },
    }
    expect(await nodeWith({ store: racing }).current()).toBe(theirs)
  })

  test('the sequence rises even when the clock does not', async () => {
    const { keys, rotate } = rotatingKeys()
    const node = nodeWith({ keys })
    const seen = [await node.sequence()]
    for (let i = 0; i < 3; i++) {
      rotate('service')
      seen.push(await node.sequence())
    }
    expect(seen).toEqual([0, 1, 2, 3].map((step) => (seen[0] as number) + step))
  })

  test('nodes with other routes do not quarrel: each speaks once', async () => {
    const rule: RouteRule = { path: '/new', policy: 'open', signer: 'any', fields: [] }
    const [old, fresh] = [nodeWith({}), nodeWith({ routes: [rule] })]
    await old.current()
    const second = await fresh.current()
    for (let i = 0; i < 10; i++) {
      stage.pass(1)
      expect(await old.current()).toBe(second)
      expect(await fresh.current()).toBe(second)
    }
  })
})

describe('key rotation', () => {
  test('shows a new token key at once and drops the old one in its time', async () => {
    const { keys, rotate } = rotatingKeys()
    const node = nodeWith({ keys })
    const first = await read(await node.current(), { keys })
    rotate('token')
    const second = await read(await node.current(), { keys })
    expect(second.keys.map(({ kid }) => kid)).toEqual([first.keys[0]?.kid, keys.tokenKeys()[1]?.kid])
    expect(second.seq).toBeGreaterThan(first.seq)
    stage.pass(60 + 900)
    expect((await read(await node.current(), { keys })).keys.map(({ kid }) => kid)).toEqual([
      keys.token().kid,
    ])
  })

  test('a new service key is one that was pinned as next', async () => {
    const { keys, rotate } = rotatingKeys()
    const node = nodeWith({ keys })
    const before = await read(await node.current(), { keys })
    rotate('service')
    const jws = await node.current()
    const trust = { pins: [before.service_keys[1] ?? ''], issuer: origin, floor: before.seq, now: before.iat }
    expect((await openStatement(jws, trust, nodeCrypto)).service_keys).toEqual(keys.servicePins())
  })
})

describe('when the store', () => {
  test('is away, a valid copy is served to its end, and none after', async () => {
    const { store, away } = switchedStore()
    const node = nodeWith({ store })
    const first = await node.current()
    away(true)
    stage.pass(3599)
    expect(await node.current()).toBe(first)
    stage.pass(1)
    expect(await refusal(node.current())).toBe('store_unavailable')
    away(false)
    expect(payloadOf(await node.current())).toMatchObject({ iat: stage.deployment.clock.now() / 1000 })
  })

  test('was away from the start, nothing is said', async () => {
    const { store, away } = switchedStore()
    away(true)
    expect(await refusal(nodeWith({ store }).current())).toBe('store_unavailable')
  })

  test('is asked once a second at most', async () => {
    const { store, reads } = switchedStore()
    const node = nodeWith({ store })
    await Promise.all(Array.from({ length: 50 }, () => node.current()))
    stage.pass(0.9)
    await node.current()
    expect(reads()).toBe(1)
    stage.pass(0.1)
    await node.current()
    expect(reads()).toBe(2)
  })

  test('holds a document that is not ours, it is replaced', async () => {
    const foreign = await createStage()
    const jws = await foreign.statement.current()
    const sequence = await foreign.statement.sequence()
    await stage.deployment.store.putDocument('statement', sequence + 5, jws)
    const statement = await read(await stage.statement.current())
    expect(statement.seq).toBe(statement.iat)
    await stage.deployment.store.putDocument('statement', sequence + 7, 'nonsense')
    stage.pass(2)
    expect((await read(await stage.statement.current())).seq).toBe(statement.iat + 2)
  })

  test.each([2 ** 40, 2 ** 53 - 2, 2 ** 53 - 1])(
    'was written to by somebody without a key, who raised the sequence to %i, no statement follows it there',
    async (raised) => {
      const { store } = stage.deployment
      const before = await read(await stage.statement.current())
      await store.putDocument('statement', raised, 'anything')
      stage.pass(2)
      const [one, other] = [nodeWith({}), nodeWith({})]
      const jws = await one.current()
      const { seq, iat } = await read(jws)
      expect([seq, iat]).toEqual([before.seq + 2, before.iat + 2])
      expect(await other.current()).toBe(jws)
      stage.pass(1800)
      expect(await other.sequence()).toBe(seq + 1800)
      expect(await one.sequence()).toBe(seq + 1800)
    },
  )

  test('was set back, a node that knew more says nothing older', async () => {
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
    const { keys, rotate } = rotatingKeys()
    const node = nodeWith({ store, keys })
    await node.current()
    const backup = documents.get('statement') ?? expect.unreachable()
    rotate('token')
    const latest = await node.sequence()
    documents.set('statement', backup)
    stage.pass(1)
    expect(await node.sequence()).toBeGreaterThan(latest)
  })

  test('holds one signed while the clock was days ahead, what follows it can be accepted', async () => {
    const { clock } = stage.deployment
    const { keys, rotate } = rotatingKeys()
    const ahead = { now: () => clock.now() + 3 * 86_400_000, monotonic: () => clock.monotonic() }
    await nodeWith({ clock: ahead, keys }).current()
    rotate('token')
    const { seq, iat } = await read(await nodeWith({ keys }).current(), { keys })
    expect([seq, iat]).toEqual([clock.now() / 1000, clock.now() / 1000])
  })
})
