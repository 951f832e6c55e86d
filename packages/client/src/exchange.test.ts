import { type ErrorCode, errors, statementPath, utf8 } from '@holdfast/core'
import { defaultPolicy } from '@holdfast/server'
import { describe, expect, it } from 'vitest'
import {
  codeOf,
  createWorld,
  digits,
  enrolled,
  forged,
  sentTo,
  to,
  unlocked,
  type World,
} from '../test/rig.ts'
import type { Client } from './client.ts'
import type { ForgedAnswer, Match } from './platforms/testing/network.ts'
import type { VirtualPhone } from './platforms/testing/phone.ts'

const codes = [...(Object.keys(errors) as ErrorCode[]), 'made_up']
const activation = { activationCode: '0000-0000-0000-0000-0000', deviceName: 'Test phone' }
const enrolments = '/holdfast/enrolments'
const policy = { session: { ...defaultPolicy.session, unlocksPerMinute: 1000 } }
const confirming: Match = ({ url }) => url.endsWith('/confirm')
const routes = [{ path: '/public/*', policy: 'open', signer: 'any', fields: [] }] as const

/** A call of the app that can be made again and again, the endpoint it is about, and that it works. */
type Call = {
  readonly phone: VirtualPhone
  readonly client: Client
  readonly endpoint: Match
  readonly act: () => Promise<unknown>
}
type Prepare = (world: World) => Promise<Call>

const fetching =
  (path: string, method = 'GET'): Prepare =>
  async (world) => {
    const phone = world.phone()
    const client = await enrolled(world, phone)
    const session = await client.unlock()
    return { phone, client, endpoint: to(path), act: () => session.fetch(path, { method }) }
  }

/** An enrolment that never comes to its own request, by a client that knows nothing yet but its floor. */
const firstContact =
  (path: string): Prepare =>
  async (world) => {
    const phone = world.phone()
    const client = world.client(phone)
    const act = async (): Promise<unknown> => {
      const activationCode = await world.activationCode()
      return world.client(phone).enrol({ ...activation, activationCode })
    }
    phone.network.dropRequest(4, to('/holdfast/challenge'))
    expect(await codeOf(act())).toBe('network_unreachable')
    return { phone, client, endpoint: to(path), act }
  }

/** An enrolment whose request to `endpoint` is stored and was not answered. */
const interrupted =
  (endpoint: Match): Prepare =>
  async (world) => {
    const phone = world.phone()
    const client = world.client(phone)
    phone.network.dropRequest(4, endpoint)
    const attempt = (async () => {
      const pending = await client.enrol({ ...activation, activationCode: await world.activationCode() })
      await pending.confirm(digits(world))
    })()
    expect(await codeOf(attempt)).toBe('network_unreachable')
    return { phone, client, endpoint, act: () => client.resumeEnrolment() }
  }

const calls: Record<string, Prepare> = {
  'the time, at first contact': firstContact('/holdfast/time'),
  'the challenge': firstContact('/holdfast/challenge'),
  'the first step of enrolment': interrupted(to(enrolments)),
  'the second step of enrolment': interrupted(confirming),
  async 'the token'(world) {
    const phone = world.phone()
    const client = await enrolled(world, phone)
    return { phone, client, endpoint: to('/holdfast/token'), act: () => client.unlock() }
  },
  async 'the list of devices'(world) {
    const phone = world.phone()
    const client = await enrolled(world, phone)
    const session = await client.unlock()
    return { phone, client, endpoint: to('/holdfast/devices'), act: () => session.devices() }
  },
  async 'the removal of a device'(world) {
    const phone = world.phone()
    await enrolled(world)
    const client = await enrolled(world, phone)
    const session = await client.unlock()
    const id = (await session.devices()).find((device) => !device.this)?.id as string
    const endpoint = to(`/holdfast/devices/${id}`)
    return { phone, client, endpoint, act: () => session.removeDevice(id) }
  },
  async 'the end of a session'(world) {
    const phone = world.phone()
    const client = await enrolled(world, phone)
    const act = async (): Promise<void> => (await client.unlock()).end()
    return { phone, client, endpoint: to('/holdfast/session'), act }
  },
  'a read': fetching('/accounts'),
  'a write': fetching('/payments', 'POST'),
  'a read of an open route': fetching('/public/rates'),
  'a write to an open route': fetching('/public/vote', 'POST'),
}

/** As {@link forged}, and dressed as an answer of the service by a key nobody has heard of. */
function dressed(code: string, kid = 'A'.repeat(43)): ForgedAnswer {
  const { status, fields, body } = forged(code)
  const components =
    '"@status" "content-type" "content-digest" "@method";req "@target-uri";req "signature";req'
  const parameters = `created=1790000000;keyid="${kid}";alg="ecdsa-p256-sha256";tag="holdfast-answer"`
  const signed: ForgedAnswer['fields'] = [
    ['signature-input', `hf=(${components});${parameters}`],
    ['signature', `hf=:${'A'.repeat(86)}==:`],
    ['content-digest', `sha-256=:${'A'.repeat(43)}=:`],
  ]
  return { status, fields: [...fields, ...signed], body }
}

/** The fields of one, without the mark of a refusal. */
const unmarked = dressed('unused').fields.filter(([name]) => name !== 'holdfast-error')
const everything: Match = () => true
type Attack = {
  readonly name: string
  readonly answer: (code: string) => ForgedAnswer
  readonly match: (call: Call) => Match
  /** Requests one call may cost under it. */
  readonly most: number
}
const attacks: Attack[] = [
  { name: 'everything', answer: forged, match: () => everything, most: 2 },
  { name: 'this endpoint', answer: forged, match: ({ endpoint }) => endpoint, most: 5 },
  { name: 'everything, as if signed', answer: dressed, match: () => everything, most: 6 },
  { name: 'this endpoint, as if signed', answer: dressed, match: ({ endpoint }) => endpoint, most: 6 },
]

describe.each(attacks)('somebody in the line who answers $name with refusals', ({ answer, match, most }) => {
  it.each(Object.entries(calls))(
    'stops %s, no longer than he is there, and changes nothing',
    async (_name, prepare) => {
      const world = await createWorld({ routes, policy })
      const call = await prepare(world)
      const { phone, client } = call
      const before = {
        records: phone.snapshot(),
        keys: [...phone.keystore.labels],
        status: await client.status(),
      }
      const counts: number[] = []
      for (const code of codes) {
        phone.network.forge(match(call), answer(code))
        const sent = phone.network.exchanges.length
        expect(await codeOf(call.act())).toBe('unverified_refusal')
        counts.push(phone.network.exchanges.length - sent)
        phone.network.calm()
      }
      expect(Math.max(...counts)).toBeLessThanOrEqual(most)
      expect(phone.snapshot()).toEqual(before.records)
      expect(phone.keystore.labels).toEqual(before.keys)
      expect(await client.status()).toBe(before.status)
      expect(await codeOf(call.act())).toBe('passed')
    },
  )
})

/** Read in microtasks alone: what comes after them comes after all who read it. */
function whole(body: string | Uint8Array): ReadableStream<Uint8Array> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return new ReadableStream({
    start(controller): void {
      controller.enqueue(bytes)
      controller.close()
    },
  })
}

describe('one call of the app', () => {
  it('costs no more than its budget, whatever it makes necessary; the next has its own', async () => {
    const { session, phone, world } = await unlocked()
    world.advance(60_000)
    // A renewal, a key nobody knows, a statement that does not come: each is tried four times within the other.
    phone.network.dropRequest(Number.POSITIVE_INFINITY, to(statementPath))
    phone.network.forge(everything, { ...dressed('unused'), status: 200, fields: unmarked })
    for (let call = 0; call < 2; call++) {
      const sent = phone.network.exchanges.length
      expect(await codeOf(session.devices())).toBe('network_unreachable')
      expect(phone.network.exchanges.length - sent).toBe(24)
    }
    phone.network.calm()
    expect(await session.devices()).toHaveLength(1)
  })

  it('does not end for refusals of every kind in turn', async () => {
    const { session, phone } = await unlocked()
    for (let round = 0; round < codes.length; round++) {
      for (let i = 0; i < 24; i++) {
        const code = codes[(round + i) % codes.length] as string
        phone.network.forge(everything, i % 2 === 0 ? forged(code) : dressed(code), 1)
      }
      const sent = phone.network.exchanges.length
      expect(await codeOf(session.fetch('/payments', { method: 'POST' }))).toBe('unverified_refusal')
      expect(phone.network.exchanges.length - sent).toBeLessThanOrEqual(10)
      phone.network.calm()
    }
    expect((await session.fetch('/accounts')).status).toBe(200)
  })

  it('shares the question to the clock with others that ask at the same time', async () => {
    const { session, phone } = await unlocked()
    let release = (): void => undefined
    const all = new Promise<void>((resolve) => {
      release = resolve
    })
    let refused = 0
    phone.network.rewrite({
      async answer(answer, request) {
        if (to('/holdfast/time')(request)) await all
        if (!to('/accounts')(request) || ++refused > 20) return answer
        if (refused === 20) setImmediate(release)
        const { status, fields, body } = forged('signature_expired')
        return { ...answer, status, rawFields: fields.flat(), body: whole(body) }
      },
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => session.fetch('/accounts')))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    // One at first contact, one for all of these.
    expect(sentTo(phone, '/holdfast/time')).toHaveLength(2)
  })
})

describe('a request without a signature', () => {
  it.each(codes.filter((code) => ['clock', 'token'].includes(errors[code as ErrorCode]?.retry)))(
    'is not sent again for %s',
    async (code) => {
      const world = await createWorld()
      const phone = world.phone()
      phone.network.forge(everything, forged(code))
      expect(await codeOf(world.client(phone).enrol(activation))).toBe('unverified_refusal')
      expect(phone.network.exchanges).toHaveLength(1)
    },
  )
})

describe('a body in very many pieces', () => {
  const pieces = (text: string): ReadableStream<Uint8Array> => {
    let sent = 0
    return new ReadableStream({
      pull(controller): void {
        if (sent === text.length) controller.close()
        else controller.enqueue(utf8(text.charAt(sent++)))
      },
    })
  }

  it('is read', async () => {
    const { client, phone } = await unlocked()
    phone.network.rewrite({
      async answer(answer) {
        return { ...answer, body: pieces(await new Response(answer.body).text()) }
      },
    })
    const session = await client.unlock()
    expect(await session.devices()).toHaveLength(1)
  })

  it('is refused when it is longer than any answer of ours, and not read on', async () => {
    const { client, phone } = await unlocked()
    let read = 0
    phone.network.rewrite({
      answer: (answer) => ({
        ...answer,
        body: new ReadableStream({
          pull(controller): void {
            read += 1000
            controller.enqueue(new Uint8Array(1000))
          },
        }),
      }),
    })
    expect(await codeOf(client.unlock())).toBe('answer_refused')
    expect(read).toBeLessThan(4 * 270_000)
  })
})
