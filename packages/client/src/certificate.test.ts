/** Client certificates over real sockets (docs/protocol.md 10): who is asked for one, when, and what goes out under it. */
import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { HoldfastError, type RouteRule } from '@holdfast/core'
import { verifyClientCertificate } from '@holdfast/server'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Authority, createAuthority, type ServerIdentity } from '../test/authority.ts'
import { type Front, type Line, openFront, openLine } from '../test/line.ts'
import { codeOf, createWorld, enrolled, type World } from '../test/rig.ts'
import type { Session } from './app-session.ts'
import { type Client, createClient } from './client.ts'
import type { VirtualPhone } from './platforms/testing/phone.ts'

const routes: RouteRule[] = [
  { path: '/transfers', policy: 'signed', signer: 'any', fields: [], mutual: true },
  { path: '/public/*', policy: 'open', signer: 'any', fields: [] },
]
/** Half of it is less than a session may stand idle. */
const lifeSeconds = 400

let authority: Authority
let own: ServerIdentity
let reserve: ServerIdentity
beforeAll(() => {
  authority = createAuthority()
  own = authority.issue(authority.createKey())
  reserve = authority.issue(authority.createKey())
})

/** `method path` of all that came, at either address. */
type Heard = { readonly plain: string[]; readonly mutual: string[] }
let heard: Heard
/** Thumbprints of certificates the listener takes no more, and what it does with them. */
let denied: { readonly thumbprints: Set<string>; by: 'answer' | 'silence' }
let front: Front
let mutualFront: Front
let line: Line
let world: World
let phone: VirtualPhone
let client: Client

beforeEach(async () => {
  heard = { plain: [], mutual: [] }
  denied = { thumbprints: new Set(), by: 'answer' }
  front = await openFront(own)
  const tls = { requestCert: true, rejectUnauthorized: false }
  mutualFront = await openFront(own, { origin: () => world.origin, tls })
  line = await openLine(mutualFront)
  const origin = `https://127.0.0.1:${front.port}`
  const mutual = { origin: `https://127.0.0.1:${line.port}` }
  const policy = { certificate: { lifeSeconds, perHour: 12 } }
  const deployment = { origin, mutual, pins: [own.pin, reserve.pin] }
  world = await createWorld({ certificates: true, routes, policy, deployment })
  front.serve((request) => {
    heard.plain.push(`${request.method} ${new URL(request.url).pathname}`)
    return world.handler(request)
  })
  mutualFront.serve(async (request, { socket }) => {
    heard.mutual.push(`${request.method} ${new URL(request.url).pathname}`)
    const shown = (socket as TLSSocket).getPeerX509Certificate()
    const { keys, clock } = world.deployment
    const certificate = verifyClientCertificate(
      shown?.raw ?? new Uint8Array(0),
      keys.caCertificates(),
      clock.now(),
    )
    if (!denied.thumbprints.has(certificate.thumbprint)) return world.handler(request, certificate)
    if (denied.by === 'silence') socket.destroy()
    const { status, fields, body } = await world.server.refuse(new HoldfastError('certificate_refused'), null)
    return new Response(new Uint8Array(body), {
      status,
      headers: fields.map(([a, b]): [string, string] => [a, b]),
    })
  })
  phone = world.phone({ ca: authority.ca })
  client = await enrolled(world, phone)
})
afterEach(async () => {
  await line.close()
  await front.close()
  await mutualFront.close()
})

const transfer = async (session: Session): Promise<number> =>
  (await session.fetch('/transfers', { method: 'POST', body: 'ten' })).status

type Held = { certificate: string; expires: number; renew: number }
async function held(): Promise<Held | null> {
  const record = await phone.platform.storage.get(`certificate ${world.origin}`)
  return record === null ? null : (JSON.parse(record) as Held)
}
const issued = async (): Promise<number> =>
  (await world.deployment.store.readAudit({ limit: 100 })).filter(
    ({ action }) => action === 'certificate.issued',
  ).length
const asked = (): number => heard.plain.filter((request) => request === 'POST /holdfast/certificate').length

/** The listener takes no more what the phone holds now. */
async function deny(): Promise<void> {
  const { certificate } = (await held()) as Held
  const { keys, clock } = world.deployment
  const der = new X509Certificate(certificate).raw
  denied.thumbprints.add(verifyClientCertificate(der, keys.caCertificates(), clock.now()).thumbprint)
}

describe('the certificate of a device', () => {
  it('comes with the first session, and everything of the session goes out under it', async () => {
    expect(await held()).toBeNull()
    const session = await client.unlock()
    expect(await transfer(session)).toBe(200)
    expect(heard.mutual).toEqual(['POST /holdfast/token', 'POST /transfers'])
    expect(asked()).toBe(1)
    heard.mutual.length = 0
    await session.fetch('/public/rates')
    await session.devices()
    await session.end()
    expect(heard.mutual).toEqual(['GET /public/rates', 'GET /holdfast/devices', 'DELETE /holdfast/session'])
    expect(heard.plain.filter((request) => request.endsWith('/transfers'))).toEqual([])
  })

  it('survives a restart, and serves every session while it lives', async () => {
    await client.unlock()
    const again = world.client(phone)
    for (let i = 0; i < 3; i++) expect(await transfer(await again.unlock())).toBe(200)
    expect(await issued()).toBe(1)
  })

  it('is renewed at half its life, and the token with it', async () => {
    const session = await client.unlock()
    expect(await transfer(session)).toBe(200)
    const first = await held()
    world.advance((lifeSeconds / 2 - 10) * 1000)
    expect(await transfer(session)).toBe(200)
    expect(await held()).toEqual(first)
    world.advance(20_000)
    heard.mutual.length = 0
    expect(await transfer(session)).toBe(200)
    expect((await held())?.certificate).not.toBe(first?.certificate)
    expect(heard.mutual).toEqual(['POST /holdfast/token', 'POST /transfers'])
    // Twenty at once ask for one.
    world.advance((lifeSeconds / 2 + 1) * 1000)
    expect(await Promise.all(Array.from({ length: 20 }, () => transfer(session)))).toEqual(
      Array.from({ length: 20 }, () => 200),
    )
    expect(await issued()).toBe(3)
  })

  it('that has ended is not shown: the phone that slept asks for another', async () => {
    await client.unlock()
    world.advance(lifeSeconds * 2000)
    expect(await transfer(await client.unlock())).toBe(200)
    expect(await issued()).toBe(2)
  })

  it('that has ended while no other can be had is not shown: what needs none goes on', async () => {
    await client.unlock()
    world.advance(lifeSeconds * 1000)
    phone.network.dropRequest(100, ({ url }) => url.endsWith('/holdfast/certificate'))
    heard.mutual.length = 0
    const session = await client.unlock()
    expect((await session.fetch('/accounts')).status).toBe(200)
    expect(await codeOf(transfer(session))).toBe('certificate_required')
    expect(heard.mutual).toEqual([])
  })

  it('that cannot be renewed serves to its end', async () => {
    const session = await client.unlock()
    world.advance((lifeSeconds / 2) * 1000)
    phone.network.dropRequest(100, ({ url }) => url.endsWith('/holdfast/certificate'))
    expect(await transfer(session)).toBe(200)
    expect(await transfer(session)).toBe(200)
    expect(await issued()).toBe(1)
    phone.network.calm()
    // It is not asked for again with every request.
    world.advance(61_000)
    expect(await transfer(session)).toBe(200)
    expect(await issued()).toBe(2)
  })

  it.each(['answer', 'silence'] as const)('that is taken no more is replaced (refused by %s)', async (by) => {
    const session = await client.unlock()
    expect(await transfer(session)).toBe(200)
    await deny()
    denied.by = by
    expect(await transfer(session)).toBe(200)
    expect(await issued()).toBe(2)
    expect(await transfer(session)).toBe(200)
    expect(world.executed.filter((call) => call.startsWith('POST'))).toHaveLength(3)
  })

  it('that is taken no more keeps nobody from a new session', async () => {
    await client.unlock()
    await deny()
    expect(await transfer(await world.client(phone).unlock())).toBe(200)
    await deny()
    denied.by = 'silence'
    // Whether the network is down or the certificate is wrong shows only in the second try.
    const attempts = [await codeOf(client.unlock()), await codeOf(client.unlock())]
    expect(attempts.at(-1)).toBe('passed')
    expect(await issued()).toBe(3)
  })

  it('is forgotten with the device, and a new key has one of its own', async () => {
    await client.unlock()
    const { certificate } = (await held()) as Held
    await client.forget()
    expect(await held()).toBeNull()
    const again = await enrolled(world, phone)
    expect(await transfer(await again.unlock())).toBe(200)
    expect((await held())?.certificate).not.toBe(certificate)
  })

  it('of a key that was here before is not shown', async () => {
    await client.unlock()
    const record = (await phone.platform.storage.get(`certificate ${world.origin}`)) as string
    await client.forget()
    await phone.platform.storage.put(`certificate ${world.origin}`, record)
    heard.mutual.length = 0
    await enrolled(world, phone)
    expect(heard.mutual).toEqual([])
  })

  it('that cannot be read is asked for anew', async () => {
    await client.unlock()
    await phone.platform.storage.put(`certificate ${world.origin}`, '{"version":1,')
    expect(await transfer(await client.unlock())).toBe(200)
    expect(await issued()).toBe(2)
  })
})

describe('the address for certificates', () => {
  it('is pinned as the other one is', async () => {
    const session = await client.unlock()
    expect(await transfer(session)).toBe(200)
    const stranger = await openFront(authority.issue(authority.createKey()), {
      tls: { requestCert: true, rejectUnauthorized: false },
    })
    try {
      line.lead(stranger)
      expect(await codeOf(transfer(session))).toBe('server_key_refused')
      expect(stranger.received()).toBe(0)
    } finally {
      await stranger.close()
    }
  })

  it('is left alone by a platform that cannot show a certificate', async () => {
    const blind = { ...phone.platform, tls: { pins: true, identity: false } }
    const session = await createClient({ origin: world.origin, trust: world.pins, platform: blind }).unlock()
    expect((await session.fetch('/accounts')).status).toBe(200)
    expect(await codeOf(transfer(session))).toBe('certificate_required')
    expect([heard.mutual, asked()]).toEqual([[], 0])
  })

  it('may be told by a stranger to refuse the certificate, who gains one renewal', async () => {
    const session = await client.unlock()
    heard.mutual.length = 0
    denied.by = 'answer'
    await deny()
    await transfer(session)
    await deny()
    await transfer(session)
    expect(asked()).toBe(3)
  })
})
