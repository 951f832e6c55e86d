/** A request leaves by the statement in force when it leaves, whatever was in force when it was begun (docs/protocol.md 2.2, 8.5). */
import { HoldfastError, type RouteRule, toBase64url } from '@holdfast/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { codeOf, createWorld, enrolled, sentTo, to, type World } from '../test/rig.ts'
import type { Session } from './app-session.ts'
import type { VirtualPhone } from './platforms/testing/phone.ts'
import type { Network, Platform } from './ports.ts'

const pay: RouteRule = { path: '/pay/*', policy: 'signed', signer: 'device', fields: [] }
const open: RouteRule = { path: '/open/*', policy: 'open', signer: 'any', fields: [] }
const sealed = { policy: 'sealed' } as const
const pins = (octet: number): string[] =>
  [octet, octet + 1].map((fill) => toBase64url(new Uint8Array(32).fill(fill)))
const deployment = {
  sealing: { suites: ['x25519'] },
  mutual: { origin: 'https://mutual.bank.example' },
  pins: pins(1),
} as const

let world: World
let phone: VirtualPhone
let session: Session
beforeEach(async () => {
  await begin()
})

async function begin(change: (own: Platform) => Platform = (own) => own): Promise<void> {
  world = await createWorld({ routes: [pay, open], deployment })
  phone = world.phone()
  await enrolled(world, phone)
  session = await world.client({ ...phone, platform: change(phone.platform) }).unlock()
}

/** The service starts again with this rule; the phone hears of it in another call, whose sealing key is none any more. */
async function changeRules(rule: Partial<RouteRule>): Promise<void> {
  await world.restart({
    routes: [
      { ...pay, ...rule },
      { ...open, ...rule },
    ],
  })
  await session.fetch('/other', { sealed: true })
}

let due: { reading: number; readonly rule: Partial<RouteRule> } | null
/** A phone that shows certificates, and during one reading of its records the rules change. */
function reading(own: Platform): Platform {
  due = null
  async function get(name: string): Promise<string | null> {
    const found = await own.storage.get(name)
    if (due === null || --due.reading > 0) return found
    const { rule } = due
    due = null
    await changeRules(rule)
    return found
  }
  return { ...own, tls: { ...own.tls, identity: true }, storage: { ...own.storage, get } }
}

const write = (path = '/pay/1'): Promise<Response> =>
  session.fetch(path, { method: 'POST', body: 'ten euros' })
const executed = (path = '/pay/1'): number => world.executed.filter((line) => line.includes(path)).length

describe('a rule that comes to demand a seal', () => {
  it('while the token is renewed leaves nothing plain', async () => {
    world.advance(70_000)
    await world.restart({ routes: [{ ...pay, ...sealed }] })
    expect((await write()).status).toBe(200)
    expect(sentTo(phone, '/pay/1')).toEqual([])
    expect(executed()).toBe(1)
  })

  it('while the device key signs leaves nothing plain', async () => {
    let armed = false
    await begin((own) => ({
      ...own,
      keystore: {
        ...own.keystore,
        async sign(label, data): Promise<Uint8Array> {
          if (armed) {
            armed = false
            await changeRules(sealed)
          }
          return own.keystore.sign(label, data)
        },
      },
    }))
    armed = true
    expect((await write()).status).toBe(200)
    expect([armed, sentTo(phone, '/pay/1'), executed()]).toEqual([false, [], 1])
  })

  /** Which reading of a record of this phone the change comes in; the last is that of the certificate to send it under. */
  it.each([1, 2, 3])('during reading %i of what the phone keeps leaves nothing plain', async (nth) => {
    await begin(reading)
    due = { reading: nth, rule: sealed }
    expect((await write()).status).toBe(200)
    expect([due, sentTo(phone, '/pay/1'), executed()]).toEqual([null, [], 1])
  })

  it('together with pins, seals what is sent to the new key', async () => {
    const plain: string[] = []
    await begin((own) => {
      const network: Network = async (request) => {
        if (!to('/pay/1')(request)) return own.network(request)
        plain.push(JSON.stringify(request.pins))
        await world.restart({ routes: [{ ...pay, ...sealed }], pins: pins(3) })
        const cause = { host: 'api.bank.example', key: pins(3)[0] }
        throw new HoldfastError('server_key_refused', { cause })
      }
      return { ...own, network }
    })
    expect((await write()).status).toBe(200)
    // What was refused for its key was not sent at all.
    expect(plain).toEqual([JSON.stringify(pins(1))])
    expect(executed()).toBe(1)
  })

  it('of what was open sends it sealed or not at all', async () => {
    await begin(reading)
    due = { reading: 1, rule: sealed }
    expect(await codeOf(write('/open/1'))).toBe('signature_missing')
    expect([due, sentTo(phone, '/open/1'), executed('/open/1')]).toEqual([null, [], 0])
    expect((await write('/open/1')).status).toBe(200)
  })
})

describe('a rule that comes to promise signed answers', () => {
  const strip = (): void =>
    phone.network.rewrite({
      answer: (answer, request) =>
        to('/pay/1')(request) ? { ...answer, rawFields: ['content-type', 'application/json'] } : answer,
    })

  it('while the token is renewed is held to it', async () => {
    world.advance(70_000)
    await world.restart({ routes: [{ ...pay, answer: 'signed' }] })
    strip()
    expect(await codeOf(session.fetch('/pay/1'))).toBe('answer_refused')
  })

  it('just before it is sent is held to it, and gives it its time', async () => {
    const covers: string[] = []
    await begin((own) => ({
      ...reading(own),
      network: async (request) => {
        if (new URL(request.url).pathname === '/pay/1') covers.push(request.timeoutCovers)
        return own.network(request)
      },
    }))
    strip()
    due = { reading: 3, rule: { answer: 'signed' } }
    expect(await codeOf(session.fetch('/pay/1'))).toBe('answer_refused')
    expect([due, new Set(covers)]).toEqual([null, new Set(['answer'])])
  })
})

it('a rule that comes to ask more of the signature while the token is renewed gets it', async () => {
  world.advance(70_000)
  await world.restart({ routes: [{ ...pay, fields: ['x-purpose'] }] })
  const headers = { 'x-purpose': 'rent' }
  expect((await session.fetch('/pay/1', { method: 'POST', body: 'x', headers })).status).toBe(200)
  expect(sentTo(phone, '/pay/1')).toHaveLength(1)
})
