/** Two gateways on one PostgreSQL and one Redis: what one of them learns, the other knows. */
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeJws } from '@holdfast/core'
import type { Session } from '@holdfast/client'
import { nodeNetwork } from '@holdfast/client/node'
import type { Outgoing } from '@holdfast/client'
import { devicesOf, type Handset, newHandset, outcomeOf } from './handset.ts'
import { createNode, type Node, origin } from './node.ts'
import { openScene, type Scene } from './scene.ts'
import {
  type Lined,
  type NonceMemory,
  openLinedDatabase,
  openNonceMemory,
  postgresReachable,
  redisReachable,
} from './servers.ts'

const reachable = (await postgresReachable()) && (await redisReachable())
/** SECURITY.md G7: the requirement itself. */
const withinMs = 1000
const rounds = 5

/** The very bytes, to this node: the code of the refusal, or `done`. */
async function sendRaw(node: Node, request: Outgoing): Promise<string> {
  const answer = await nodeNetwork({
    ...request,
    url: request.url.replace(origin, `http://127.0.0.1:${node.port()}`),
    fields: [...request.fields, ['host', new URL(origin).host]],
    timeoutMs: 10_000,
    timeoutCovers: 'answer',
  })
  await new Response(answer.body).text()
  const at = answer.rawFields.findIndex((name) => name.toLowerCase() === 'holdfast-error')
  return at < 0 ? 'done' : (answer.rawFields[at + 1] as string)
}

const textOf = async (node: Node, path: string): Promise<string> => {
  const outgoing = { method: 'GET', url: origin + path, fields: [], body: new Uint8Array(0) }
  const url = `http://127.0.0.1:${node.port()}${path}`
  const fields = [['host', new URL(origin).host]] as const
  const answer = await nodeNetwork({ ...outgoing, url, fields, timeoutMs: 10_000, timeoutCovers: 'answer' })
  return new Response(answer.body).text()
}

describe.skipIf(!reachable)('two gateways on PostgreSQL and Redis (skipped when one is unreachable)', () => {
  let scene: Scene
  let database: Lined
  let nonces: NonceMemory
  let one: Node
  let other: Node
  let credentials: string[] = []

  beforeAll(async () => {
    scene = await openScene()
    database = await openLinedDatabase()
    nonces = await openNonceMemory()
    const stores = {
      store: { kind: 'postgres', url: database.url },
      nonces: { kind: 'redis', url: nonces.url },
    }
    one = createNode({ config: { ...scene.config, ...stores } })
    other = createNode({ config: { ...scene.config, ...stores }, operatorOf: one })
    // Two machines with one key file, and nothing else in common but the servers.
    await one.run('keys', '--config', 'holdfast.yaml')
    mkdirSync(`${other.directory}/data`, { mode: 0o700 })
    copyFileSync(`${one.directory}/data/keys.json`, `${other.directory}/data/keys.json`)
    await Promise.all([one.start(), other.start()])
    credentials = [one, other].map(({ directory }) => `${directory}/data/operator.json`).filter(existsSync)
    // Either may have been first; from here on its operator speaks.
    const [made] = credentials
    if (made !== undefined && !made.startsWith(one.directory))
      copyFileSync(made, `${one.directory}/data/operator.json`)
  })
  afterAll(async () => {
    one?.clear()
    other?.clear()
    scene?.close()
    await nonces?.remove()
    await database?.remove()
  })

  const read = async (session: Session): Promise<void> =>
    void (await (await session.fetch('/balance')).text())

  /** A phone whose session both nodes have in memory. */
  async function knownToBoth(): Promise<{ handset: Handset; session: Session }> {
    const handset = newHandset(one, scene)
    await handset.enrol()
    const session = await handset.app().unlock()
    for (const node of [one, other]) {
      handset.lead(node)
      await read(session)
    }
    return { handset, session }
  }
  const lastRequest = ({ phone }: Handset): Outgoing => {
    const request = phone.network.exchanges.at(-1)?.request
    if (request === undefined) throw new Error('nothing was sent')
    return request
  }

  it('makes one first operator, though both started at once on an empty database', async () => {
    expect(credentials).toHaveLength(1)
    expect((await one.admin('GET', '/admin/operators'))['operators']).toHaveLength(1)
  })

  it('hands out one statement, and the same time', async () => {
    const [first, second] = await Promise.all(
      [one, other].map((node) => textOf(node, '/.well-known/holdfast')),
    )
    expect(first).toBe(second)
    const before = Date.now()
    const nonce = 'AAAAAAAAAAAAAAAAAAAAAA'
    for (const node of [one, other]) {
      const jws = decodeJws('hf-time+jwt', await textOf(node, `/holdfast/time?nonce=${nonce}`))
      expect(jws?.payload['time']).toBeGreaterThanOrEqual(before)
      expect(jws?.payload['time']).toBeLessThanOrEqual(Date.now())
    }
  })

  it('refuses on one node what the other has accepted', async () => {
    const { handset, session } = await knownToBoth()
    handset.lead(one)
    await read(session)
    const seen = scene.received.length
    expect(await sendRaw(other, lastRequest(handset))).toBe('replayed')
    expect(scene.received.length).toBe(seen)
  })

  it('keeps the answer to a write for either node', async () => {
    const { handset, session } = await knownToBoth()
    const write = (): Promise<Response> =>
      session.fetch('/transfers', { method: 'POST', body: '{}', idempotencyKey: 'one-write-for-both-nodes' })
    handset.lead(one)
    const first = await write()
    handset.lead(other)
    const second = await write()
    expect(first.headers.get('holdfast-repeated')).toBeNull()
    expect(second.headers.get('holdfast-repeated')).toBe('true')
    expect(await second.text()).toBe(await first.text())
    expect(scene.runs('one-write-for-both-nodes')).toBe(1)
  })

  /**
   * Runs `act` on one node while requests go to the other all the time; `send` resolves with `done` or the code of a refusal.
   * Milliseconds from the beginning of the act to the sending of the last request that was let through.
   */
  async function measure(
    act: () => Promise<unknown>,
    send: () => Promise<unknown>,
  ): Promise<{ code: unknown; tookMs: number }> {
    const acting = act()
    const begun = performance.now()
    let lastAccepted = begun
    for (;;) {
      const sentAt = performance.now()
      const code = await send()
      if (code !== 'done') {
        await acting
        return { code, tookMs: lastAccepted - begun }
      }
      lastAccepted = sentAt
    }
  }

  function judge(what: string, took: readonly number[]): void {
    const worst = Math.max(...took)
    console.log(
      `${what} is effective on the other node within ${worst.toFixed(1)} ms (worst of ${took.length})`,
    )
    expect(worst).toBeLessThan(withinMs)
  }

  it('revocation: effective on the other node within a second', async () => {
    const took: number[] = []
    for (let round = 0; round < rounds; round++) {
      const { handset, session } = await knownToBoth()
      const [device] = await devicesOf(one, handset.user)
      const revoke = (): Promise<unknown> => one.admin('POST', `/admin/devices/${device?.id}/revoke`, {})
      handset.lead(other)
      const { code, tookMs } = await measure(revoke, () => outcomeOf(read(session)))
      expect(code).toBe('device_revoked')
      expect(await outcomeOf(handset.app().unlock())).toBe('device_revoked')
      took.push(tookMs)
    }
    judge('revocation', took)
  })

  it('revocation: a body held back until afterwards is not let through on a head that was verified before', async () => {
    const { handset, session } = await knownToBoth()
    const [device] = await devicesOf(one, handset.user)
    handset.phone.network.dropRequest(4, ({ url }) => url.endsWith('/late'))
    await outcomeOf(session.fetch('/late', { method: 'POST', body: '{"cents":1}' }))
    const { fields, body } = lastRequest(handset)
    const request = httpRequest({
      port: other.port(),
      path: '/late',
      method: 'POST',
      headers: {
        ...Object.fromEntries(fields),
        host: new URL(origin).host,
        'content-length': body.length,
        expect: '100-continue',
      },
    })
    request.flushHeaders()
    // Asked for the body: the head has been verified.
    await once(request, 'continue')
    await one.admin('POST', `/admin/devices/${device?.id}/revoke`, {})
    const revokedAt = performance.now()
    const living = await knownToBoth()
    while (performance.now() - revokedAt < withinMs) await read(living.session)
    request.end(body)
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    answer.resume()
    expect(answer.headers['holdfast-error']).toBe('request_timeout')
    expect(scene.received.filter(({ path }) => path === '/late')).toEqual([])
  })

  it('logout: effective on the other node within a second', async () => {
    const took: number[] = []
    for (let round = 0; round < rounds; round++) {
      const { handset, session } = await knownToBoth()
      // The app forgets its session when it ends it; somebody who took requests from it beforehand did not.
      const { network } = handset.phone
      network.dropRequest(400, ({ url }) => url.endsWith('/taken'))
      for (let i = 0; i < 50; i++) await outcomeOf(session.fetch('/taken'))
      const taken = network.exchanges
        .map(({ request }) => request)
        .filter(({ url }) => url.endsWith('/taken'))
        .values()
      handset.lead(one)
      const { code, tookMs } = await measure(
        () => session.end(),
        async () => {
          const next = taken.next()
          return next.done === true ? 'still open' : sendRaw(other, next.value)
        },
      )
      expect(code).toBe('session_ended')
      took.push(tookMs)
    }
    judge('logout', took)
  })
})
