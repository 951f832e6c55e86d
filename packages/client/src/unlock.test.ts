import { describe, expect, it } from 'vitest'
import {
  breakAt,
  faultNames,
  passcode,
  repair,
  restart,
  secured,
  type SecuredOptions,
  stepsOf,
  wait,
  word,
} from '../test/factor.ts'
import { codeOf, origin, to, type Unlocked } from '../test/rig.ts'
import type { Session } from './app-session.ts'
import type { Factor } from './prompt.ts'

const presence = { presence: true } as const

async function withFinger(options: SecuredOptions = {}): Promise<Unlocked> {
  const all = await secured(options)
  await all.session.enablePresence()
  return all
}
const soft = { hardware: false }

describe.each<[string, Factor, () => Promise<Unlocked>]>([
  ['the passcode', { passcode }, secured],
  ['finger or face', presence, withFinger],
  ['the passcode, without hardware', { passcode }, () => secured(soft)],
  ['finger or face, without hardware', presence, () => withFinger(soft)],
])('unlocking by %s', (_name, factor, prepare) => {
  it('opens the vault again and again', async () => {
    const all = await prepare()
    let { client } = all
    for (let times = 0; times < 3; times++) {
      client = await restart({ ...all, client })
      const session = await client.unlock(factor)
      expect(await word(session)).toBe('hidden')
      expect((await session.fetch('/accounts')).status).toBe(200)
    }
  })

  it('wraps the vault key anew each time', async () => {
    const all = await prepare()
    const name = `wraps ${origin}`
    const seen = new Set([all.phone.snapshot().get(name)])
    let { client } = all
    for (let times = 0; times < 3; times++) {
      client = await restart({ ...all, client })
      await client.unlock(factor)
      seen.add(all.phone.snapshot().get(name))
    }
    expect(seen.size).toBe(4)
  })

  it.each(faultNames)(
    'works again, wherever it broke off because %s',
    async (fault) => {
      const all = await prepare()
      let client = await restart(all)
      const steps = await stepsOf(all.phone, fault, async () => client.unlock(factor))
      for (let step = 0; step < steps; step++) {
        wait(all.world)
        client = await restart({ ...all, client })
        breakAt(all.phone, fault, step)
        await codeOf(client.unlock(factor))
        repair(all.phone)
        client = await restart({ ...all, client })
        wait(all.world)
        const session = await client.unlock(factor)
        expect(await word(session), `${fault} at ${step}`).toBe('hidden')
        expect((await client.condition()).state).toBe('open')
      }
    },
    60_000,
  )

  it('opens one after the other when two are asked for at once', async () => {
    const all = await prepare()
    const client = await restart(all)
    const [one, two] = await Promise.all([client.unlock(factor), client.unlock(factor)])
    expect((await one.fetch('/accounts')).status).toBe(200)
    expect((await two.fetch('/accounts')).status).toBe(200)
    await one.end()
    expect(await word(two)).toBe('hidden')
  })

  it('opens nothing when it is locked meanwhile', async () => {
    const all = await prepare()
    const client = await restart(all)
    const unlocking = codeOf(client.unlock(factor))
    all.phone.network.tap(({ request }) => {
      if (to('/holdfast/token')(request)) void client.lock()
    })
    expect(await unlocking).toBe('locked')
    expect((await client.condition()).state).toBe('locked')
  })
})

describe('two windows of one device', () => {
  it('are never taken for two copies of it, however they race', async () => {
    const all = await secured()
    const one = await restart(all)
    const two = all.world.client(all.phone)
    for (let times = 0; times < 5; times++) {
      wait(all.world)
      const codes = await Promise.all([one, two].map((client) => codeOf(client.unlock({ passcode }))))
      // The second finds the vault in use, and nothing else is wrong.
      expect(codes.sort()).toEqual(['passed', 'vault_unavailable'])
      await Promise.all([one.lock(), two.lock()])
    }
    expect(await word(await two.unlock({ passcode }))).toBe('hidden')
  })
})

describe('a device key without hardware', () => {
  it('signs nothing while it is locked; what leads to an unlock is signed by another key', async () => {
    const all = await secured(soft)
    const client = await restart(all)
    const { keystore } = all.phone.platform
    const [label] = all.phone.keystore.labels
    expect(await codeOf(keystore.sign(label as string, new Uint8Array(1)))).toBe('locked')
    expect(await codeOf(client.unlock())).toBe('locked')
    const before = all.phone.network.exchanges.length
    await client.unlock({ passcode })
    const signers = all.phone.network.exchanges.slice(before).flatMap(({ request }) => {
      const input = request.fields.find(([name]) => name === 'signature-input')?.[1]
      return input === undefined ? [] : [[new URL(request.url).pathname, /keyid="([^"]+)"/.exec(input)?.[1]]]
    })
    const device = (await keystore.find(label as string))?.thumbprint
    const byDevice = signers.flatMap(([path, key]) => (key === device ? [path] : []))
    expect(byDevice).toEqual(['/holdfast/token'])
    expect(new Set(signers.map(([, key]) => key)).size).toBe(2)
    await client.lock()
    expect(await codeOf(keystore.sign(label as string, new Uint8Array(1)))).toBe('locked')
  })

  it('has one other key for each passcode, and the old one goes with its passcode', async () => {
    const all = await secured(soft)
    await all.session.setPasscode('482915')
    expect(all.phone.platform.keystore.wrapped?.attempts).toMatchObject({ labels: [expect.any(String)] })
    const client = await restart(all)
    expect(await word(await client.unlock({ passcode: '482915' }))).toBe('hidden')
  })

  it('is not opened by a copy of the disk, without the passcode', async () => {
    const all = await secured(soft)
    await restart(all)
    const thief = all.world.client(all.phone.clone())
    expect(await codeOf(thief.unlock())).toBe('locked')
    expect(await codeOf(thief.unlock({ passcode: '618350' }))).toBe('passcode_refused')
  })

  it('can say that the passcode is forgotten', async () => {
    const all = await secured(soft)
    const client = await restart(all)
    await client.reportForgotten()
    expect(await codeOf(client.unlock({ passcode }))).toBe('identity_proof_required')
  })
})

describe('what is stolen', () => {
  it('opens with nothing but device share, service share and factor: the share is gone with the secrets', async () => {
    const all = await secured()
    await restart(all)
    const backup = all.phone.clone()
    all.phone.keystore.copyTo(backup.keystore)
    expect(await codeOf(all.world.client(backup).unlock({ passcode }))).toBe('key_missing')
  })

  it('is noticed when the copy unlocks first: neither opens any more', async () => {
    const all = await secured()
    const owner = await restart(all)
    const copy = all.world.client(all.phone.cloneWithKey())
    expect(await word(await copy.unlock({ passcode }))).toBe('hidden')
    expect(await codeOf(owner.unlock({ passcode }))).toBe('clone_suspected')
    expect((await owner.condition()).state).toBe('cloned')
    await copy.lock()
    expect(await codeOf(copy.unlock({ passcode }))).toBe('identity_proof_required')
    expect((await copy.condition()).state).toBe('suspended')
  })

  it('is noticed when the copy unlocks second', async () => {
    const all = await secured()
    const owner = await restart(all)
    const copy = all.world.client(all.phone.cloneWithKey())
    const session = await owner.unlock({ passcode })
    expect(await codeOf(copy.unlock({ passcode }))).toBe('clone_suspected')
    expect(await codeOf(session.fetch('/accounts'))).not.toBe('passed')
    expect(await codeOf(owner.unlock({ passcode }))).toBe('identity_proof_required')
  })
})

describe('locking', () => {
  it('drops keys, tokens and vault: everything rejects, and the factor opens again', async () => {
    const { client, session, phone } = await secured()
    const { vault } = session
    await session.lock()
    const sent = phone.network.exchanges.length
    const calls = [
      session.fetch('/accounts'),
      session.fetchSecret('/accounts'),
      session.devices(),
      session.notices(),
      session.removeDevice('x'.repeat(16)),
      session.setPasscode('482915'),
      session.enablePresence(),
      session.disablePresence(),
      vault.preferences.get('word'),
    ]
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'locked'))
    expect(() => session.vault).toThrow(expect.objectContaining({ code: 'locked' }))
    expect(phone.network.exchanges).toHaveLength(sent)
    expect((await client.condition()).state).toBe('locked')
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
  })

  it('comes by itself when nobody uses it', async () => {
    const { client, session, world } = await secured({ client: { idleSeconds: 100 } })
    world.advance(99_000)
    expect((await session.fetch('/accounts')).status).toBe(200)
    world.advance(99_000)
    expect(await word(session)).toBe('hidden')
    world.advance(100_000)
    expect((await client.condition()).state).toBe('locked')
    expect(await codeOf(session.fetch('/accounts'))).toBe('locked')
  })

  it('keeps the cache, which the end of the session wipes', async () => {
    const backend = async (): Promise<Response> =>
      new Response('balance', { headers: { 'cache-control': 'max-age=6000' } })
    const { client, session, world } = await secured({ backend })
    const read = async (open: Session): Promise<string> => {
      const cached = open.vault.cache.through((input, init) => open.fetch(input, init), { origin })
      return (await cached('/accounts')).text()
    }
    await read(session)
    await session.lock()
    const second = await client.unlock({ passcode })
    expect(await read(second)).toBe('balance')
    expect(world.executed).toHaveLength(1)
    const { preferences } = second.vault
    await second.end()
    expect(await codeOf(preferences.get('word'))).toBe('locked')
    expect(await read(await client.unlock({ passcode }))).toBe('balance')
    expect(world.executed).toHaveLength(2)
  })
})
