/** What breaks off, or comes in between, locks nobody out and leaves nothing open. */
import { HoldfastError } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import {
  breakAt,
  otherPasscode,
  passcode,
  repair,
  restart,
  secured,
  stepsOf,
  wait,
  word,
  wrongPasscode,
} from '../test/factor.ts'
import { codeOf, createWorld, enrolled, sentTo, to } from '../test/rig.ts'
import type { Exclusive } from './ports.ts'

const token = to('/holdfast/token')
const logins = to('/holdfast/passcode/logins')
const forever = Number.POSITIVE_INFINITY

describe('a first passcode whose wrap cannot be written', () => {
  it('leaves no vault, no share and no key that nobody names, and can be set again', async () => {
    const world = await createWorld()
    const phone = world.phone({ hardware: false })
    const session = await (await enrolled(world, phone)).unlock()
    const attempts = phone.platform.keystore.wrapped?.attempts
    const put = phone.storage.put.bind(phone.storage)
    const full = vi.spyOn(phone.storage, 'put').mockImplementation(async (name, value) => {
      if (name.startsWith('wraps ')) throw new HoldfastError('storage_full')
      await put(name, value)
    })
    const shares = vi.spyOn(phone.secrets, 'put')
    const before = [...phone.snapshot().keys()]
    expect(await codeOf(session.setPasscode(passcode))).toBe('storage_full')
    expect(shares).toHaveBeenCalledTimes(1)
    expect(await phone.secrets.get(shares.mock.calls[0]?.[0] as string)).toBeNull()
    expect([...phone.sql.snapshot().keys()]).toEqual([])
    expect([...phone.files.snapshot().keys()]).toEqual([])
    expect([...phone.snapshot().keys()]).toEqual(before)
    expect(attempts).toMatchObject({ labels: [] })
    full.mockRestore()
    wait(world)
    await session.setPasscode(passcode)
    expect(attempts).toMatchObject({ labels: [expect.any(String)] })
    expect(phone.sql.snapshot().size).toBe(1)
  })

  it('keeps what the record names all the same: it was written, and then said to have failed', async () => {
    const world = await createWorld()
    const phone = world.phone({ hardware: false })
    const client = await enrolled(world, phone)
    const session = await client.unlock()
    const put = phone.storage.put.bind(phone.storage)
    vi.spyOn(phone.storage, 'put').mockImplementation(async (name, value) => {
      await put(name, value)
      if (name.startsWith('wraps ')) throw new HoldfastError('storage_full')
    })
    const shares = vi.spyOn(phone.secrets, 'put')
    expect(await codeOf(session.setPasscode(passcode))).toBe('storage_full')
    vi.restoreAllMocks()
    expect(await phone.secrets.get(shares.mock.calls[0]?.[0] as string)).not.toBeNull()
    expect(phone.sql.snapshot().size).toBe(1)
    expect(phone.platform.keystore.wrapped?.attempts).toMatchObject({ labels: [expect.any(String)] })
  })
})

describe.each([true, false])('a change that broke off, hardware %s', (hardware) => {
  it('opens by the old passcode after the next change broke off earlier', async () => {
    const all = await secured({ hardware })
    await all.session.enablePresence()
    const { phone } = all
    phone.network.dropRequest(forever, token)
    expect(await codeOf(all.session.setPasscode(otherPasscode))).toBe('network_unreachable')
    repair(phone)
    wait(all.world)
    phone.network.dropRequest(forever, logins)
    expect(await codeOf(all.session.setPasscode(otherPasscode))).toBe('network_unreachable')
    repair(phone)
    wait(all.world)
    let client = await restart(all)
    expect(await word(await client.unlock({ presence: true }))).toBe('hidden')
    client = await restart({ ...all, client })
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
  })

  it('opens by the old passcode with one try left', async () => {
    const all = await secured({ hardware })
    const { phone, world } = all
    phone.network.dropRequest(forever, token)
    await codeOf(all.session.setPasscode(otherPasscode))
    repair(phone)
    wait(world)
    const client = await restart(all)
    expect(await codeOf(client.unlock({ passcode: wrongPasscode }))).toBe('passcode_refused')
    expect(await codeOf(client.unlock({ passcode: wrongPasscode }))).toBe('passcode_refused')
    const codes: string[] = []
    for (let i = 0; i < 6; i++) {
      codes.push(await codeOf(client.unlock({ passcode })))
      if (codes.at(-1) === 'passed') break
      world.advance(25 * 3600_000)
    }
    expect(codes).toEqual(['passcode_locked', 'passed'])
  })
})

describe.each([true, false])('a change whose end was not heard, hardware %s', (hardware) => {
  it('calls a wrong passcode wrong, and opens by the new one', async () => {
    const all = await secured({ hardware })
    all.phone.network.loseAnswer(forever, token)
    expect(await codeOf(all.session.setPasscode(otherPasscode))).toBe('network_unreachable')
    repair(all.phone)
    wait(all.world)
    const client = await restart(all)
    expect(await codeOf(client.unlock({ passcode: wrongPasscode }))).toBe('passcode_refused')
    expect(await codeOf(client.unlock({ passcode }))).toBe('passcode_refused')
    expect(await word(await client.unlock({ passcode: otherPasscode }))).toBe('hidden')
  })
})

describe('finger or face given up', () => {
  const policy = { offlineSeconds: 3600 }

  it('opens nothing offline, wherever it broke off before it was said again', async () => {
    const all = await secured({ policy })
    await all.session.enablePresence()
    const fault = 'the disk is full'
    const steps = await stepsOf(all.phone, fault, () => all.session.disablePresence())
    expect(steps).toBeGreaterThan(1)
    for (let step = 0; step < steps; step++) {
      wait(all.world)
      const session = await all.client.unlock({ passcode })
      await session.enablePresence()
      breakAt(all.phone, fault, step)
      await codeOf(session.disablePresence())
      repair(all.phone)
      await session.disablePresence()
      expect(await codeOf(all.client.openOffline())).toBe('offline_refused')
      expect(all.phone.finger.labels).toEqual([])
    }
  })
})

describe('a lock', () => {
  it('closes what was opened offline, and what is only being opened', async () => {
    const all = await secured({ policy: { offlineSeconds: 3600 } })
    await all.session.vault.offline?.put('balance', '42')
    const client = await restart(all)
    const { last } = await client.openOffline({ passcode })
    expect(await last.get('balance')).toBe('42')
    await client.lock()
    expect(await codeOf(last.get('balance'))).toBe('locked')
    for (const opening of [client.openOffline({ passcode }), client.unlock({ passcode })]) {
      const code = codeOf(opening)
      await client.lock()
      expect(await code).toBe('locked')
    }
  })

  it('leaves nothing open when it comes while the turn is given back', async () => {
    const all = await secured()
    await restart(all)
    const { platform } = all.phone
    const exclusive: Exclusive = async (name, act) => {
      const result = await platform.exclusive(name, act)
      await client.lock()
      return result
    }
    const client = all.world.client(all.phone, { platform: { ...platform, exclusive } })
    expect(await codeOf(client.unlock({ passcode }))).toBe('locked')
    expect((await client.condition()).state).toBe('locked')
  })

  it('lets no unlock go on that it came before', async () => {
    const all = await secured()
    const client = await restart(all)
    all.phone.network.tap(({ request }) => {
      if (/logins\/./.test(request.url)) void client.lock()
    })
    const before = sentTo(all.phone, '/holdfast/token').length
    expect(await codeOf(client.unlock({ passcode }))).toBe('locked')
    expect(sentTo(all.phone, '/holdfast/token')).toHaveLength(before)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('comes after no idle time of %s', async (seconds) => {
    const world = await createWorld()
    expect(() => world.client(world.phone(), { idleSeconds: seconds })).toThrow(TypeError)
  })

  it('asks for nothing more on behalf of the sessions it closed', async () => {
    let asked = 0
    const all = await secured({
      client: {
        prompt: async () => {
          asked++
          await all.client.lock()
          return null
        },
      },
    })
    const other = await all.client.unlock({ passcode })
    all.world.advance(31 * 60_000)
    const codes = await Promise.all([all.session, other].map((each) => codeOf(each.fetch('/accounts'))))
    expect(asked).toBe(1)
    expect(codes).toContain('locked')
  })
})

describe('the last session', () => {
  it('does not take the vault from the one that is just being opened', async () => {
    const all = await secured()
    let ending: Promise<unknown> = Promise.resolve()
    all.phone.network.tap(({ request }) => {
      if (to('/holdfast/token')(request)) ending = codeOf(all.session.end())
    })
    const session = await all.client.unlock({ passcode })
    await ending
    expect(await word(session)).toBe('hidden')
    await session.end()
    expect(await codeOf(all.client.openOffline())).toBe('offline_refused')
  })
})

describe('a stale window', () => {
  it('does not take the place of the device bound since', async () => {
    const world = await createWorld()
    const phone = world.phone()
    const stale = await (await enrolled(world, phone)).unlock()
    // Each page of a browser has a key that is not kept in its own memory.
    const keystore = { ...phone.platform.keystore, remove: async () => undefined }
    await world.client(phone, { platform: { ...phone.platform, keystore } }).forget()
    const client = await enrolled(world, phone)
    const session = await client.unlock()
    await session.setPasscode(passcode)
    await session.vault.preferences.set('word', 'hidden')
    await client.lock()
    expect(await codeOf(stale.setPasscode(otherPasscode))).toBe('not_enrolled')
    expect(await word(await world.client(phone).unlock({ passcode }))).toBe('hidden')
  })
})
