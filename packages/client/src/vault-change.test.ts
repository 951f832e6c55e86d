import { HoldfastError } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import {
  breakAt,
  passcode,
  repair,
  restart,
  secured,
  type SecuredOptions,
  stepsOf,
  wait,
  word,
} from '../test/factor.ts'
import { codeOf, type Unlocked, unlocked } from '../test/rig.ts'
import type { Client } from './client.ts'
import type { Factor } from './prompt.ts'

const finger = { presence: true } as const
const ways: ReadonlyArray<readonly [string, Factor]> = [
  ['the passcode', { passcode }],
  ['finger or face', finger],
]
const fault = 'the disk is full'
const soft = { hardware: false }

async function bothWays(options: SecuredOptions = {}): Promise<Unlocked> {
  const all = await secured(options)
  await all.session.enablePresence()
  return all
}

const forwards = ({ phone }: Pick<Unlocked, 'phone'>): string[] =>
  [...phone.snapshot().keys()].filter((name) => name.includes(' forward '))

/** What is stored under the vault key, but the forward records. */
const sealed = ({ phone }: Pick<Unlocked, 'phone'>): string[] =>
  [...phone.snapshot()].flatMap(([name, value]) =>
    name.startsWith('vault ') && !name.includes(' forward ') ? [value] : [],
  )

/** Unlocks after a restart, sees what is there, and locks again. */
async function check(all: Unlocked, client: Client, factor: Factor, at = ''): Promise<Client> {
  wait(all.world)
  const next = await restart({ ...all, client })
  const session = await next.unlock(factor)
  expect(await word(session), at).toBe('hidden')
  expect((await session.fetch('/accounts')).status, at).toBe(200)
  await next.lock()
  return next
}

describe.each([
  ['in hardware', {}],
  ['under the vault key', soft],
])('another vault key, the device key %s', (_name, options) => {
  it('locks the client, and each way goes on under the new one, in either order', async () => {
    for (const order of [ways, ways.toReversed()]) {
      const all = await bothWays(options)
      const before = sealed(all)
      await all.session.changeVaultKey()
      expect(await codeOf(all.session.fetch('/accounts'))).toBe('locked')
      expect((await all.client.condition()).state).toBe('locked')
      let { client } = all
      expect(forwards(all)).toHaveLength(1)
      for (const [name, factor] of [...order, ...order]) client = await check(all, client, factor, name)
      expect(forwards(all)).toEqual([])
      expect(before.filter((value) => sealed(all).includes(value))).toEqual([])
    }
  })

  it('can be changed again and again before the other way was used', async () => {
    const all = await bothWays(options)
    let { client, session } = all
    for (let times = 0; times < 3; times++) {
      await session.changeVaultKey()
      wait(all.world)
      session = await client.unlock({ passcode })
      expect(await word(session)).toBe('hidden')
    }
    expect(forwards(all)).toHaveLength(3)
    client = await check(all, client, finger)
    expect(forwards(all)).toEqual([])
    await check(all, client, { passcode })
  })

  it.each(ways)(
    'leaves a device that unlocks by %s, whatever write it broke off at, and then by the other way',
    async (_way, factor) => {
      const all = await bothWays(options)
      let { client, session } = all
      const other = ways.find(([, each]) => each !== factor)?.[1] as Factor
      const steps = await stepsOf(all.phone, fault, () => session.changeVaultKey())
      expect(steps).toBeGreaterThan(4)
      for (let step = 0; step <= steps; step++) {
        const at = `step ${step}`
        wait(all.world)
        client = await restart({ ...all, client })
        session = await client.unlock(factor)
        breakAt(all.phone, fault, step)
        await codeOf(session.changeVaultKey())
        repair(all.phone)
        client = await check(all, client, factor, at)
        client = await check(all, client, other, at)
        expect(forwards(all), at).toEqual([])
      }
    },
    60_000,
  )

  it.each(ways)(
    'survives a first unlock by %s that breaks off at any write',
    async (_way, factor) => {
      const all = await bothWays(options)
      const other = ways.find(([, each]) => each !== factor)?.[1] as Factor
      let { client } = all
      async function changed(): Promise<void> {
        wait(all.world)
        client = await restart({ ...all, client })
        await (await client.unlock({ passcode })).changeVaultKey()
        wait(all.world)
      }
      await changed()
      const steps = await stepsOf(all.phone, fault, () => client.unlock(factor))
      for (let step = 0; step < steps; step++) {
        await changed()
        breakAt(all.phone, fault, step)
        await codeOf(client.unlock(factor))
        repair(all.phone)
        client = await check(all, client, other, `step ${step}`)
        client = await check(all, client, factor, `step ${step}`)
        expect(forwards(all)).toEqual([])
      }
    },
    60_000,
  )
})

it('finds a device key that is still under an older vault key, twice over', async () => {
  const all = await bothWays(soft)
  let { client, session } = all
  const keys = all.phone.platform.keystore.wrapped as {
    keep: (label: string, key: Uint8Array) => Promise<void>
  }
  const { keep } = keys
  for (let times = 0; times < 2; times++) {
    keys.keep = async () => Promise.reject(new HoldfastError('key_unavailable'))
    expect(await codeOf(session.changeVaultKey())).toBe('key_unavailable')
    keys.keep = keep
    if (times === 1) break
    wait(all.world)
    client = await restart({ ...all, client })
    session = await client.unlock({ passcode })
  }
  client = await check(all, client, finger)
  await check(all, client, { passcode })
  expect(forwards(all)).toEqual([])
})

it('is done once the other way is given up', async () => {
  const all = await bothWays()
  await all.session.changeVaultKey()
  wait(all.world)
  const session = await all.client.unlock({ passcode })
  expect(forwards(all)).toHaveLength(1)
  await session.disablePresence()
  await check(all, all.client, { passcode })
  expect(forwards(all)).toEqual([])
})

it('empties what is kept for offline, and each way opens it again after its next unlock', async () => {
  const all = await secured({ policy: { offlineSeconds: 3600 } })
  await all.session.vault.offline?.put('balance', '42')
  await all.session.changeVaultKey()
  expect(await codeOf(all.client.openOffline({ passcode }))).toBe('offline_refused')
  wait(all.world)
  const session = await all.client.unlock({ passcode })
  await session.vault.offline?.put('balance', '43')
  await all.client.lock()
  expect(await (await all.client.openOffline({ passcode })).last.get('balance')).toBe('43')
})

it('is refused without a passcode, and while another window has the vault open', async () => {
  const { session } = await unlocked()
  expect(await codeOf(session.changeVaultKey())).toBe('passcode_not_set')
  expect((await session.fetch('/accounts')).status).toBe(200)

  const all = await secured()
  const window = all.world.client(all.phone)
  wait(all.world)
  const changing = codeOf(all.session.changeVaultKey())
  const unlocking = codeOf(window.unlock({ passcode }))
  // The other window was first, or it finds the key changed, or it is refused for being early: never half of it.
  expect(await Promise.all([changing, unlocking])).toContain('passed')
  await window.lock()
  await check(all, all.client, { passcode })
})
