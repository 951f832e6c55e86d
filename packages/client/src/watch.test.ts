import { HoldfastError } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { otherPasscode, passcode, restart, secured, word } from '../test/factor.ts'
import { codeOf, createWorld, digits, enrolled, forged, to, type Unlocked, unlocked } from '../test/rig.ts'
import type { Client } from './client.ts'
import type { Factor } from './prompt.ts'

async function stateOf(client: Client): Promise<string> {
  return (await client.condition()).state
}

/** Activates this phone once more. */
async function activate({ world }: Pick<Unlocked, 'world'>, client: Client): Promise<void> {
  const activationCode = await world.activationCode()
  const pending = await client.enrol({ activationCode, deviceName: 'Test phone' })
  await pending.confirm(digits(world))
}

describe('how a device stands', () => {
  it('is new, enrolling, locked, open, locked', async () => {
    const world = await createWorld()
    const client = world.client(world.phone())
    expect(await stateOf(client)).toBe('new')
    const activationCode = await world.activationCode()
    const pending = await client.enrol({ activationCode, deviceName: 'Test phone' })
    expect(await stateOf(client)).toBe('enrolling')
    await pending.confirm(digits(world))
    expect(await stateOf(client)).toBe('locked')
    await client.unlock()
    expect(await stateOf(client)).toBe('open')
    await client.lock()
    expect(await stateOf(client)).toBe('locked')
    await client.forget()
    expect(await stateOf(client)).toBe('new')
  })

  it('is not known when a record cannot be read, and nothing is lost', async () => {
    const all = await secured()
    const client = await restart(all)
    const before = all.phone.snapshot()
    all.phone.storage.failReads(Number.POSITIVE_INFINITY)
    expect(await stateOf(client)).toBe('unreadable')
    expect(await codeOf(client.unlock({ passcode }))).toBe('state_unavailable')
    expect(await codeOf(client.enrol({ activationCode: 'x', deviceName: 'x' }))).toBe('state_unavailable')
    all.phone.storage.failReads(0)
    expect(all.phone.snapshot()).toEqual(before)
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
  })

  it('tells secrets that cannot be read from secrets that are gone', async () => {
    const all = await secured()
    const client = await restart(all)
    const before = all.phone.snapshot()
    all.phone.secrets.unavailable(1)
    expect(await codeOf(client.unlock({ passcode }))).toBe('key_unavailable')
    expect(await stateOf(client)).toBe('unreadable')
    all.phone.keystore.keyMissing()
    expect(await codeOf(client.unlock({ passcode }))).toBe('key_missing')
    expect(await stateOf(client)).toBe('key_missing')
    all.phone.keystore.keyMissing(false)
    expect(all.phone.snapshot()).toEqual(before)
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
    all.phone.secrets.clear()
    await client.lock()
    expect(await codeOf(client.unlock({ passcode }))).toBe('key_missing')
  })

  it('is rolled back when old files were put back', async () => {
    const all = await secured()
    const client = await restart(all)
    const old = all.phone.snapshot()
    await client.unlock({ passcode })
    await client.lock()
    const now = all.phone.snapshot()
    const mixed = [...now].map(
      ([name, value]) => [name, name.startsWith('vault ') ? (old.get(name) ?? value) : value] as const,
    )
    all.phone.restore(new Map(mixed))
    expect(await codeOf(client.unlock({ passcode }))).toBe('vault_rolled_back')
    expect(await stateOf(client)).toBe('rolled_back')
  })

  it('is damaged when a wrap was changed', async () => {
    const all = await secured()
    const client = await restart(all)
    const changed = [...all.phone.snapshot()].map(([name, value]) => {
      if (!name.startsWith('wraps ')) return [name, value] as const
      const record = JSON.parse(value) as { ways: Array<{ wrapped: string }> }
      for (const way of record.ways) way.wrapped = `AAAA${way.wrapped.slice(4)}`
      return [name, JSON.stringify(record)] as const
    })
    all.phone.restore(new Map(changed))
    expect(await codeOf(client.unlock({ passcode }))).toBe('vault_damaged')
    expect(await stateOf(client)).toBe('damaged')
  })

  it('has a clock that is wrong when the line holds every request back', async () => {
    const { client, session, phone, world } = await unlocked()
    phone.network.rewrite({
      request(request) {
        if (to('/accounts')(request)) world.advance(61_000)
        return request
      },
    })
    expect(await codeOf(session.fetch('/accounts'))).toBe('signature_expired')
    expect(await stateOf(client)).toBe('clock_wrong')
  })

  it('is evicted when the platform says that its storage was removed', async () => {
    const all = await secured()
    await all.client.lock()
    const get = async (): Promise<string | null> => {
      throw new HoldfastError('storage_evicted')
    }
    const platform = { ...all.phone.platform, storage: { ...all.phone.storage, get } }
    const client = all.world.client({ ...all.phone, platform })
    expect(await codeOf(client.unlock({ passcode }))).toBe('storage_evicted')
    expect(await stateOf(client)).toBe('evicted')
    expect(await codeOf(client.status())).toBe('storage_evicted')
  })

  it('is wiped when the service deleted its share, and its data cannot be opened', async () => {
    const all = await secured()
    const client = await restart(all)
    const [device] = await devicesOf(all)
    const { store } = all.world.deployment
    const audit = { action: 'device.wiped', at: all.world.deployment.clock.now(), actor: 'test' }
    await store.wipeShares(device as string, all.world.deployment.clock.now(), audit as never)
    expect(await codeOf(client.unlock({ passcode }))).toBe('share_gone')
    expect(await stateOf(all.world.client(all.phone))).toBe('wiped')
    await activate(all, client)
    const session = await client.unlock()
    await session.setPasscode(otherPasscode)
    expect(await word(session)).toBeUndefined()
  })

  it.each([
    ['at once', 0],
    ['when its token would have been renewed', 61_000],
    ['when its token is over', 121_000],
  ])('is wiped in the middle of a session, %s, and asks nobody for a passcode', async (_name, later) => {
    let asked = 0
    const prompt = async (): Promise<Factor> => {
      asked++
      return { passcode }
    }
    const all = await secured({ client: { prompt } })
    const [device] = await devicesOf(all)
    const { store, clock } = all.world.deployment
    const audit = { action: 'device.wiped', at: clock.now(), actor: 'test' }
    await store.wipeShares(device as string, clock.now(), audit as never)
    all.world.advance(later)
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('share_gone')
    expect(await stateOf(all.client)).toBe('wiped')
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('share_gone')
    expect(asked).toBe(0)
  })

  it('is revoked when the service says so, signed', async () => {
    const all = await unlocked()
    const other = await enrolled(all.world)
    const session = await other.unlock()
    const mine = (await all.session.devices()).find((device) => device.this)?.id as string
    await session.removeDevice(mine)
    all.phone.network.forge(to('/accounts'), forged('device_revoked'), 1)
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('unverified_refusal')
    expect(await stateOf(all.client)).toBe('open')
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('device_revoked')
    expect(await stateOf(all.client)).toBe('revoked')
  })
})

async function devicesOf({ phone }: Unlocked): Promise<string[]> {
  return [...phone.snapshot()].flatMap(([name, value]) =>
    name.startsWith('device ') ? [(JSON.parse(value) as { device: string }).device] : [],
  )
}

describe('a forgotten passcode', () => {
  it('suspends the device at once, and sends its user back to another activation', async () => {
    const all = await secured()
    await all.client.reportForgotten()
    expect(await stateOf(all.client)).toBe('forgotten')
    expect(await all.client.status()).toBe('unproven')
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('identity_proof_required')
    const client = all.world.client(all.phone)
    expect(await stateOf(client)).toBe('forgotten')
    expect(await codeOf(client.unlock({ passcode }))).toBe('identity_proof_required')
    expect(await stateOf(client)).toBe('forgotten')
  })

  it('is reported once more when the answer was lost', async () => {
    const all = await secured()
    all.phone.network.loseAnswer(10, to('/holdfast/passcode/forgotten'))
    expect(await codeOf(all.client.reportForgotten())).toBe('network_unreachable')
    all.phone.network.calm()
    await all.client.reportForgotten()
    expect(await stateOf(all.client)).toBe('forgotten')
  })

  it('leaves the old vault until another device is bound, and then takes it away', async () => {
    const all = await secured()
    await all.client.reportForgotten()
    const old = [...all.phone.snapshot().keys()].filter((name) => /^(?:vault|wraps) /.test(name))
    expect(old.length).toBeGreaterThan(1)
    const labels = [...all.phone.keystore.labels]
    const activationCode = await all.world.activationCode()
    const pending = await all.client.enrol({ activationCode, deviceName: 'Test phone' })
    const kept = all.phone.snapshot()
    expect(old.filter((name) => !kept.has(name))).toEqual([])
    expect(all.phone.keystore.labels).toEqual(expect.arrayContaining(labels))
    await pending.confirm(digits(all.world))
    const left = all.phone.snapshot()
    expect(old.filter((name) => left.has(name))).toEqual([])
    expect(all.phone.keystore.labels).toHaveLength(1)
    const session = await all.client.unlock()
    await session.setPasscode(otherPasscode)
    const client = await restart(all)
    expect(await codeOf(client.unlock({ passcode }))).toBe('passcode_refused')
    expect(await word(await client.unlock({ passcode: otherPasscode }))).toBeUndefined()
  })

  it('is what the device still stands at when an activation comes to nothing', async () => {
    const all = await secured()
    await all.client.reportForgotten()
    const activationCode = '0000-0000-0000-0000-0000'
    const enrolment = all.client.enrol({ activationCode, deviceName: 'Test phone' })
    expect(await codeOf(enrolment)).toBe('activation_refused')
    expect(all.phone.keystore.labels).toHaveLength(1)
    expect(await stateOf(all.client)).toBe('forgotten')
  })

  it('never comes back: the service takes the old one from nobody', async () => {
    const all = await secured()
    const copy = all.phone.cloneWithKey()
    await all.client.reportForgotten()
    expect(await codeOf(all.world.client(copy).unlock({ passcode }))).toBe('identity_proof_required')
  })
})

describe('forgetting a device', () => {
  it('takes vault, shares, ways and keys with it', async () => {
    const all = await secured({ policy: { offlineSeconds: 60 } })
    await all.session.enablePresence()
    await all.session.vault.offline?.put('balance', '42')
    await all.client.forget()
    const left = [...all.phone.snapshot().keys()]
    expect(left.filter((name) => !/^(?:service|reports) /.test(name))).toEqual([])
    expect(all.phone.keystore.labels).toEqual([])
    expect(all.phone.finger.labels).toEqual([])
    expect(await all.phone.files.list()).toEqual([])
    expect(await stateOf(all.client)).toBe('new')
  })

  it('works when what names the vault cannot be read', async () => {
    const all = await secured()
    await all.client.lock()
    const broken = [...all.phone.snapshot()].map(
      ([name, value]) => [name, name.startsWith('wraps ') ? '{' : value] as const,
    )
    all.phone.restore(new Map(broken))
    expect(await codeOf(all.client.unlock({ passcode }))).toBe('state_unavailable')
    await all.client.forget()
    expect(await all.client.status()).toBe('new')
  })
})
