import { signStatement, statementPath, thumbprint } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { codeOf, createWorld, enrolled, forged, origin, sentTo, start, to, type World } from '../test/rig.ts'
import { createState } from './state.ts'
import { createService, type Service } from './statement.ts'
import type { VirtualPhone } from './platforms/testing/phone.ts'

let world: World
let phone: VirtualPhone
beforeEach(async () => {
  world = await createWorld()
  phone = world.phone()
})

function service(pins: readonly string[] = world.pins, on = phone, at = origin): Service {
  const state = createState(on.storage, at)
  return createService({ origin: at, pins, platform: on.platform, state })
}

/** The statement as the service signs it, changed in some members, for so many requests. */
async function forgeStatement(change: object, times = Infinity): Promise<void> {
  const { statement } = await service(world.pins, world.phone()).statement()
  const { jwk, privateKey } = world.deployment.keys.service()
  const body = await signStatement({ ...statement, ...change }, jwk, privateKey, nodeCrypto)
  phone.network.forge(to(statementPath), { status: 200, fields: [], body }, times)
}

const seconds = start / 1000

describe('the service statement', () => {
  it('is accepted from a pinned key, and fetched once', async () => {
    const one = service()
    const [accepted] = await Promise.all([one.statement(), one.statement(), one.statement()])
    expect(accepted.statement.iss).toBe(origin)
    expect(accepted.serviceKey).toBe(world.pins[0])
    expect(sentTo(phone, statementPath)).toHaveLength(1)
  })

  it('is refused from a key that is not pinned', async () => {
    const stranger = await thumbprint(nodeCrypto.generateKeyPair().publicJwk, nodeCrypto)
    expect(await codeOf(service([stranger]).statement())).toBe('statement_refused')
  })

  it('is refused for another origin', async () => {
    await forgeStatement({ iss: 'https://other.example' })
    expect(await codeOf(service().statement())).toBe('statement_refused')
  })

  it('is refused when it has ended by the service’s clock, whatever the phone believes', async () => {
    await forgeStatement({ exp: seconds })
    phone.clock.set(start - 86_400_000)
    expect(await codeOf(service().statement())).toBe('statement_refused')
  })

  it('is refused when a later one was accepted before, also by another client on the same storage', async () => {
    await service().statement()
    await forgeStatement({ seq: seconds - 10 })
    for (const look of ['statement', 'refetch'] as const) {
      const before = sentTo(phone, statementPath).length
      expect(await codeOf(service()[look]())).toBe('statement_refused')
      expect(sentTo(phone, statementPath)).toHaveLength(before + 4)
    }
  })

  it('is asked for again when none is held and a node serves one of before', async () => {
    await service().statement()
    await forgeStatement({ seq: seconds - 10 }, 3)
    expect((await service().statement()).statement.seq).toBe(seconds)
    expect(phone.clock.pauses).toHaveLength(3)
    // Longer than a node may lag behind.
    expect(phone.clock.pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(2000)
  })

  it('is asked for again when the one held has ended, and one of before is no help', async () => {
    const one = service()
    await one.statement()
    world.advance(3_600_000)
    await forgeStatement({ seq: seconds - 10 }, 1)
    expect((await one.statement()).statement.seq).toBeGreaterThan(seconds)
    expect(sentTo(phone, statementPath)).toHaveLength(3)
  })

  it('stays in force when an older one comes, which is no failure', async () => {
    const one = service()
    const held = await one.statement()
    await forgeStatement({ seq: seconds - 10, routes: [] })
    await one.refetch()
    expect(await one.statement()).toBe(held)
    expect(sentTo(phone, statementPath)).toHaveLength(2)
    expect(phone.clock.pauses).toEqual([])
  })

  it.each([
    ['older and ended', { seq: seconds - 10, exp: seconds }],
    ['older and another origin’s', { seq: seconds - 10, iss: 'https://other.example' }],
    ['newer and ended', { seq: seconds + 10, exp: seconds }],
  ])('is a failure while one is in force when it is bad: %s', async (_what, change) => {
    const one = service()
    const held = await one.statement()
    await forgeStatement(change)
    expect(await codeOf(one.refetch())).toBe('statement_refused')
    expect(await one.statement()).toBe(held)
  })

  it('is refused when it is no statement', async () => {
    phone.network.forge(to(statementPath), { status: 200, fields: [], body: 'a.b.c' })
    expect(await codeOf(service().statement())).toBe('statement_refused')
  })

  it('is refused while its floor cannot be read', async () => {
    phone.storage.failReads(1)
    expect(await codeOf(service().statement())).toBe('state_unavailable')
  })

  it('is fetched again when it has ended', async () => {
    const one = service()
    const before = (await one.statement()).statement
    world.advance(3_600_000)
    const after = (await one.statement()).statement
    expect(after.seq).toBeGreaterThan(before.seq)
  })

  it('is fetched again for a key it does not name, once, and else the answer is refused', async () => {
    const one = service()
    await one.statement()
    expect(await codeOf(one.trust.keyOf('x'.repeat(43)))).toBe('answer_refused')
    expect(sentTo(phone, statementPath)).toHaveLength(2)
  })
})

describe('the signed clock', () => {
  it.each([-3_600_000, 3_600_000, 86_400_000 * 400])(
    'corrects a phone that is wrong by %i ms',
    async (wrongByMs) => {
      phone = world.phone({ wrongByMs })
      const client = await enrolled(world, phone)
      const session = await client.unlock()
      expect((await session.fetch('/accounts')).status).toBe(200)
    },
  )

  it('does not notice the user setting the phone’s clock', async () => {
    const client = await enrolled(world, phone)
    const session = await client.unlock()
    phone.clock.set(start + 7_200_000)
    expect((await session.fetch('/accounts')).status).toBe(200)
    expect(sentTo(phone, '/holdfast/time')).toHaveLength(1)
  })

  it('is asked again when the phone slept without counting', async () => {
    const client = await enrolled(world, phone)
    const session = await client.unlock()
    world.advance(90_000)
    phone.clock.advance(-90_000)
    expect((await session.fetch('/accounts')).status).toBe(200)
    expect(sentTo(phone, '/holdfast/time')).toHaveLength(2)
  })

  it('is asked once on the word of an answer nobody signed', async () => {
    const client = await enrolled(world, phone)
    const session = await client.unlock()
    phone.network.forge(to('/accounts'), forged('signature_expired'))
    expect(await codeOf(session.fetch('/accounts'))).toBe('unverified_refusal')
    expect(sentTo(phone, '/accounts')).toHaveLength(2)
    expect(sentTo(phone, '/holdfast/time')).toHaveLength(2)
  })

  it('is not believed when the answer is to another question', async () => {
    const one = service()
    await one.statement()
    const earlier = phone.network.exchanges.find(({ request }) => to('/holdfast/time')(request))
    const old = { status: 200, fields: [], body: earlier?.answerBody as Uint8Array } as const
    phone.network.forge(to('/holdfast/time'), old)
    expect(await codeOf(one.askTime())).toBe('answer_refused')
    expect(one.now()).toBeGreaterThanOrEqual(start)
  })
})
