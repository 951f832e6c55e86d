import { describe, expect, it } from 'vitest'
import {
  otherPasscode,
  passcode,
  restart,
  secured,
  type SecuredOptions,
  wrongPasscode,
} from '../test/factor.ts'
import { codeOf, type Unlocked } from '../test/rig.ts'
import type { Client } from './client.ts'

const finger = { presence: true } as const
const policy = { offlineSeconds: 3600 }

/** A phone with a balance in its offline store, locked and without a network. */
async function prepared(options: SecuredOptions = {}): Promise<Unlocked & { readonly away: Client }> {
  const all = await secured({ policy, ...options })
  await all.session.enablePresence()
  const client = await restart(all)
  const session = await client.unlock({ passcode })
  await session.vault.offline?.put('balance', '42')
  await client.lock()
  all.phone.network.dropRequest(Number.POSITIVE_INFINITY)
  return { ...all, away: all.world.client(all.phone) }
}

describe('the last data without a network', () => {
  it('is closed with the vault', async () => {
    const all = await secured({ policy })
    const { offline } = all.session.vault
    await offline?.put('balance', '42')
    expect(await offline?.until()).toBe(all.phone.clock.now() + 3_600_000)
    await all.client.lock()
    expect(await codeOf(offline?.put('balance', '43') ?? Promise.resolve())).toBe('locked')
  })

  it.each([
    ['finger or face', finger],
    ['the passcode', { passcode }],
  ] as const)('is read by %s, and nothing else is', async (_name, factor) => {
    const { away, phone } = await prepared()
    const sent = phone.network.exchanges.length
    const opened = await away.openOffline(factor)
    const { last } = opened
    expect(await last.get('balance')).toBe('42')
    expect(await last.get('word')).toBeNull()
    expect(Object.keys(last)).toEqual(['get'])
    expect(phone.network.exchanges).toHaveLength(sent)
    opened.lock()
    expect(await codeOf(last.get('balance'))).toBe('locked')
    expect(await codeOf(away.unlock({ passcode }))).toBe('network_unreachable')
  })

  it('is not opened by a wrong passcode, and after five not by the right one, until the next unlock', async () => {
    const { away, phone, world } = await prepared()
    for (let tries = 0; tries < 5; tries++)
      expect(await codeOf(away.openOffline({ passcode: wrongPasscode }))).toBe('passcode_refused')
    expect(await codeOf(away.openOffline({ passcode }))).toBe('offline_refused')
    phone.network.calm()
    const client = world.client(phone)
    await client.unlock({ passcode })
    await client.lock()
    expect(await (await away.openOffline({ passcode })).last.get('balance')).toBe('42')
  })

  it('is not opened by the passcode where secrets can be copied from the disk', async () => {
    const { away, phone } = await prepared({ hardware: false })
    expect(await codeOf(away.openOffline({ passcode }))).toBe('offline_refused')
    expect([...phone.snapshot().values()].join()).not.toContain('"salt"')
    expect(await (await away.openOffline(finger)).last.get('balance')).toBe('42')
  })

  it('is not opened by a finger that failed', async () => {
    const { away, phone } = await prepared()
    phone.finger.wrongFinger(1)
    expect(await codeOf(away.openOffline(finger))).toBe('presence_failed')
    phone.finger.enrolFinger()
    expect(await codeOf(away.openOffline(finger))).toBe('presence_unknown')
  })

  it('ends with the time the bank gives, and is not opened by setting the clock back', async () => {
    const { away, phone, world } = await prepared()
    const unlocked = phone.clock.now()
    expect((await away.openOffline(finger)).until).toBe(unlocked + 3_600_000)
    phone.clock.set(unlocked - 3_600_000)
    expect(await codeOf(away.openOffline(finger))).toBe('offline_refused')
    phone.clock.set(unlocked)
    world.advance(3_590_000)
    expect(await codeOf(away.openOffline(finger))).toBe('passed')
    world.advance(11_000)
    expect(await codeOf(away.openOffline(finger))).toBe('offline_refused')
  })

  it('is not there where the bank does not allow it, and goes when it ends that', async () => {
    const { phone, world } = await prepared()
    phone.network.calm()
    const before = [...phone.snapshot().keys()].filter((name) => name.startsWith('offline'))
    expect(before).toHaveLength(3)
    await world.restart({ policy: { ...world.deployment.policy, offlineSeconds: 0 } })
    const client = world.client(phone)
    const session = await client.unlock({ passcode })
    expect(session.vault.offline).toBeNull()
    expect([...phone.snapshot().keys()].filter((name) => name.startsWith('offline'))).toEqual([])
    expect(await codeOf(client.openOffline(finger))).toBe('offline_refused')
  })

  it('follows another passcode, and ends with finger or face', async () => {
    const all = await prepared()
    all.phone.network.calm()
    const client = all.world.client(all.phone)
    const session = await client.unlock({ passcode })
    await session.setPasscode(otherPasscode)
    await session.disablePresence()
    expect(await codeOf(client.openOffline({ passcode }))).toBe('passcode_refused')
    expect(await codeOf(client.openOffline({ passcode: otherPasscode }))).toBe('passed')
    expect(await codeOf(client.openOffline(finger))).toBe('offline_refused')
  })

  it('tells neither names nor values on the disk', async () => {
    const { phone } = await prepared()
    expect([...phone.snapshot()].flat().join('\n')).not.toMatch(/balance|"42"/)
  })

  it('is not opened on a device the service suspended', async () => {
    const { away, phone } = await prepared()
    phone.network.calm()
    await away.reportForgotten()
    expect(await codeOf(away.openOffline(finger))).toBe('offline_refused')
  })
})
