import { nodeCrypto } from '@holdfast/core/node-crypto'
import { describe, expect, it } from 'vitest'
import { passcode as digits, secured } from '../test/factor.ts'
import { codeOf, createWorld, enrolled } from '../test/rig.ts'
import { virtualStorage } from './platforms/testing/storage.ts'
import { unwrapKey, wrapKey } from './wrap.ts'
import {
  createWraps,
  type PasscodeWay,
  type PresenceWay,
  withOnly,
  type WrapsRecord,
  withWay,
} from './wraps.ts'

const id = (letter: string): string => letter.repeat(22)
const passcode: PasscodeWay = {
  kind: 'passcode',
  way: id('p'),
  held: 1,
  wrapped: 'AAAA',
  behind: false,
  attempt: null,
}
const presence: PresenceWay = {
  kind: 'presence',
  way: id('f'),
  held: 3,
  wrapped: 'BBBB',
  behind: false,
  label: 'finger',
  key: null,
}
const record: WrapsRecord = {
  version: 1,
  device: id('d'),
  vault: id('v'),
  ways: [passcode, presence],
  left: [],
}

describe('the record of the ways in', () => {
  it('is read as it was written; none is null', async () => {
    const wraps = createWraps(virtualStorage(), 'https://a.example')
    expect(await wraps.read()).toBeNull()
    await wraps.write(record)
    expect(await wraps.read()).toEqual(record)
    await wraps.remove()
    expect(await wraps.read()).toBeNull()
  })

  it.each<[string, unknown]>([
    ['torn', undefined],
    ['of another version', { ...record, version: 2 }],
    ['with something unknown in it', { ...record, more: 1 }],
    ['with a way of another kind', { ...record, ways: [{ ...passcode, kind: 'voice' }] }],
    ['with a way that holds no share', { ...record, ways: [{ ...passcode, held: 0 }] }],
    ['without its vault', { ...record, vault: '' }],
  ])('rejects one %s', async (_name, value) => {
    const storage = virtualStorage()
    await storage.put('wraps https://a.example', JSON.stringify(value) ?? '{"version":1')
    expect(await codeOf(createWraps(storage, 'https://a.example').read())).toBe('state_unavailable')
  })

  it('takes a newer wrap in the place of the older, and another way in front', () => {
    expect(withWay(record, { ...presence, held: 4 }).ways).toEqual([passcode, { ...presence, held: 4 }])
    const newer = { ...passcode, way: id('q') }
    const both = withWay(record, newer)
    expect(both.ways).toEqual([newer, passcode, presence])
    expect(withOnly(both, passcode).ways).toEqual([passcode, presence])
  })
})

describe('the ways in, as the app hears of them', () => {
  const none = { passcode: false, presence: false, offline: false }

  it('are none before there is a passcode, nor after the service removed the device', async () => {
    const world = await createWorld()
    const client = world.client(world.phone())
    expect(await client.ways()).toEqual(none)
    const bound = await enrolled(world)
    expect(await bound.ways()).toEqual(none)
    const session = await bound.unlock()
    await session.setPasscode(digits)
    expect(await bound.ways()).toEqual({ ...none, passcode: true })
    const mine = (await session.devices()).find((device) => device.this)?.id as string
    await session.removeDevice(mine)
    expect(await codeOf(bound.unlock({ passcode: digits }))).toBe('device_revoked')
    expect(await bound.ways()).toEqual(none)
  })

  it('come and go with finger or face, locked or not, and say nothing more of a suspended device offline', async () => {
    const all = await secured({ policy: { offlineSeconds: 3600 }, hardware: false })
    const ways = { ...none, passcode: true }
    expect(await all.client.ways()).toEqual(ways)
    await all.session.enablePresence()
    expect(await all.client.ways()).toEqual({ passcode: true, presence: true, offline: true })
    await all.session.disablePresence()
    expect(await all.client.ways()).toEqual(ways)
    await all.session.enablePresence()
    await all.client.lock()
    expect(await all.world.client(all.phone).ways()).toEqual({
      passcode: true,
      presence: true,
      offline: true,
    })
    await all.client.reportForgotten()
    expect(await all.client.ways()).toEqual({ passcode: true, presence: true, offline: false })
    await all.client.forget()
    expect(await all.client.ways()).toEqual(none)
  })

  it('do not name the last data when five wrong passcodes closed them', async () => {
    const { client } = await secured({ policy: { offlineSeconds: 3600 } })
    expect(await client.ways()).toEqual({ passcode: true, presence: false, offline: true })
    for (let tries = 0; tries < 5; tries++) await codeOf(client.openOffline({ passcode: '618350' }))
    expect(await client.ways()).toEqual({ passcode: true, presence: false, offline: false })
  })

  it.each(['wraps', 'offline'])('are not made up when the record of %s cannot be read', async (name) => {
    const { client, phone } = await secured({ policy: { offlineSeconds: 3600 } })
    const torn = [...phone.snapshot()].map(
      ([key, value]) => [key, key === `${name} https://api.bank.example` ? '{' : value] as const,
    )
    phone.restore(new Map(torn))
    expect(await codeOf(client.ways())).toBe('state_unavailable')
  })
})

describe('a wrapped key', () => {
  const [key, under] = [nodeCrypto.random(32), nodeCrypto.random(32)]
  const place = { vault: id('v'), way: id('p'), number: 7 }

  it('opens under its key in its place, and nowhere else', async () => {
    const wrapped = await wrapKey(key, under, place, nodeCrypto)
    expect(Buffer.from((await unwrapKey(wrapped, under, place, nodeCrypto)) as Uint8Array)).toEqual(
      Buffer.from(key),
    )
    expect(await unwrapKey(wrapped, nodeCrypto.random(32), place, nodeCrypto)).toBeNull()
    for (const other of [{ vault: id('w') }, { way: id('q') }, { number: 8 }])
      expect(await unwrapKey(wrapped, under, { ...place, ...other }, nodeCrypto)).toBeNull()
    expect(await unwrapKey(wrapped.slice(0, 20), under, place, nodeCrypto)).toBeNull()
  })

  it('is never one that was zeroed, nor under one', async () => {
    const zeros = new Uint8Array(32)
    await expect(wrapKey(zeros, under, place, nodeCrypto)).rejects.toThrow(TypeError)
    await expect(wrapKey(key, zeros, place, nodeCrypto)).rejects.toThrow(TypeError)
  })
})
