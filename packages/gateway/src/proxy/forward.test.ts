import { randomBytes } from 'node:crypto'
import { forwardBase, fromBase64, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { KeyRing, VerifiedRequest } from '@holdfast/server'
import { expect, test } from 'vitest'
import { createIdentity, type IdentityMode } from './forward.ts'
import { defaultLimits } from '../line/limits.ts'
import { createRandomPool } from './random-pool.ts'
import { createUpstream } from './upstream.ts'

const { privateKey, publicJwk } = nodeCrypto.generateKeyPair()
const keys = { forward: () => ({ kid: 'forward-key', jwk: publicJwk, privateKey }) } as unknown as KeyRing
const clock = { now: (): number => 1_790_000_000_500, monotonic: (): number => 0 }
const context = { keys, clock, random: createRandomPool(), limits: defaultLimits, coolingSeconds: 86_400 }
const verified = {
  head: {
    method: 'GET',
    fields: new Map([
      ['content-digest', 'sha-256=:AA==:'],
      ['x-secret', 's'],
    ]),
  },
  device: { id: 'phone', createdAt: 0 },
  claims: { sub: 'a\r\nb', sid: 'family', acr: 'device', auth_time: 1_790_000_000 },
} as unknown as VerifiedRequest

/** The same, by a device that was bound at that time (ms). */
const boundAt = (createdAt: number): VerifiedRequest =>
  Object.assign({}, verified, { device: { id: 'phone', createdAt } })

const routeFields = ['x-purpose', 'x-secret', 'x-absent']

/** What goes to the backend; the route forwards x-purpose, but not x-secret. */
function added(identity: IdentityMode): Record<string, string> {
  const list = ['x-request-id', 'reference', 'content-type', 'text/plain', 'x-purpose', 'rent']
  createIdentity({ name: 'bank', identity, ...context })(verified, { target: '/a?b', routeFields }, list)
  return Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1] as string]] : [])))
}

test('the forward key signs what a backend can check with its public half', () => {
  const fields = added({ mode: 'signature' })
  const nonce = /nonce="([A-Za-z0-9_-]{22})"/.exec(fields['signature-input'] ?? '')?.[1] ?? ''
  const { base, input } = forwardBase(
    { method: 'GET', target: '/a?b', fields: new Map(Object.entries(fields)) },
    routeFields,
    { created: 1_790_000_000, nonce, keyid: 'forward-key', algorithm: 'ecdsa-p256-sha256' },
  )
  expect(fields['signature-input']).toBe(`hf=${input}`)
  expect(input).toMatch(
    /^\("@method" "@request-target" "content-digest" "content-type" "holdfast-user" .* "x-purpose"\);/,
  )
  const signature = fromBase64(fields['signature']?.slice('hf=:'.length, -1) ?? '')
  expect(nodeCrypto.verify(nodeCrypto.importPublicKey(publicJwk), utf8(base), signature)).toBe(true)
})

test.each<IdentityMode>([{ mode: 'hmac-sha256', secret: randomBytes(32) }, { mode: 'signature' }])(
  '$mode covers the name of the backend it is made for',
  (identity) => {
    const fields = added(identity)
    expect(fields['holdfast-audience']).toBe('bank')
    expect(fields['signature-input']).toContain(' "holdfast-auth-time" "holdfast-audience" "x-purpose")')
  },
)

test.each([
  [clock.now() - 86_400_000 + 1, '1790000001'],
  [clock.now() - 86_400_000, null],
  [0, null],
])('a device bound at %i is cooling until %s', (createdAt, until) => {
  const list: string[] = []
  const add = createIdentity({ name: 'bank', identity: { mode: 'insecurePlain' }, ...context })
  add(boundAt(createdAt), { target: '/', routeFields: [] }, list)
  const at = list.indexOf('holdfast-cooling-until')
  expect(at < 0 ? null : list[at + 1]).toBe(until)
})

test('cooling ends while a session goes on', () => {
  let now = 1_790_000_000_000
  const running = { ...clock, now: () => now }
  const add = createIdentity({
    name: 'bank',
    identity: { mode: 'insecurePlain' },
    ...context,
    clock: running,
  })
  const request = boundAt(now)
  const names = (): string[] => {
    const list: string[] = []
    add(request, { target: '/', routeFields: [] }, list)
    return list
  }
  expect(names()).toContain('holdfast-cooling-until')
  now += 86_400_000
  expect(names()).not.toContain('holdfast-cooling-until')
})

test('a user name cannot end its line', () => {
  expect(added({ mode: 'insecurePlain' })['holdfast-user']).toBe('a%0D%0Ab')
})

test('insecurePlain adds no signature, and is for loopback only', () => {
  expect(added({ mode: 'insecurePlain' })).not.toHaveProperty('signature')
  const identity = { mode: 'insecurePlain' } as const
  const upstream = (url: string): unknown =>
    createUpstream({ name: 'bank', url, identity, timeoutMs: 1000, connections: 1 }, context)
  expect(() => upstream('http://10.0.0.1/')).toThrow(TypeError)
  expect(() => upstream('http://127.0.0.1.evil.test/')).toThrow(TypeError)
  for (const url of ['http://127.0.0.1:1/', 'http://localhost:1/', 'http://[::1]:1/']) upstream(url)
})

test('a short secret is refused', () => {
  expect(() => added({ mode: 'hmac-sha256', secret: randomBytes(31) })).toThrow(TypeError)
})

test.each([
  'ftp://bank.test/',
  'http://user@bank.test/',
  'http://bank.test/?a',
  'http://bank.test/#a',
  'http://bank.test/a//b',
])('upstream %s is refused', (url) => {
  const identity = { mode: 'signature' } as const
  expect(() =>
    createUpstream({ name: 'bank', url, identity, timeoutMs: 1, connections: 1 }, context),
  ).toThrow()
})

test('no nonce is given out twice', () => {
  const random = createRandomPool()
  const given = new Set(Array.from({ length: 5_000 }, () => random(16)))
  expect(given.size).toBe(5_000)
})
