/** The cases every backend is held to (vectors/forward.json), and what nobody may add to a request on its way. */
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type IdentityCheck, identityCheck, type Signed } from './identity.ts'

type Vector = {
  name: string
  message: { method: string; target: string; fields: [string, string][] }
  routeFields: string[]
  parameters: { created: number; nonce: string; keyid: string; algorithm: string }
  signature_input: string
  signature: string
  expect: string
}
const vectors = JSON.parse(
  readFileSync(new URL('../../../../vectors/forward.json', import.meta.url), 'utf8'),
) as { audience: string; secret: string; cases: Vector[] }
const secret = Buffer.from(vectors.secret, 'hex')
const hmacCases = vectors.cases.filter(
  ({ parameters, routeFields }) => parameters.algorithm === 'hmac-sha256' && routeFields.length === 0,
)
const empty = Buffer.alloc(0)

function request(method: string, url: string, fields: readonly (readonly [string, string])[]): Signed {
  const headersDistinct: Record<string, string[]> = {}
  for (const [name, value] of fields) (headersDistinct[name.toLowerCase()] ??= []).push(value)
  return { method, url, headersDistinct }
}

const outcome = (act: () => unknown): string => {
  try {
    act()
    return 'ok'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

describe('identityCheck and the vectors', () => {
  it('has cases', () => expect(hmacCases.length).toBeGreaterThan(2))

  it.each(hmacCases)(
    '$name: $expect',
    ({ message, parameters, signature_input, signature, expect: expected }) => {
      const check = identityCheck(vectors.audience, secret)
      const fields = [
        ...message.fields,
        ['signature-input', signature_input] as const,
        ['signature', signature] as const,
      ]
      const asked = request(message.method, message.target, fields)
      const result = outcome(() => check(asked, empty, parameters.created))
      expect(result).toBe(expected === 'ok' ? 'ok' : 'identity_refused')
    },
  )
})

const created = 1_790_000_000
let nonces = 0

/** Signed as the gateway does, with the fields in this order. */
function signed(
  fields: readonly (readonly [string, string])[],
  { body = empty, keyid = 'bank', target = '/me', key = secret, extra = [] as [string, string][] } = {},
): Signed {
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const all = [['content-digest', digest] as const, ...fields]
  const nonce = String(++nonces).padStart(22, '0')
  const names = all.map(([name]) => ` "${name}"`).join('')
  const input = `("@method" "@request-target"${names});created=${created};nonce="${nonce}";keyid="${keyid}";alg="hmac-sha256";tag="holdfast-forward"`
  const base = [
    '"@method": GET',
    `"@request-target": ${target}`,
    ...all.map(([name, value]) => `"${name}": ${value}`),
    `"@signature-params": ${input}`,
  ].join('\n')
  const signature = createHmac('sha256', key).update(base, 'latin1').digest('base64')
  return request('GET', target, [
    ...all,
    ['signature-input', `hf=${input}`],
    ['signature', `hf=:${signature}:`],
    ...extra,
  ])
}

const user = ['holdfast-user', 'maria'] as const
const audience = ['holdfast-audience', 'bank'] as const
const idempotency = ['idempotency-key', 'order-0123456789'] as const
const approval = ['holdfast-approval', 'evidence'] as const
const replyKey = ['holdfast-reply-key', 'key'] as const
const fresh = (): IdentityCheck => identityCheck('bank', secret)

describe('identityCheck', () => {
  it('tells who asks, and the keys that were signed', () => {
    const check = fresh()
    expect(check(signed([['holdfast-user', 'm%C3%A5ria%20x'], audience]), empty, created)).toEqual({
      user: 'måria x',
      idempotencyKey: undefined,
      replyKey: undefined,
      approval: undefined,
    })
    expect(check(signed([user, audience, idempotency, approval, replyKey]), empty, created)).toEqual({
      user: 'maria',
      idempotencyKey: 'order-0123456789',
      replyKey: 'key',
      approval: 'evidence',
    })
  })

  it('believes further fields of the route, behind its own', () => {
    expect(outcome(() => fresh()(signed([user, audience, ['x-purpose', 'rent']]), empty, created))).toBe('ok')
  })

  it.each([
    ['an approval that is not covered', signed([user, audience], { extra: [['holdfast-approval', 'x']] })],
    ['a reply key that is not covered', signed([user, audience], { extra: [['holdfast-reply-key', 'x']] })],
    [
      'a key of idempotency that is not covered',
      signed([user, audience], { extra: [['idempotency-key', 'x']] }),
    ],
    ['a device that is not covered', signed([user, audience], { extra: [['holdfast-device', 'x']] })],
    ['a user twice', signed([user, audience], { extra: [['holdfast-user', 'jonas']] })],
    ['fields out of order', signed([user, audience, approval, idempotency])],
    ['the reply key before the approval', signed([user, audience, replyKey, approval])],
    [
      'a field of its own behind those of the route',
      signed([user, audience, ['x-a', 'b'], ['holdfast-other', 'x']]),
    ],
    ['no user', signed([audience])],
    ['a user that is no percent-encoding', signed([['holdfast-user', '%zz'], audience])],
    ['another audience', signed([user, ['holdfast-audience', 'accounts']])],
    ['no audience', signed([user])],
    ['another upstream', signed([user, audience], { keyid: 'accounts' })],
    ['another secret', signed([user, audience], { key: Buffer.alloc(32, 7) })],
    ['another body', signed([user, audience], { body: Buffer.from('other') })],
    ['no signature', request('GET', '/me', [user, audience])],
    ['a signature in another form', signed([user, audience], { extra: [['signature', 'x=:AA==:']] })],
  ])('refuses %s', (_, asked) => {
    expect(outcome(() => fresh()(asked, empty, created))).toBe('identity_refused')
  })

  it('refuses another target and another method', () => {
    const asked = signed([user, audience])
    expect(outcome(() => fresh()({ ...asked, url: '/accounts' }, empty, created))).toBe('identity_refused')
    expect(outcome(() => fresh()({ ...asked, method: 'POST' }, empty, created))).toBe('identity_refused')
  })

  it('refuses what is too old, from the future, or was seen before', () => {
    const check = fresh()
    expect(outcome(() => check(signed([user, audience]), empty, created + 61))).toBe('identity_refused')
    expect(outcome(() => check(signed([user, audience]), empty, created - 61))).toBe('identity_refused')
    const asked = signed([user, audience])
    expect(outcome(() => check(asked, empty, created + 60))).toBe('ok')
    expect(outcome(() => check(asked, empty, created))).toBe('identity_refused')
  })

  it('refuses to work with a short secret', () => {
    expect(() => identityCheck('bank', Buffer.alloc(31))).toThrow(TypeError)
  })
})
