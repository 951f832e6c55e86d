import { beforeEach, describe, expect, it } from 'vitest'
import { codeOf, enrolled, forged, origin, sentTo, to, type Unlocked, unlocked } from '../test/rig.ts'
import type { Client } from './client.ts'
import type { Keystore } from './ports.ts'
import { deviceSigner, jsonDraft, sign } from './request.ts'
import { createState } from './state.ts'
import { createService } from './statement.ts'

const token = '/holdfast/token'
let all: Unlocked
beforeEach(async () => {
  all = await unlocked()
})

const expire = (): void => all.world.advance(299_000)

/** Sends a refresh token from outside the session, signed by the right device key. */
async function present(refreshToken: string): Promise<void> {
  const { phone, world } = all
  const state = createState(phone.storage, origin)
  const service = createService({ origin, pins: world.pins, platform: phone.platform, state })
  await service.statement()
  const device = await state.device()
  if (device === null) throw new Error('not enrolled')
  const draft = jsonDraft(origin + token, { grant_type: 'refresh_token', refresh_token: refreshToken })
  const request = await sign(service, draft, deviceSigner(phone.platform, device.key))
  await phone.platform.network({ ...request, timeoutMs: 1000, timeoutCovers: 'answer' })
}

describe('unlocking', () => {
  it('needs an enrolled device', async () => {
    const client = all.world.client(all.world.phone())
    expect(await codeOf(client.unlock())).toBe('not_enrolled')
    expect(await codeOf(client.resumeEnrolment())).toBe('not_enrolled')
  })

  it('refuses tokens in an answer nobody signed, and uses those of the next', async () => {
    const { client, phone } = all
    const answer = phone.network.exchanges.find(({ request }) => to(token)(request))
    const stolen = {
      status: 200,
      fields: [['content-type', 'application/json']],
      body: answer?.answerBody as Uint8Array,
    } as const
    phone.network.forge(to(token), stolen, 1)
    const session = await client.unlock()
    expect((await session.fetch('/accounts')).status).toBe(200)
    phone.network.forge(to(token), stolen)
    expect(await codeOf(client.unlock())).toBe('answer_refused')
  })

  it('refuses the signed answer to another request', async () => {
    const { client, phone } = all
    const answer = phone.network.exchanges.find(({ request }) => to(token)(request))
    const raw = answer?.answer?.rawFields ?? []
    const fields = raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] as string] as const] : []))
    phone.network.forge(to(token), { status: 200, fields, body: answer?.answerBody as Uint8Array })
    expect(await codeOf(client.unlock())).toBe('answer_refused')
  })

  it('tells a missing key from one that is not available, and changes nothing', async () => {
    const { client, phone } = all
    const before = phone.snapshot()
    phone.keystore.keyUnavailable(1)
    expect(await codeOf(client.unlock())).toBe('key_unavailable')
    phone.keystore.keyMissing()
    expect(await codeOf(client.unlock())).toBe('key_missing')
    phone.keystore.keyMissing(false)
    expect(phone.snapshot()).toEqual(before)
    expect(await client.unlock()).toBeDefined()
  })

  it('finds no key on a phone that has only the records', async () => {
    const { world, phone } = all
    expect(await codeOf(world.client(phone.clone()).unlock())).toBe('key_missing')
    expect(await world.client(phone.cloneWithKey()).unlock()).toBeDefined()
  })

  it('takes a broken keystore for unavailable, never for empty', async () => {
    const { world, phone } = all
    const keystore = { ...phone.keystore, find: () => Promise.reject(new Error('busy')) }
    const broken = world.client({ ...phone, platform: { ...phone.platform, keystore } })
    expect(await codeOf(broken.unlock())).toBe('key_unavailable')
  })

  it('opens sessions of their own in two tabs', async () => {
    const { world, phone, session } = all
    const other = await world.client(phone).unlock()
    await other.end()
    expect((await session.fetch('/accounts')).status).toBe(200)
    expect(await codeOf(other.fetch('/accounts'))).toBe('session_ended')
  })
})

describe('a keystore that takes 80 ms for each signature', () => {
  /** Another client of the same phone, and the signatures its device key makes. */
  function counted(): { client: Client; signatures: () => number } {
    const { world, phone } = all
    let signatures = 0
    const keystore: Keystore = {
      ...phone.keystore,
      async sign(label, data) {
        signatures++
        return phone.keystore.sign(label, data)
      },
    }
    phone.keystore.signDelay(80)
    const client = world.client({ ...phone, platform: { ...phone.platform, keystore } })
    return { client, signatures: () => signatures }
  }

  it.each([
    ['plain', {}],
    ['sealed', { deployment: { sealing: { suites: ['x-wing', 'x25519'] } } }],
  ] as const)('signs once for an unlock and twenty calls at once: %s', async (how, options) => {
    all = await unlocked(options)
    const { client, signatures } = counted()
    const [virtual, real] = [all.phone.clock.monotonic(), performance.now()]
    const session = await client.unlock()
    const init = { sealed: how === 'sealed' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => session.fetch(`/accounts/${i}`, init)),
    )
    const chip = all.phone.clock.monotonic() - virtual
    const rest = Math.round(performance.now() - real)
    console.info(`unlock and twenty calls, ${how}: ${chip} ms for the chip, ${rest} ms for the rest`)
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(signatures()).toBe(1)
    expect(chip).toBe(80)
    await all.world.server.close()
  })

  it('signs for each call where the route asks for the device key', async () => {
    const rule = { path: '/transfers', policy: 'signed', signer: 'device', fields: [] } as const
    all = await unlocked({ routes: [rule] })
    const { client, signatures } = counted()
    const session = await client.unlock()
    await Promise.all(Array.from({ length: 3 }, async () => session.fetch('/transfers', { method: 'POST' })))
    expect(signatures()).toBe(4)
  })
})

describe('the access token', () => {
  it('is renewed once for 20 requests at the same time', async () => {
    expire()
    const answers = await Promise.all(Array.from({ length: 20 }, () => all.session.fetch('/accounts')))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(sentTo(all.phone, token)).toHaveLength(2)
  })

  it('is renewed once for 20 requests that are all told it has expired', async () => {
    all.phone.network.forge(to('/accounts'), forged('token_expired'), 20)
    const answers = await Promise.all(Array.from({ length: 20 }, () => all.session.fetch('/accounts')))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(sentTo(all.phone, token)).toHaveLength(2)
  })

  it('is not renewed for a refusal of a token that was replaced meanwhile', async () => {
    const { session, phone } = all
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let late = true
    phone.network.rewrite({
      async answer(answer, request) {
        if (!late || !to('/late')(request)) return answer
        late = false
        await held
        const { status, fields, body } = forged('token_expired')
        return {
          status,
          rawFields: fields.flat(),
          body: new Response(body).body as ReadableStream<Uint8Array>,
        }
      },
    })
    const slow = session.fetch('/late')
    await expect.poll(() => late).toBe(false)
    phone.network.forge(to('/accounts'), forged('token_expired'), 1)
    expect((await session.fetch('/accounts')).status).toBe(200)
    release()
    expect((await slow).status).toBe(200)
    expect(sentTo(phone, token)).toHaveLength(2)
  })

  it('is renewed once, and no more, for one who is told so for ever', async () => {
    all.phone.network.forge(to('/accounts'), forged('token_expired'))
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('unverified_refusal')
    expect(sentTo(all.phone, token)).toHaveLength(2)
  })

  it('is renewed by the same bytes when the answer was lost, even long after', async () => {
    expire()
    all.phone.network.loseAnswer(4, to(token))
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('network_unreachable')
    all.world.advance(60_000)
    expect((await all.session.fetch('/accounts')).status).toBe(200)
    const [, ...renewals] = sentTo(all.phone, token)
    expect(renewals).toHaveLength(5)
    for (const request of renewals) expect(request).toEqual(renewals[0])
  })

  it('is renewed at its first use after half its life, and not before', async () => {
    const { world, session, phone } = all
    world.advance(59_999)
    await session.fetch('/accounts')
    expect(sentTo(phone, token)).toHaveLength(1)
    world.advance(1)
    await session.fetch('/accounts')
    await session.fetch('/accounts')
    expect(sentTo(phone, token)).toHaveLength(2)
  })

  it.each([
    [
      'does not come',
      'network_unreachable',
      () => all.phone.network.dropRequest(Number.POSITIVE_INFINITY, to(token)),
    ],
    [
      'is refused by an answer nobody signed',
      'unverified_refusal',
      () => all.phone.network.forge(to(token), forged('overloaded')),
    ],
  ] as const)('is used to its end when its renewal %s, and no longer: %s', async (_what, code, disturb) => {
    const { world, session, phone } = all
    disturb()
    world.advance(60_000)
    expect((await session.fetch('/accounts')).status).toBe(200)
    expect(sentTo(phone, '/accounts')).toHaveLength(1)
    world.advance(60_000)
    expect(await codeOf(session.fetch('/accounts'))).toBe(code)
    expect(sentTo(phone, '/accounts')).toHaveLength(1)
    phone.network.calm()
    expect((await session.fetch('/accounts')).status).toBe(200)
  })

  it('lives through many renewals', async () => {
    for (let i = 0; i < 5; i++) {
      expire()
      expect((await all.session.fetch('/accounts')).status).toBe(200)
    }
    expect(sentTo(all.phone, token)).toHaveLength(6)
  })
})

describe('the end of a session', () => {
  it('by the app: refused here at once, and there', async () => {
    const { session, phone, client } = all
    await session.end()
    await session.end()
    expect(await codeOf(session.fetch('/accounts'))).toBe('session_ended')
    expect(await codeOf(session.devices())).toBe('session_ended')
    expect(sentTo(phone, '/holdfast/session', 'DELETE')).toHaveLength(1)
    expect(await client.status()).toBe('enrolled')
  })

  it('by the app without a network: ended here all the same', async () => {
    all.phone.network.dropRequest(100)
    expect(await codeOf(all.session.end())).toBe('network_unreachable')
    all.phone.network.calm()
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('session_ended')
  })

  it('is not believed when the service did not sign it', async () => {
    all.phone.network.forge(to('/holdfast/session'), { status: 200, fields: [], body: '{}' })
    expect(await codeOf(all.session.end())).toBe('answer_refused')
  })

  it('by idleness: told by the service, and the device stays enrolled', async () => {
    all.world.advance(400_000)
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('session_ended')
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('session_ended')
    expect((await (await all.client.unlock()).fetch('/accounts')).status).toBe(200)
  })

  it('by an old refresh token in other hands: the family ends, the device stays', async () => {
    const { world, phone, session, client } = all
    const memory = phone.network.exchanges.find(({ request }) => to(token)(request))
    expect(memory).toBeDefined()
    expire()
    await session.fetch('/accounts')
    const first = JSON.parse(new TextDecoder().decode(memory?.answerBody)) as { refresh_token: string }
    world.advance(60_000)
    await present(first.refresh_token)
    expect(await codeOf(session.fetch('/accounts'))).toBe('session_ended')
    expect(await client.status()).toBe('enrolled')
  })

  it('by forgetting: key and record are gone', async () => {
    const { session, client, phone } = all
    await client.forget()
    expect(await codeOf(session.fetch('/accounts'))).toBe('not_enrolled')
    expect(await codeOf(client.unlock())).toBe('not_enrolled')
    expect(await client.status()).toBe('new')
    expect(phone.keystore.labels).toHaveLength(0)
  })

  it.each(['session_ended', 'device_revoked', 'grant_refused', 'not_enrolled', 'key_missing', 'made_up'])(
    'is not brought about by a forged %s',
    async (code) => {
      const { session, client, phone } = all
      const before = phone.snapshot()
      phone.network.forge(() => true, forged(code))
      expect(await codeOf(session.fetch('/accounts'))).toBe('unverified_refusal')
      expect(await codeOf(session.fetch('/accounts', { method: 'POST', body: 'x' }))).toBe(
        'unverified_refusal',
      )
      expect(await codeOf(client.unlock())).toBe('unverified_refusal')
      phone.network.calm()
      expect(phone.snapshot()).toEqual(before)
      expect(await client.status()).toBe('enrolled')
      expect((await session.fetch('/accounts')).status).toBe(200)
    },
  )
})

describe('a device that was removed', () => {
  it('is not made of another refusal by changing the field that marks it', async () => {
    const { session, phone, client } = all
    phone.network.rewrite({
      answer: (answer) => ({
        ...answer,
        rawFields: answer.rawFields.map((text, i) =>
          answer.rawFields[i - 1]?.toLowerCase() === 'holdfast-error' ? 'device_revoked' : text,
        ),
      }),
    })
    expect(await codeOf(session.removeDevice('x'.repeat(20)))).toBe('not_found')
    expect(await client.status()).toBe('enrolled')
  })

  it('learns it from the service alone; nothing is deleted, and the user may enrol again', async () => {
    const { world, phone, client, session } = all
    const other = await (await enrolled(world)).unlock()
    const mine = (await session.devices()).find((device) => device.this)
    await other.removeDevice(mine?.id as string)
    expect(await codeOf(session.fetch('/accounts'))).toBe('device_revoked')
    expect(await client.status()).toBe('revoked')
    expect(await codeOf(client.unlock())).toBe('device_revoked')
    expect(await codeOf(client.resumeEnrolment())).toBe('device_revoked')
    expect(phone.keystore.labels).toHaveLength(1)
    await enrolled(world, phone)
    expect(await client.status()).toBe('enrolled')
    expect(phone.keystore.labels).toHaveLength(1)
  })
})

describe('the list of devices', () => {
  it('names them all, and believes no removal the service did not sign', async () => {
    const { world, session, phone } = all
    await enrolled(world)
    const devices = await session.devices()
    expect(devices).toHaveLength(2)
    const other = devices.find((device) => !device.this)?.id as string
    phone.network.forge(to(`/holdfast/devices/${other}`), { status: 200, fields: [], body: '{}' })
    expect(await codeOf(session.removeDevice(other))).toBe('answer_refused')
    phone.network.calm()
    await session.removeDevice(other)
    await session.removeDevice(other)
    const after = await session.devices()
    expect(after.find(({ id }) => id === other)?.revoked).not.toBeNull()
    expect(after.map(({ suspended }) => suspended)).toEqual([false, false])
    await expect(session.removeDevice('../x')).rejects.toThrow(TypeError)
  })

  it('does not reach another user’s', async () => {
    const world = all.world
    const foreign = await (await enrolled(world, world.phone(), 'bob')).unlock()
    const id = (await foreign.devices())[0]?.id as string
    expect(await codeOf(all.session.removeDevice(id))).toBe('not_found')
  })
})
