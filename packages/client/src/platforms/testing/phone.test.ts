import { webCrypto } from '@holdfast/core/web-crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { codeOf, createWorld, enrolled, to, type World } from '../../../test/rig.ts'
import { exchangeText } from './exchange.ts'
import { virtualPhone } from './phone.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})

describe('a virtual phone', () => {
  it('runs the whole client on a crypto port that answers later', async () => {
    const phone = world.phone({ crypto: webCrypto(globalThis.crypto) })
    const session = await (await enrolled(world, phone)).unlock()
    expect((await session.fetch('/accounts', { method: 'POST', body: 'x' })).status).toBe(200)
    await session.end()
  })

  it('writes down what went over the wire, as HTTP text', async () => {
    const phone = world.phone()
    const heard: string[] = []
    phone.network.tap(({ request }) => heard.push(request.url))
    const session = await (await enrolled(world, phone)).unlock()
    await (await session.fetch('/accounts', { method: 'POST', body: 'ten' })).text()
    const exchange = phone.network.exchanges.find(({ request }) => to('/accounts')(request))
    const text = exchangeText(exchange as NonNullable<typeof exchange>)
    expect(text).toMatch(/^POST \/accounts HTTP\/1\.1\nhost: api\.bank\.example\n/)
    expect(text).toContain('signature: hf=:')
    expect(text).toContain('\n\nten\nHTTP/1.1 200\n')
    expect(text).toContain('"body":"ten"')
    expect(heard).toEqual(phone.network.exchanges.map(({ request }) => request.url))
  })

  it('says so when there was no answer', async () => {
    const phone = world.phone()
    phone.network.dropRequest(100)
    expect(await codeOf(enrolled(world, phone))).toBe('network_unreachable')
    const [first] = phone.network.exchanges
    expect(exchangeText(first as NonNullable<typeof first>)).toMatch(/\(no answer\)$/)
  })

  it('goes back to old records', async () => {
    const phone = world.phone()
    const empty = phone.snapshot()
    const client = await enrolled(world, phone)
    const full = phone.snapshot()
    phone.restore(empty)
    expect(await client.status()).toBe('new')
    phone.restore(full)
    expect(await client.status()).toBe('enrolled')
  })

  it('signs as slowly as it is told to', async () => {
    const phone = world.phone()
    const client = await enrolled(world, phone)
    phone.keystore.signDelay(6000)
    await client.unlock()
    expect(phone.clock.pauses.at(-1)).toBe(6000)
  })
})

describe('its clock', () => {
  it('stands still at the time it was given, and moves when told', async () => {
    const { clock } = virtualPhone({ now: 1000 })
    expect(clock.now()).toBe(1000)
    clock.advance(500)
    expect([clock.now(), clock.monotonic()]).toEqual([1500, 500])
    clock.set(0)
    expect([clock.now(), clock.monotonic()]).toEqual([0, 500])
    await clock.sleep(250)
    expect([clock.now(), clock.monotonic()]).toEqual([250, 750])
    expect(clock.pauses).toEqual([250])
  })

  it('runs with the machine otherwise, and waits for nothing', async () => {
    const { clock } = virtualPhone()
    const before = performance.now()
    await clock.sleep(60_000)
    expect(performance.now() - before).toBeLessThan(10_000)
    clock.advance(3_600_000)
    expect(clock.now() - Date.now()).toBeGreaterThan(3_500_000)
  })
})
