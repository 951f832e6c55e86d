/** The rotation of TLS keys, rehearsed over real sockets (docs/protocol.md 2.4, 2.5). */
import type { KeyReport } from '@holdfast/core'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Authority, createAuthority, type ServerIdentity } from '../test/authority.ts'
import { type Front, type Line, openFront, openLine } from '../test/line.ts'
import { codeOf, createWorld, digits, enrolled, sentTo, type World } from '../test/rig.ts'
import type { Session } from './app-session.ts'
import type { Client } from './client.ts'
import type { VirtualPhone } from './platforms/testing/phone.ts'

let authority: Authority
/** In the order in which the service comes to use them. */
let first: ServerIdentity
let second: ServerIdentity
let third: ServerIdentity
/** Any authority the phone trusts will sign for a name. */
let stranger: ServerIdentity
beforeAll(() => {
  authority = createAuthority()
  const identity = (): ServerIdentity => authority.issue(authority.createKey())
  ;[first, second, third, stranger] = [identity(), identity(), identity(), identity()]
})

let front: Front
let attacker: Front
let line: Line
let world: World
let phone: VirtualPhone
let client: Client

/** The service starts (again) with these pins in its configuration, on its old store and keys. */
async function publish(...pins: ServerIdentity[]): Promise<void> {
  const { store, shortLived, keys, clock } = world.deployment
  const deployment = { ...world.deployment, pins: pins.map(({ pin }) => pin), store, shortLived, keys, clock }
  const { handler, server } = await createWorld({ deployment })
  front.serve((request) => handler(request))
  // A statement is made by whoever finds that it says something else.
  await handler(new Request(`${world.origin}/.well-known/holdfast`))
  await server.close()
}

beforeEach(async () => {
  front = await openFront(first)
  attacker = await openFront(stranger)
  line = await openLine(front)
  const origin = `https://127.0.0.1:${line.port}`
  world = await createWorld({ deployment: { origin, pins: [first.pin, second.pin] } })
  front.serve((request) => world.handler(request))
  phone = world.phone({ ca: authority.ca })
  client = await enrolled(world, phone)
})
afterEach(async () => {
  await line.close()
  await front.close()
  await attacker.close()
})

const works = async (session: Session): Promise<void> =>
  expect((await session.fetch('/accounts')).status).toBe(200)

/** Every octet that is meant for the service goes to somebody who has a certificate for its name. Returns what he was asked. */
function attack(): string[] {
  const heard: string[] = []
  attacker.serve(async ({ method, url }) => {
    heard.push(`${method} ${new URL(url).pathname}`)
    return new Response('mine')
  })
  line.lead(attacker)
  return heard
}

describe('a rotation, step by step', () => {
  it('needs nothing of an app that is there, and none that was away is locked out', async () => {
    const session = await client.unlock()
    await works(session)
    const away = world.phone({ ca: authority.ca })
    const sleeper = await enrolled(world, away)
    await works(await sleeper.unlock())

    // The key held in reserve comes into use: phones have had its pin all the time.
    front.show(second)
    line.lead(front)
    const asked = sentTo(phone, '/.well-known/holdfast').length
    await works(session)
    expect(sentTo(phone, '/.well-known/holdfast')).toHaveLength(asked)

    // A new one is put in reserve, and some day comes into use as well.
    await publish(second, third)
    front.show(third)
    line.lead(front)
    await works(session)
    expect(sentTo(phone, '/.well-known/holdfast')).toHaveLength(asked + 1)

    // The phone that slept through all of it knows none of these keys.
    await publish(third, first)
    await works(await sleeper.unlock())
    // So does one that starts anew from what it has stored.
    const restarted = world.client(away)
    await works(await restarted.unlock())
    expect(await reportsOf(phone)).toEqual([])
    expect(await reportsOf(away)).toEqual([])
  })

  it('does not bring an older set of pins back', async () => {
    const session = await client.unlock()
    await works(session)
    const old = await (await world.handler(new Request(`${world.origin}/.well-known/holdfast`))).text()
    world.advance(2000)
    await publish(second, third)
    front.show(third)
    line.lead(front)
    await works(session)
    // The key of the first certificate was lost: its holder has the statement of that time too.
    attacker.show(first)
    attacker.serve(async () => new Response(old, { headers: { 'content-type': 'application/jwt' } }))
    line.lead(attacker)
    const before = attacker.received()
    expect(await codeOf(session.fetch('/accounts'))).toBe('server_key_refused')
    // What arrived is the question for the statement, which everybody may ask.
    expect(attacker.received()).toBeGreaterThan(before)
    expect(await codeOf(world.client(phone).unlock())).toBe('statement_refused')
  })

  it('does not let a statement that has ended pin anything', async () => {
    const session = await client.unlock()
    const old = await (await world.handler(new Request(`${world.origin}/.well-known/holdfast`))).text()
    attacker.show(first)
    attacker.serve(async () => new Response(old, { headers: { 'content-type': 'application/jwt' } }))
    line.lead(attacker)
    world.advance(world.deployment.policy.statementSeconds * 1000)
    expect(await codeOf(session.fetch('/accounts'))).toBe('statement_refused')
  })
})

async function reportsOf({ platform }: VirtualPhone): Promise<KeyReport[]> {
  const record = await platform.storage.get(`reports ${world.origin}`)
  return record === null ? [] : (JSON.parse(record) as { reports: KeyReport[] }).reports
}

const audited = async () =>
  (await world.deployment.store.readAudit({ limit: 100 })).filter(
    ({ action }) => action === 'tls_key.refused',
  )

/** Polls: the report is told beside the session. */
async function until(come: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000
  while (!(await come())) {
    if (performance.now() > deadline) throw new Error('it did not come')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('somebody with a certificate the phone trusts', () => {
  it('gets nothing but the question for the statement, and is reported when the line is good again', async () => {
    const session = await client.unlock()
    await works(session)
    const heard = attack()
    const payment = session.fetch('/transfers', { method: 'POST', body: 'ten to bob' })
    expect(await codeOf(payment)).toBe('server_key_refused')
    expect(await codeOf(client.unlock())).toBe('server_key_refused')
    const report = { host: `127.0.0.1:${line.port}`, key: stranger.pin }
    expect(await reportsOf(phone)).toMatchObject([report])
    expect(new Set(heard)).toEqual(new Set(['GET /.well-known/holdfast']))

    line.lead(front)
    expect(await audited()).toEqual([])
    await works(await client.unlock())
    await until(async () => (await reportsOf(phone)).length === 0)
    const { device, user } = JSON.parse(
      (await phone.platform.storage.get(`device ${world.origin}`)) as string,
    ) as { device: string; user: string }
    expect(await audited()).toMatchObject([{ device, user, actor: device, detail: report }])
    // Told once.
    await works(await client.unlock())
    expect(sentTo(phone, '/holdfast/reports')).toHaveLength(1)
  })

  it('receives no octet of a request under pins', async () => {
    const session = await client.unlock()
    await works(session)
    attack()
    // Without the statement there is nothing left that is not pinned.
    phone.network.dropRequest(100, ({ url }) => url.endsWith('/.well-known/holdfast'))
    expect(await codeOf(session.fetch('/transfers', { method: 'POST', body: 'ten' }))).toBe(
      'server_key_refused',
    )
    expect(await codeOf(session.devices())).toBe('server_key_refused')
    expect(await codeOf(session.end())).toBe('server_key_refused')
    expect(attacker.received()).toBe(0)
  })

  it('is met on first contact as well: the time is asked under the pins of the statement', async () => {
    const fresh = world.phone({ ca: authority.ca })
    const code = await world.activationCode()
    const heard: string[] = []
    attacker.serve((request) => {
      heard.push(new URL(request.url).pathname)
      return world.handler(request)
    })
    line.lead(attacker)
    const enrolment = world.client(fresh).enrol({ activationCode: code, deviceName: 'Test phone' })
    expect(await codeOf(enrolment)).toBe('server_key_refused')
    expect(new Set(heard)).toEqual(new Set(['/.well-known/holdfast']))
    expect(await reportsOf(fresh)).toHaveLength(1)
    line.lead(front)
    const again = await world.client(fresh).enrol({ activationCode: code, deviceName: 'Test phone' })
    await again.confirm(digits(world))
  })

  it('cannot fill the phone with reports', async () => {
    const session = await client.unlock()
    attack()
    for (let i = 0; i < 7; i++) {
      attacker.show(authority.issue(authority.createKey()))
      line.lead(attacker)
      expect(await codeOf(session.fetch('/accounts'))).toBe('server_key_refused')
      world.advance(1000)
    }
    const reports = await reportsOf(phone)
    expect(reports).toHaveLength(5)
    expect(new Set(reports.map(({ key }) => key)).size).toBe(5)
    line.lead(front)
    await client.unlock()
    await until(async () => (await reportsOf(phone)).length === 0)
    expect(await audited()).toHaveLength(5)
  })
})
