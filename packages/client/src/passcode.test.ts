import { defaultPolicy } from '@holdfast/server'
import { describe, expect, it } from 'vitest'
import {
  breakAt,
  faultNames,
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
import { codeOf, createWorld, enrolled, sentTo, unlocked } from '../test/rig.ts'
import type { Need } from './prompt.ts'

const logins = '/holdfast/passcode/logins'
/** Takes many wrong ones. */
const patient = { ...defaultPolicy.passcode, tries: 1000, accountTries: 1000 }

describe('the first passcode', () => {
  it('comes with a vault, and the session goes on', async () => {
    const { world, phone, client } = await unlocked()
    const session = await client.unlock()
    expect(() => session.vault).toThrow(expect.objectContaining({ code: 'passcode_not_set' }))
    await session.setPasscode(passcode)
    expect((await session.fetch('/accounts')).status).toBe(200)
    await session.vault.preferences.set('word', 'hidden')
    await client.lock()
    const again = await world.client(phone).unlock({ passcode })
    expect(await word(again)).toBe('hidden')
  })

  it('ends what the device key alone opens', async () => {
    const all = await secured()
    const client = await restart(all)
    expect(await codeOf(client.unlock())).toBe('insufficient_user_authentication')
    expect(await codeOf(client.unlock({ presence: true }))).toBe('presence_unknown')
  })

  it('is refused when it is weak, before anything is sent', async () => {
    const { phone, session } = await unlocked()
    const sent = phone.network.exchanges.length
    expect(await codeOf(session.setPasscode('123456'))).toBe('passcode_weak')
    expect(phone.network.exchanges).toHaveLength(sent)
  })

  it('is not taken where nothing stretches it', async () => {
    const world = await createWorld()
    const phone = world.phone()
    const client = await enrolled(world, { ...phone, platform: { ...phone.platform, stretch: null } })
    const session = await client.unlock()
    expect(await codeOf(session.setPasscode(passcode))).toBe('passcode_unsupported')
  })

  it('is nowhere on the wire or on the disk', async () => {
    const all = await secured()
    const client = await restart(all)
    await client.unlock({ passcode })
    const wire = all.phone.network.exchanges.flatMap(({ request, answerBody }) => [
      request.url,
      JSON.stringify(request.fields),
      new TextDecoder().decode(request.body),
      new TextDecoder().decode(answerBody),
    ])
    expect(wire.join('\n')).not.toContain(passcode)
    expect([...all.phone.snapshot()].flat().join('\n')).not.toContain(passcode)
  })
})

/** What an error would put into a log: its own words and those of everything that caused it. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.name, error.message, error.stack, JSON.stringify(error), wordsOf(error.cause)].join(' ')
}

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => null,
    (error: unknown) => error,
  )
}

describe('an error', () => {
  it('says nothing of the passcode', async () => {
    const all = await secured()
    const client = await restart(all)
    const refused = await failureOf(client.unlock({ passcode: wrongPasscode }))
    const offline = await failureOf(client.openOffline({ passcode: wrongPasscode }))
    const session = await client.unlock({ passcode })
    const weak = await failureOf(session.setPasscode('111111'))
    const words = [refused, offline, weak].map(wordsOf)
    expect(words.map((text) => text.startsWith('HoldfastError'))).toEqual([true, true, true])
    for (const text of words) expect(text).not.toMatch(/618350|739264|111111/)
  })
})

describe('a wrong passcode', () => {
  it('is counted down, locks for a while, and opens after it', async () => {
    const all = await secured()
    const client = await restart(all)
    const left: Array<number | null> = []
    for (let tries = 0; tries < 5; tries++) {
      expect(await codeOf(client.unlock({ passcode: wrongPasscode }))).toBe('passcode_refused')
      left.push((await client.condition()).left)
    }
    expect(left).toEqual([4, 3, 2, 1, 0])
    const locked = client.unlock({ passcode })
    await expect(locked).rejects.toMatchObject({ code: 'passcode_locked', retryAfter: 60 })
    const { state, until } = await client.condition()
    expect(state).toBe('waiting')
    expect(until).toBe(all.phone.clock.now() + 60_000)
    all.world.advance(60_000)
    expect((await client.condition()).state).toBe('locked')
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
    expect(await client.condition()).toEqual({ state: 'open', until: null, left: null })
  })

  it('blocks for good in the end, and nothing is deleted', async () => {
    const policy = { passcode: { ...defaultPolicy.passcode, tries: 1, lockSeconds: [1] } }
    const all = await secured({ policy })
    const client = await restart(all)
    expect(await codeOf(client.unlock({ passcode: wrongPasscode }))).toBe('passcode_refused')
    all.world.advance(1000)
    expect(await codeOf(client.unlock({ passcode: wrongPasscode }))).toBe('passcode_refused')
    all.world.advance(1000)
    expect(await codeOf(client.unlock({ passcode }))).toBe('passcode_blocked')
    expect((await client.condition()).state).toBe('blocked')
    expect(await client.status()).toBe('unproven')
    const later = all.world.client(all.phone)
    expect((await later.condition()).state).toBe('blocked')
    expect([...all.phone.snapshot().keys()].some((name) => name.startsWith('wraps '))).toBe(true)
  })
})

describe('another passcode', () => {
  it('takes the place of the old one, and the vault stays', async () => {
    const all = await secured()
    await all.session.setPasscode(otherPasscode)
    expect(await word(all.session)).toBe('hidden')
    const client = await restart(all)
    expect(await codeOf(client.unlock({ passcode }))).toBe('passcode_refused')
    expect(await word(await client.unlock({ passcode: otherPasscode }))).toBe('hidden')
  })

  it('needs the old one, fresh: the user is asked for it', async () => {
    const asked: Need[] = []
    const prompt = async (need: Need) => {
      asked.push(need)
      return { passcode }
    }
    const all = await secured({ client: { prompt } })
    wait(all.world)
    await (await all.session.fetch('/accounts')).text()
    all.world.advance(250_000)
    await all.session.setPasscode(otherPasscode)
    expect(asked).toEqual([{ reason: 'step_up', acr: 'passcode' }])
    expect(await word(all.session)).toBe('hidden')
    const client = await restart(all)
    expect(await word(await client.unlock({ passcode: otherPasscode }))).toBe('hidden')
  })

  it('is not set when the user does not give the old one', async () => {
    const all = await secured({ client: { prompt: async () => null } })
    all.world.advance(290_000)
    await (await all.session.fetch('/accounts')).text()
    all.world.advance(20_000)
    expect(await codeOf(all.session.setPasscode(otherPasscode))).toBe('insufficient_user_authentication')
    const client = await restart(all)
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
  })

  it('tries the newer of two first, then the older', async () => {
    const all = await secured()
    const { phone, session } = all
    // The disk takes the new wrap, and the service never hears of the session.
    phone.network.dropRequest(Number.POSITIVE_INFINITY, ({ url }) => url.endsWith('/token'))
    expect(await codeOf(session.setPasscode(otherPasscode))).toBe('network_unreachable')
    phone.network.calm()
    const client = await restart(all)
    const sent = sentTo(phone, logins).length
    expect(await word(await client.unlock({ passcode }))).toBe('hidden')
    expect(sentTo(phone, logins).length - sent).toBe(2)
    // The old one opened a session, so the new one counts no more.
    const later = await restart({ ...all, client })
    expect(await codeOf(later.unlock({ passcode: otherPasscode }))).toBe('passcode_refused')
    expect(await word(await later.unlock({ passcode }))).toBe('hidden')
  })

  it.each(faultNames)(
    'leaves one of the two, wherever it breaks off because %s',
    async (fault) => {
      const all = await secured({ policy: { passcode: patient } })
      let [now, next] = [otherPasscode, passcode]
      const steps = await stepsOf(all.phone, fault, () => all.session.setPasscode(now))
      let { client } = all
      let kept = 0
      for (let step = 0; step < steps; step++) {
        wait(all.world)
        client = await restart({ ...all, client })
        const session = await client.unlock({ passcode: now })
        breakAt(all.phone, fault, step)
        const set = await codeOf(session.setPasscode(next))
        repair(all.phone)
        client = await restart({ ...all, client })
        const changed = await codeOf(client.unlock({ passcode: next }))
        if (set === 'passed') expect(changed, `${fault} at ${step}`).toBe('passed')
        if (changed === 'passed') [now, next] = [next, now]
        else kept++
        client = await restart({ ...all, client })
        expect(await word(await client.unlock({ passcode: now })), `${fault} at ${step}`).toBe('hidden')
      }
      // Some breaks came before the change, and some after it.
      expect(kept).toBeGreaterThan(0)
      expect(kept).toBeLessThan(steps)
    },
    60_000,
  )
})

describe('setting the first passcode', () => {
  it.each(faultNames)(
    'can be begun again, wherever it breaks off because %s',
    async (fault) => {
      const steps = await (async () => {
        const { phone, session } = await unlocked()
        return stepsOf(phone, fault, () => session.setPasscode(passcode))
      })()
      for (let step = 0; step < steps; step++) {
        const all = await unlocked()
        breakAt(all.phone, fault, step)
        const set = await codeOf(all.session.setPasscode(passcode))
        repair(all.phone)
        const client = await restart(all)
        const by = await codeOf(client.unlock({ passcode }))
        if (set === 'passed') expect(by).toBe('passed')
        if (by === 'passed') continue
        expect(['passcode_not_set', 'passcode_refused'], `${fault} at ${step}`).toContain(by)
        const session = await client.unlock()
        await session.setPasscode(otherPasscode)
        const later = await restart({ ...all, client })
        expect(await codeOf(later.unlock({ passcode: otherPasscode })), `${fault} at ${step}`).toBe('passed')
      }
    },
    60_000,
  )
})
