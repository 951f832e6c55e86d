import {
  contentDigest,
  coveredComponents,
  type ErrorCode,
  fieldsOf,
  HoldfastError,
  type RouteRule,
  serialiseParameters,
  signatureBase,
  toBase64,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  createRig,
  enrol,
  headOf,
  type Key,
  newKey,
  origin,
  type Phone,
  type Rig,
  seconds,
  signedFields,
  type SignInput,
  unlock,
  type Unlocked,
} from '../test/rig.ts'

const routes: RouteRule[] = [
  { path: '/transfers', methods: ['POST'], policy: 'signed', signer: 'device', fields: ['x-purpose'] },
]

let rig: Rig
let phone: Phone
let unlocked: Unlocked

beforeEach(async () => {
  rig = await createRig({ routes })
  phone = await enrol(rig, 'ann')
  unlocked = await unlock(rig, phone)
})

type Change = Partial<SignInput> & {
  readonly rewrite?: (fields: Array<readonly [string, string]>) => Array<readonly [string, string]>
}

/** Sends a request that would pass, changed in one thing. */
async function verify(change: Change = {}): Promise<unknown> {
  const { rewrite, ...input } = change
  const request: SignInput = {
    method: 'GET',
    target: '/accounts?page=1',
    key: unlocked.session,
    created: seconds(rig.clock),
    fields: [['authorization', `Holdfast ${unlocked.tokens.access_token}`]],
    ...input,
  }
  const fields = await signedFields(request)
  const head = headOf(request.method, request.target, rewrite?.(fields) ?? fields)
  return rig.server.verify(head, rig.server.rule(head))
}

async function codeOf(attempt: Promise<unknown>): Promise<ErrorCode | 'passed'> {
  try {
    await attempt
    return 'passed'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}

const without = (name: string) => (fields: Array<readonly [string, string]>) =>
  fields.filter(([field]) => field !== name)
const withValue =
  (name: string, change: (value: string) => string) => (fields: Array<readonly [string, string]>) =>
    fields.map(([field, value]) => [field, field === name ? change(value) : value] as const)

describe('a signed request', () => {
  it('passes, by session key and by device key', async () => {
    expect(await verify()).toMatchObject({ signedBy: 'session', device: { id: phone.id, user: 'ann' } })
    expect(await verify({ key: phone.device })).toMatchObject({ signedBy: 'device' })
  })

  it('needs no promise once its session is known', async () => {
    await verify()
    const fields = await signedFields({
      method: 'GET',
      target: '/accounts',
      key: unlocked.session,
      created: seconds(rig.clock),
      fields: [['authorization', `Holdfast ${unlocked.tokens.access_token}`]],
    })
    const head = headOf('GET', '/accounts', fields)
    expect(rig.server.verify(head, rig.server.rule(head))).not.toBeInstanceOf(Promise)
  })

  const refusals: Array<[string, ErrorCode, () => Change]> = [
    ['no signature', 'signature_missing', () => ({ rewrite: without('signature') })],
    ['no signature input', 'signature_missing', () => ({ rewrite: without('signature-input') })],
    [
      'another query',
      'signature_invalid',
      () => ({ rewrite: withValue('signature', (v) => v.replace(/.{8}==:$/, 'AAAAAAAA==:')) }),
    ],
    [
      'a foreign label',
      'signature_invalid',
      () => ({ rewrite: withValue('signature-input', (v) => `x${v}`) }),
    ],
    ['no token', 'token_missing', () => ({ fields: [] })],
    [
      'a bearer token',
      'token_missing',
      () => ({ fields: [['authorization', `Bearer ${unlocked.tokens.access_token}`]] }),
    ],
    [
      'an altered token',
      'token_invalid',
      () => ({ fields: [['authorization', `Holdfast ${unlocked.tokens.access_token.slice(0, -4)}AAAA`]] }),
    ],
    ['too old', 'signature_expired', () => ({ created: seconds(rig.clock) - 61 })],
    ['too far ahead', 'signature_expired', () => ({ created: seconds(rig.clock) + 6 })],
    [
      'a field covered by nobody',
      'signature_invalid',
      () => ({
        routeFields: ['x-extra'],
        fields: [
          ['authorization', `Holdfast ${unlocked.tokens.access_token}`],
          ['x-extra', '1'],
        ],
      }),
    ],
    ['an unsafe method without key', 'idempotency_key_missing', () => ({ method: 'POST' })],
    [
      'a short idempotency key',
      'idempotency_key_missing',
      () => ({
        method: 'POST',
        fields: [
          ['authorization', `Holdfast ${unlocked.tokens.access_token}`],
          ['idempotency-key', 'short'],
        ],
      }),
    ],
    [
      'the session key on a device route',
      'device_key_required',
      () => ({
        method: 'POST',
        target: '/transfers',
        fields: [
          ['authorization', `Holdfast ${unlocked.tokens.access_token}`],
          ['idempotency-key', 'k'.repeat(16)],
        ],
      }),
    ],
  ]
  it.each(refusals)('is refused with %s: %s', async (_, code, change) => {
    expect(await codeOf(verify(change()))).toBe(code)
  })

  it('is refused when another key signs, even another device of the same user', async () => {
    const other: Key = await newKey()
    expect(await codeOf(verify({ key: other }))).toBe('signature_invalid')
    const second = await enrol(rig, 'ann')
    expect(await codeOf(verify({ key: second.device }))).toBe('signature_invalid')
  })

  it('is refused under the name of another algorithm, though its signature is good', async () => {
    const authorization = `Holdfast ${unlocked.tokens.access_token}`
    const digested = [
      ['authorization', authorization],
      ['content-digest', await contentDigest(new Uint8Array(), nodeCrypto)],
    ] as const
    const keyid = unlocked.session.signer.thumbprint
    const parameters = { created: seconds(rig.clock), nonce: 'A'.repeat(22), keyid }
    const fields = fieldsOf(digested)
    const components = coveredComponents(fields, [])
    const foreign = serialiseParameters(components, parameters).replace('ecdsa-p256-sha256', 'rsa-pss-sha512')
    const message = { method: 'GET', targetUri: `${origin}/accounts`, fields }
    const signature = await unlocked.session.signer.sign(utf8(signatureBase(message, components, foreign)))
    const head = headOf('GET', '/accounts', [
      ...digested,
      ['signature-input', `hf=${foreign}`],
      ['signature', `hf=:${toBase64(signature)}:`],
    ])
    expect(await codeOf((async () => rig.server.verify(head, rig.server.rule(head)))())).toBe(
      'signature_invalid',
    )
  })

  it('counts once', async () => {
    const fields = await signedFields({
      method: 'GET',
      target: '/accounts',
      key: unlocked.session,
      created: seconds(rig.clock),
      fields: [['authorization', `Holdfast ${unlocked.tokens.access_token}`]],
    })
    const send = async (): Promise<unknown> => {
      const head = headOf('GET', '/accounts', fields)
      return rig.server.verify(head, rig.server.rule(head))
    }
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(send())))
    expect(codes.filter((code) => code === 'passed')).toHaveLength(1)
    expect(codes.filter((code) => code === 'replayed')).toHaveLength(49)
  })

  it('is refused when token, session or device has ended', async () => {
    await verify()
    rig.clock.advance(301_000)
    expect(await codeOf(verify())).toBe('token_expired')
    unlocked = await unlock(rig, phone)
    await verify()
    await rig.server.devices.revoke(phone.id, 'test')
    expect(await codeOf(verify())).toBe('device_revoked')
  })

  it('is refused while the clock stands behind what it showed', async () => {
    rig.clock.set(rig.clock.now() - 3_600_000)
    expect(await codeOf((async () => verify())())).toBe('clock_stepped_back')
  })

  it('is forwarded only with the body that was signed', async () => {
    const body = utf8('{"cents":1}')
    const input = {
      method: 'POST',
      body,
      fields: [
        ['authorization', `Holdfast ${unlocked.tokens.access_token}`],
        ['idempotency-key', 'k'.repeat(16)],
      ] as const,
    }
    const verified = (await verify(input)) as Parameters<Rig['server']['verifyBody']>[0]
    expect(() => rig.server.verifyBody(verified, body)).not.toThrow()
    expect(() => rig.server.verifyBody(verified, utf8('{"cents":2}'))).toThrow(
      expect.objectContaining({ code: 'digest_mismatch' }),
    )
    expect(() => rig.server.verifyBody(Object.assign({}, verified), body)).toThrow(TypeError)
  })
})
