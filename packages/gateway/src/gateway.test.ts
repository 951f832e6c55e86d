/** The data path over the real server: what the fake of the other tests only pretends. */
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { connect, type SecureVersion } from 'node:tls'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { createServer, defaultPolicy, openKeyFile, systemClock } from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'
import { describe, expect, onTestFinished, test } from 'vitest'
import { backend, exchangeRaw, gatewayTo } from '../test/fixture.ts'
import { openSession, signedText, type SignedText } from '../test/session.ts'
import type { TlsFiles } from './line/listener-tls.ts'

const origin = 'http://127.0.0.1:8080'
const codeOf = (answer: string): string | undefined => /holdfast-error: (\w+)/.exec(answer)?.[1]

type Send = (request: Partial<SignedText>, change?: (text: string) => string) => Promise<string>

type Rig = { readonly send: Send; readonly port: number; readonly count: () => number }
type Exchange = (port: number, octets: string) => Promise<string>

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

/** A gateway over the real server and a backend that counts, and a way to send it signed requests. */
async function rig(options: { tls?: TlsFiles; exchange?: Exchange } = {}): Promise<Rig> {
  const { exchange = exchangeRaw, ...transport } = options
  const directory = temporary()
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
  const { port } = await gatewayTo({ url, server, routes: [], ...transport })
  const send: Send = async (request, change = (text) => text) => {
    const created = Math.floor(Date.now() / 1000)
    const text = await signedText({ origin, target: '/a?b=c', created, key: session, token, ...request })
    const [head = '', body = ''] = change(text).split('\n\n')
    return exchange(port, `${head.replaceAll('\n', '\r\n')}\r\nconnection: close\r\n\r\n${body}`)
  }
  return { send, port, count: () => count }
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

/** A certificate for 127.0.0.1, made now. */
function selfSigned(): { key: Uint8Array; cert: Uint8Array } {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(temporary(), name)) as [string, string]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const name = ['-subj', '/CN=gateway', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1']
  execFileSync('openssl', ['req', '-x509', ...curve, ...name, '-keyout', key, '-out', cert], {
    stdio: 'pipe',
  })
  return { key: readFileSync(key), cert: readFileSync(cert) }
}

/** One exchange with a client that speaks this version only and checks the certificate. */
function over(version: SecureVersion, ca: Uint8Array): Exchange {
  return async (port, octets) => {
    // OpenSSL speaks the old version only when told that its security does not matter.
    const old = version === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}
    const versions = { minVersion: version, maxVersion: version, ...old }
    const socket = connect({ host: '127.0.0.1', port, ca: Buffer.from(ca), ...versions })
    onTestFinished(() => void socket.destroy())
    await once(socket, 'secureConnect')
    expect(socket.authorized).toBe(true)
    expect(socket.getProtocol()).toBe(version)
    socket.write(octets)
    return readText(socket)
  }
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!hasOpenssl)('a listener with key and certificate (needs the openssl command)', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('takes signed requests over %s', async (version) => {
    const tls = selfSigned()
    const { send, count } = await rig({ tls, exchange: over(version, tls.cert) })
    expect(await send({})).toContain('call 1')
    expect(codeOf(await send({}, (sent) => sent.replace('b=c', 'b=d')))).toBe('signature_invalid')
    expect(count()).toBe(1)
  })

  test('refuses TLS 1.1 itself, and serves nothing without TLS', async () => {
    const tls = selfSigned()
    const { send, port, count } = await rig({ tls, exchange: over('TLSv1.1', tls.cert) })
    await expect(send({})).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })
    const plain = await exchangeRaw(port, 'GET /a HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n\r\n')
    expect(plain).not.toContain('HTTP/1.1 2')
    expect(count()).toBe(0)
  })
})
