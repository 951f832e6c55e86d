import { type ErrorCode, errors, fieldsOf, statementPath } from '@holdfast/core'
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
  type Unlocked,
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

const everything: Match = () => true
type Attack = {
  readonly name: string
  readonly answer: (code: string) => ForgedAnswer
  readonly match: (call: Call) => Match
  /** Requests one call may cost under it. */
  readonly most: number
}
const attacks: Attack[] = [
  { name: 'everything', answer: forged, match: () => everything, most: 99 },
  { name: 'this endpoint', answer: forged, match: ({ endpoint }) => endpoint, most: 99 },
  { name: 'everything, as if signed', answer: dressed, match: () => everything, most: 99 },
  { name: 'this endpoint, as if signed', answer: dressed, match: ({ endpoint }) => endpoint, most: 99 },
]

describe.each(attacks)('somebody in the line who answers $name with refusals', ({ answer, match, most }) => {
  it.each(Object.entries(calls))('stops no more than %s, and changes nothing', async (name, prepare) => {
    const world = await createWorld({ routes, policy })
    const call = await prepare(world)
    const { phone, client } = call
    const before = { records: phone.snapshot(), keys: [...phone.keystore.labels], status: await client.status() }
    const counts: number[] = []
    for (const code of codes) {
      phone.network.forge(match(call), answer(code))
      const sent = phone.network.exchanges.length
      expect(await codeOf(call.act())).toBe('unverified_refusal')
      counts.push(phone.network.exchanges.length - sent)
      phone.network.calm()
    }
    console.log(name, Math.max(...counts), codes[counts.indexOf(Math.max(...counts))])
    expect(Math.max(...counts)).toBeLessThanOrEqual(most)
    expect(phone.snapshot()).toEqual(before.records)
    expect(phone.keystore.labels).toEqual(before.keys)
    expect(await client.status()).toBe(before.status)
    expect(await codeOf(call.act())).toBe('passed')
  })
})
