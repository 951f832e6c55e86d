import { describe, expect, it, vi } from 'vitest'
import { breakAt, faultNames, passcode, repair, restart, secured, stepsOf, word } from '../test/factor.ts'
import { codeOf, sentTo, type Unlocked, unlocked } from '../test/rig.ts'

const finger = { presence: true } as const
const challenges = '/holdfast/presence/challenges'

async function enabled(): Promise<Unlocked> {
  const all = await secured()
  await all.session.enablePresence()
  return all
}

describe('finger or face', () => {
  it('is a second way in, beside the passcode', async () => {
    const all = await enabled()
    const client = await restart(all)
    expect(await word(await client.unlock(finger))).toBe('hidden')
    const later = await restart({ ...all, client })
    expect(await word(await later.unlock({ passcode }))).toBe('hidden')
  })

  it('comes after a passcode only', async () => {
    const { session, phone } = await unlocked()
    expect(await codeOf(session.enablePresence())).toBe('passcode_not_set')
    expect(phone.finger.prompts).toBe(0)
  })

  it('is not set up where no secret comes with it, and nothing half-made stays', async () => {
    const all = await secured()
    all.phone.finger.withoutSecret()
    const before = all.phone.snapshot()
    expect(await codeOf(all.session.enablePresence())).toBe('presence_unsupported')
    expect(all.phone.finger.labels).toEqual([])
    expect(all.phone.snapshot()).toEqual(before)
    const client = await restart(all)
    expect(await codeOf(client.unlock(finger))).toBe('presence_unknown')
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
  })

  it('is removed again at the service when the secret only fails to come at the first proof', async () => {
    const all = await secured()
    all.phone.network.tap(({ request }) => {
      if (request.url.endsWith(challenges)) all.phone.finger.withoutSecret()
    })
    expect(await codeOf(all.session.enablePresence())).toBe('presence_unsupported')
    expect(all.phone.finger.labels).toEqual([])
    expect(sentTo(all.phone, '/holdfast/presence', 'DELETE')).toHaveLength(1)
  })

  it('is not set up on a device that has none', async () => {
    const { session, phone } = await secured()
    phone.finger.absent()
    expect(await codeOf(session.enablePresence())).toBe('presence_unsupported')
  })

  it('opens nothing for a wrong finger, and nothing for none', async () => {
    const all = await enabled()
    const client = await restart(all)
    all.phone.finger.wrongFinger(1)
    expect(await codeOf(client.unlock(finger))).toBe('presence_failed')
    all.phone.finger.cancel(1)
    expect(await codeOf(client.unlock(finger))).toBe('presence_failed')
    expect((await client.condition()).state).toBe('locked')
    expect(await word(await client.unlock(finger))).toBe('hidden')
  })

  it('opens nothing for a platform that only says yes', async () => {
    const all = await enabled()
    await all.client.lock()
    const yes = {
      ...all.phone.finger,
      prove: async () => ({ secret: new Uint8Array(32), proof: new Uint8Array(64) }),
    }
    const platform = { ...all.phone.platform, presence: yes }
    const client = all.world.client({ ...all.phone, platform })
    expect(await codeOf(client.unlock(finger))).toBe('presence_refused')
  })

  it('is gone when another finger is enrolled; the passcode opens, and it can be set up again', async () => {
    const all = await enabled()
    const client = await restart(all)
    all.phone.finger.enrolFinger()
    expect(await codeOf(client.unlock(finger))).toBe('presence_unknown')
    expect((await client.condition()).state).toBe('presence_lost')
    const session = await client.unlock({ passcode })
    expect((await client.condition()).state).toBe('open')
    await session.enablePresence()
    const later = await restart({ ...all, client })
    expect(await word(await later.unlock(finger))).toBe('hidden')
  })

  it('takes the place of the one before', async () => {
    const all = await enabled()
    const [old] = all.phone.finger.labels
    await all.session.enablePresence()
    expect(all.phone.finger.labels).toHaveLength(1)
    expect(all.phone.finger.labels).not.toContain(old)
    const client = await restart(all)
    expect(await word(await client.unlock(finger))).toBe('hidden')
  })

  it('is set up twice at once, and the second takes nothing from the first but its place', async () => {
    const all = await secured()
    const both = [all.session.enablePresence(), all.session.enablePresence()]
    expect(await Promise.all(both.map(codeOf))).toEqual(['passed', 'passed'])
    expect(all.phone.finger.labels).toHaveLength(1)
    expect(sentTo(all.phone, '/holdfast/presence', 'DELETE')).toEqual([])
    const client = await restart(all)
    expect(await word(await client.unlock(finger))).toBe('hidden')
  })

  it('stays when it is locked after its wrap was written', async () => {
    const all = await secured()
    const { storage } = all.phone
    const put = storage.put.bind(storage)
    vi.spyOn(storage, 'put').mockImplementation(async (name, value) => {
      await put(name, value)
      if (name.startsWith('wraps ')) await all.client.lock()
    })
    expect(await codeOf(all.session.enablePresence())).toBe('locked')
    vi.restoreAllMocks()
    expect(all.phone.finger.labels).toHaveLength(1)
    expect(await word(await all.client.unlock(finger))).toBe('hidden')
  })

  it('can be removed', async () => {
    const all = await enabled()
    await all.session.disablePresence()
    expect(all.phone.finger.labels).toEqual([])
    const client = await restart(all)
    expect(await codeOf(client.unlock(finger))).toBe('presence_unknown')
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
  })

  it('stays when the passcode changes', async () => {
    const all = await enabled()
    await all.session.setPasscode('482915')
    const client = await restart(all)
    expect(await word(await client.unlock(finger))).toBe('hidden')
  })

  it('changes nothing that needs a passcode', async () => {
    const all = await enabled()
    const client = await restart(all)
    const session = await client.unlock(finger)
    expect(await codeOf(session.setPasscode('482915'))).toBe('insufficient_user_authentication')
    expect(await codeOf(session.disablePresence())).toBe('insufficient_user_authentication')
    expect(await codeOf(session.enablePresence())).toBe('insufficient_user_authentication')
  })

  it.each(faultNames)(
    'leaves the passcode, wherever setting it up breaks off because %s',
    async (fault) => {
      const first = await secured()
      const steps = await stepsOf(first.phone, fault, () => first.session.enablePresence())
      for (let step = 0; step < steps; step++) {
        const all = await secured()
        breakAt(all.phone, fault, step)
        const set = await codeOf(all.session.enablePresence())
        repair(all.phone)
        const client = await restart(all)
        if (set === 'passed') expect(await word(await client.unlock(finger))).toBe('hidden')
        const later = await restart({ ...all, client })
        expect(await word(await later.unlock({ passcode })), `${fault} at ${step}`).toBe('hidden')
      }
    },
    60_000,
  )
})
