/** The data path over the real server: what the fake of the other tests only pretends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { createServer, defaultPolicy, openKeyFile, systemClock } from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'
import { expect, onTestFinished, test } from 'vitest'
import { backend, exchangeRaw, gatewayTo } from '../test/fixture.ts'
import { openSession, signedText, type SignedText } from '../test/session.ts'

const origin = 'http://127.0.0.1:8080'
const codeOf = (answer: string): string | undefined => /holdfast-error: (\w+)/.exec(answer)?.[1]

type Send = (request: Partial<SignedText>, change?: (text: string) => string) => Promise<string>

/** A gateway over the real server and a backend that counts, and a way to send it signed requests. */
async function rig(): Promise<{ send: Send; count: () => number }> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const keys = await openKeyFile(join(directory, 'keys.json'), { clock: systemClock, crypto: nodeCrypto })
  const store = memoryStore()
  const server = await createServer({
    origin,
    store,
    shortLived: memoryShortLived(),
    keys,
    policy: defaultPolicy,
    routes: [],
    outbox: { send: () => Promise.resolve() },
    clock: systemClock,
  })
  onTestFinished(() => server.close())
  const { session, token } = await openSession({ store, keys, origin, now: Date.now() })
  let count = 0
  const { url } = await backend((_message, response) => void response.end(`call ${++count}`))
  const { port } = await gatewayTo({ url, server, routes: [] })
  const send: Send = async (request, change = (text) => text) => {
    const created = Math.floor(Date.now() / 1000)
    const text = await signedText({ origin, target: '/a?b=c', created, key: session, token, ...request })
    const [head = '', body = ''] = change(text).split('\n\n')
    return exchangeRaw(port, `${head.replaceAll('\n', '\r\n')}\r\nconnection: close\r\n\r\n${body}`)
  }
  return { send, count: () => count }
}

test('a signed request passes, once', async () => {
  const { send, count } = await rig()
  let sent = ''
  expect(await send({}, (text) => (sent = text))).toContain('call 1')
  expect(codeOf(await send({}, () => sent))).toBe('replayed')
  expect(count()).toBe(1)
})

test('an unsafe one runs once under its key, however often it is signed', async () => {
  const { send, count } = await rig()
  const request = { method: 'POST', body: '{}', fields: { 'idempotency-key': 'payment-0123456789' } }
  expect(await send(request)).toContain('call 1')
  const again = await send(request)
  expect(again).toContain('call 1')
  expect(again).toContain('holdfast-repeated: true')
  expect(codeOf(await send({ ...request, body: '{"more":1}' }))).toBe('idempotency_key_reused')
  expect(count()).toBe(1)
})

test('a changed body, target or missing signature does not pass; refusals of verified requests are signed', async () => {
  const { send, count } = await rig()
  const request = { method: 'POST', body: '{}', fields: { 'idempotency-key': 'payment-0123456789' } }
  const changed = await send(request, (text) => text.replace('{}', '[]'))
  expect(codeOf(changed)).toBe('digest_mismatch')
  expect(changed).toContain('tag="holdfast-answer"')
  expect(codeOf(await send({}, (text) => text.replace('b=c', 'b=d')))).toBe('signature_invalid')
  const unsigned = (text: string): string => text.replace(/\nsignature(?:-input)?: .*/gi, '')
  expect(codeOf(await send({}, unsigned))).toBe('signature_missing')
  expect(count()).toBe(0)
})
