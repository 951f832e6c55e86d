import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { createServer, defaultPolicy, openKeyFile, systemClock } from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSession, type SignedText, signedText, type TestSession } from '../../test/session.ts'
import { parseCapture } from './capture.ts'
import { type ExplainContext, type Explanation, explain } from './explain.ts'
import { explanationLines } from './text.ts'

const origin = 'http://127.0.0.1:8080'
const now = Math.floor(Date.now() / 1000) * 1000
const created = now / 1000
let directory: string
let context: ExplainContext
let phone: TestSession
let other: TestSession

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-explain-'))
  const keys = await openKeyFile(join(directory, 'keys.json'), { clock: systemClock, crypto: nodeCrypto })
  const stores = { store: memoryStore(), shortLived: memoryShortLived() }
  const server = await createServer({
    origin,
    ...stores,
    keys,
    policy: defaultPolicy,
    routes: [
      { path: '/public/*', policy: 'open', signer: 'any', fields: [] },
      { path: '/transfers', policy: 'signed', signer: 'device', fields: ['x-purpose'] },
      { path: '/vault', policy: 'signed', signer: 'any', fields: [], mutual: true },
    ],
    outbox: { send: () => Promise.resolve() },
    clock: systemClock,
  })
  context = { server, stores, keys, clock: systemClock, atMs: null }
  phone = await openSession({ store: stores.store, keys, origin, now })
  other = await openSession({ store: stores.store, keys, origin, now })
})
afterAll(() => rmSync(directory, { recursive: true }))

const text = (options: Partial<SignedText> = {}): Promise<string> =>
  signedText({ origin, target: '/accounts', created, key: phone.session, token: phone.token, ...options })
const told = (captured: string, atMs: number | null = null): Promise<Explanation> =>
  explain(parseCapture(utf8(captured)), { ...context, atMs })
/** Name and code of the check that fails. */
const failing = ({ checks }: Explanation): string => {
  const last = checks.at(-1)
  return `${last?.name} ${last?.code}`
}

describe('explain', () => {
  it('passes what passes, for the moment it was signed, and uses nothing up', async () => {
    const captured = await text({ target: '/accounts?from=1' })
    for (let i = 0; i < 2; i++) {
      const explanation = await told(captured)
      expect(explanation).toMatchObject({ verdict: 'passes', at_ms: now, route: '/*', hints: [] })
      expect(explanation.checks.map(({ name }) => name)).toContain('body')
      expect(explanation.bases?.every(({ same }) => same)).toBe(true)
    }
  })

  it('says that an open route asks for nothing', async () => {
    const captured = 'GET /public/rates HTTP/1.1\nHost: 127.0.0.1:8080\n\n'
    expect(await told(captured)).toMatchObject({ verdict: 'open', route: '/public/*' })
  })

  it('takes the certificate of the connection for the right one, unless the capture shows another', async () => {
    const captured = await text({ target: '/vault' })
    const explanation = await told(captured)
    expect(explanation).toMatchObject({ verdict: 'passes', route: '/vault' })
    expect(explanation.checks.map(({ name }) => name)).toContain('certificate')
    expect(explanation.hints.join('\n')).toContain('does not show the certificate')
    const shown = captured.replace('\n\n', '\nClient-Cert: :AAAA:\n\n')
    expect(failing(await told(shown))).toBe('head certificate_refused')
  })

  it.each<[string, () => Promise<Explanation>, string, string]>([
    [
      'an ambiguous request',
      () => told('GET /a//b HTTP/1.1\nHost: x\n\n'),
      'head ambiguous_request',
      'two readers could understand',
    ],
    [
      'a missing signature',
      () => told('GET /a HTTP/1.1\nHost: 127.0.0.1:8080\n\n'),
      'signature-form signature_missing',
      '',
    ],
    [
      'a clock that is behind',
      async () => told(await text(), now + 90_000),
      'window signature_expired',
      'it was signed 90 s before',
    ],
    [
      'a clock that is ahead',
      async () => told(await text({ created: created + 60 }), now),
      'window signature_expired',
      'it was signed 60 s in the future',
    ],
    [
      'an ended token',
      async () => told(await text({ created: created + 320 })),
      'token-life token_expired',
      'the access token ended 20 s before',
    ],
    [
      'the session key where the device key is asked',
      async () => told(await text({ method: 'POST', target: '/transfers' })),
      'device-key device_key_required',
      'signed with the session key',
    ],
    [
      'the key of another session',
      async () => told(await text({ key: other.session })),
      'signer signature_invalid',
      'keyid is neither the session key nor the device key',
    ],
    [
      'the device key under the name of the session key',
      async () => told(await text({ key: { ...phone.device, thumbprint: phone.session.thumbprint } })),
      'signature signature_invalid',
      'it was signed with the device key, but keyid names another key',
    ],
    [
      'a re-encoded query',
      async () => told((await text({ target: '/accounts?q=a%20b' })).replace('a%20b', 'a+b')),
      'signature signature_invalid',
      'the query was re-encoded ("%20" became "+")',
    ],
    [
      'a slash taken away',
      async () => told((await text({ target: '/accounts/' })).replace('/accounts/ ', '/accounts ')),
      'signature signature_invalid',
      'a slash at the end of the path was added or taken away',
    ],
    [
      'a changed method',
      async () => told((await text({ method: 'POST' })).replace('POST', 'PUT')),
      'signature signature_invalid',
      'it was signed as POST',
    ],
    [
      'another origin',
      async () => told(await text({ origin: 'http://10.0.0.1:8080' })),
      'signature signature_invalid',
      'it was signed for http://10.0.0.1:8080, but this service is http://127.0.0.1:8080',
    ],
    [
      'a field that is not covered',
      async () =>
        told(await text({ target: '/transfers', fields: { 'x-purpose': 'rent' }, key: phone.device })),
      'coverage signature_invalid',
      '',
    ],
    [
      'a missing Idempotency-Key',
      async () => told(await text({ method: 'POST' })),
      'idempotency-key idempotency_key_missing',
      '',
    ],
    [
      'a changed body',
      async () => {
        const fields = { 'idempotency-key': 'k'.repeat(16) }
        return told((await text({ method: 'POST', body: '{"amount":10}', fields })).replace('10}', '99}'))
      },
      'body digest_mismatch',
      'the body is not the one that was signed',
    ],
    [
      'a token of somebody else',
      async () => told(await text({ token: `${phone.token.slice(0, -4)}AAAA` })),
      'token token_invalid',
      '',
    ],
  ])('names %s', async (_name, run, check, hint) => {
    const explanation = await run()
    expect(explanation.verdict).toBe('refused')
    expect(failing(explanation)).toBe(check)
    if (hint === '') expect(explanation.hints).toEqual([])
    else expect(explanation.hints.join('\n')).toContain(hint)
  })

  it('shows both bases side by side, marks what differs and cuts the token', async () => {
    const fields = { 'x-purpose': 'rent' }
    const explanation = await told(await text({ target: '/transfers', fields, key: phone.device }))
    expect(explanation.bases).toContainEqual({ left: null, right: '"x-purpose": rent', same: false })
    const lines = explanationLines(explanation, { width: 120, remark: 'test' })
    expect(lines.find((line) => line.includes('x-purpose": rent'))).toMatch(
      /^\(not covered\) +# {2}"x-purpose": rent$/,
    )
    expect(lines.find((line) => line.includes('"@method"'))).toMatch(/^"@method": GET +\| {2}"@method": GET$/)
    const everything = JSON.stringify(explanation) + lines.join('')
    expect(everything).toContain('"authorization\\": Holdfast')
    expect(everything).not.toContain(phone.token.slice(0, 40))
    expect(Math.max(...lines.slice(3).map((line) => line.length))).toBeLessThanOrEqual(160)
  })

  it('says that a removed device is removed', async () => {
    const entry = {
      at: now,
      action: 'device.revoked',
      actor: 'admin',
      user: 'alice',
      device: null,
      detail: {},
    }
    const captured = await text({ key: other.session, token: other.token })
    await context.stores.store.revokeDevice(other.deviceId, now, entry)
    await expect.poll(async () => failing(await told(captured))).toBe('alive device_revoked')
  })
})

describe('a captured request', () => {
  it.each([
    ['LF', 'POST /a HTTP/1.1\nHost: x\nContent-Length: 2\n\nhi\n'],
    ['CRLF', 'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi'],
    ['curl -v', '> POST /a HTTP/1.1\n> Host: x\n> Content-Length: 2\n> \nhi\n'],
  ])('is read with %s', (_name, captured) => {
    expect(parseCapture(utf8(captured))).toEqual({
      method: 'POST',
      target: '/a',
      rawFields: ['Host', 'x', 'Content-Length', '2'],
      body: utf8('hi'),
    })
  })

  it('may lack the empty line and the body', () => {
    expect(parseCapture(utf8('GET /a HTTP/1.1\nHost: x\n')).body).toHaveLength(0)
  })

  it.each([
    ['', 'line 1 is no request line'],
    ['GET /a\n\n', 'line 1 is no request line'],
    ['GET /a HTTP/1.1\nHost: x\nno field\n\n', 'line 3 is no header field'],
    ['GET /a HTTP/1.1\nHost: x\n folded\n\n', 'line 3 is no header field'],
  ])('%j is none', (captured, complaint) => {
    expect(() => parseCapture(utf8(captured))).toThrow(complaint)
  })
})
