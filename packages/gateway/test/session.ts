/** A bound device with an unlocked session, put straight into a store, and requests signed by its keys. */
import { randomUUID } from 'node:crypto'
import {
  contentDigest,
  type KeyPair,
  type RequestMessage,
  signAccessToken,
  signingKey,
  signRequest,
  thumbprint,
  tokenScheme,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type AuditEntry, bindingOf, type DurableStore, type KeyRing } from '@holdfast/server'

type Key = KeyPair & { readonly thumbprint: string }
export type TestSession = {
  readonly session: Key
  readonly device: Key
  readonly deviceId: string
  readonly token: string
}

const audit = (now: number): AuditEntry => ({
  at: now,
  action: 'device.bound',
  actor: 'system',
  user: null,
  device: null,
  detail: {},
})
const repeat = (now: number) => ({ requestHash: randomUUID(), sealedAnswer: '', expiresAt: now + 1 })

async function newKey(): Promise<Key> {
  const pair = nodeCrypto.generateKeyPair()
  return { ...pair, thumbprint: await thumbprint(pair.publicJwk, nodeCrypto) }
}

export async function openSession(options: {
  store: DurableStore
  keys: KeyRing
  origin: string
  now: number
}): Promise<TestSession> {
  const { store, keys, origin, now } = options
  const [session, device] = [await newKey(), await newKey()]
  const [codeId, id, deviceId, sid] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const later = now + 600_000
  const owner = { user: 'alice', createdAt: now, expiresAt: later }
  const bound = {
    keyThumbprint: device.thumbprint,
    publicKey: device.publicJwk,
    name: 'phone',
    platform: 'testing',
  }
  await store.addActivation({ ...owner, codeId, sendTo: '42', sealedKey: '', createdBy: 'admin' }, audit(now))
  await store.takeActivationTry(codeId, 5, now)
  await store.redeemActivation(
    codeId,
    { ...owner, ...bound, id, codeId, ottDigest: '' },
    repeat(now),
    audit(now),
  )
  const facts = { ...bound, id: deviceId, user: 'alice', createdAt: now }
  const state = { revokedAt: null, suspendedFor: null, binding: bindingOf(facts, keys) }
  const record = { ...facts, ...state, enrolmentId: id }
  await store.completeEnrolment(id, record, 5, repeat(now), audit(now))
  const family = {
    sid,
    deviceId,
    user: 'alice',
    sessionKey: session.publicJwk,
    sessionKeyThumbprint: session.thumbprint,
    acr: 'device',
    amr: ['hwk'],
    authTime: now,
    startedAt: now,
    expiresAt: later,
    idleAt: later,
    endedAt: null,
    refreshDigest: randomUUID(),
  }
  if (!(await store.startFamily(family, repeat(now), audit(now)))) throw new Error('no session was started')
  const seconds = Math.floor(now / 1000)
  const { kid, privateKey } = keys.token()
  const token = await signAccessToken(
    {
      iss: origin,
      aud: origin,
      sub: 'alice',
      client_id: deviceId,
      jti: randomUUID(),
      sid,
      iat: seconds,
      exp: seconds + 300,
      auth_time: seconds,
      acr: 'device',
      amr: ['hwk'],
      cnf: { jkt: session.thumbprint, jwk: session.publicJwk },
      hf_dev: device.thumbprint,
    },
    kid,
    privateKey,
    nodeCrypto,
  )
  return { session, device, deviceId, token }
}

export type SignedText = {
  readonly method?: string
  readonly origin: string
  readonly target: string
  readonly fields?: Readonly<Record<string, string>>
  readonly routeFields?: readonly string[]
  readonly body?: string
  /** Seconds since 1970. */
  readonly created: number
  readonly key: Key
  readonly token: string
}

/** HTTP text of a signed request, with LF as people paste it. */
export async function signedText(options: SignedText): Promise<string> {
  const { method = 'GET', origin, target, body = '', routeFields = [], created, key, token } = options
  const fields = new Map([
    ['host', new URL(origin).host],
    ['authorization', `${tokenScheme} ${token}`],
    ['content-digest', await contentDigest(utf8(body), nodeCrypto)],
    ...Object.entries(options.fields ?? {}),
  ])
  if (body !== '') fields.set('content-length', String(body.length))
  const message: RequestMessage = { method, targetUri: origin + target, fields }
  const signer = signingKey(key.thumbprint, key.privateKey, nodeCrypto)
  const signed = await signRequest({ message, routeFields, created, key: signer }, nodeCrypto)
  const lines = [...fields, ...Object.entries(signed)].map(([name, value]) => `${name}: ${value}`)
  return `${method} ${target} HTTP/1.1\n${lines.join('\n')}\n\n${body}`
}
