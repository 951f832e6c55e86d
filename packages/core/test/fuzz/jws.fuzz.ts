import * as fc from 'fast-check'
import { expect } from 'vitest'
import { fromUtf8, toBase64url, utf8 } from '../../src/bytes.ts'
import { nodeCrypto } from '../../src/crypto/node.ts'
import { decodeJws } from '../../src/jws.ts'
import { openStatement, type StatementTrust } from '../../src/statement.ts'
import { decodeAccessToken } from '../../src/token.ts'
import { testKey } from '../keys.ts'
import { hostileText, near, nearJson } from './mutation.ts'
import { property } from './property.ts'

const key = await testKey()
const part = (value: unknown): string => toBase64url(utf8(JSON.stringify(value) ?? ''))
const signature = toBase64url(new Uint8Array(64).fill(1))
const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid }
const claims = {
  iss: 'https://api.bank.example',
  aud: 'https://api.bank.example',
  sub: 'alice',
  client_id: 'device',
  jti: 'token',
  sid: 'family',
  iat: 1,
  exp: 2,
  auth_time: 1,
  acr: 'device',
  amr: ['pop'],
  cnf: { jkt: key.kid, jwk: key.publicJwk },
  hf_dev: key.kid,
}
const compact = fc
  .tuple(nearJson(header), nearJson(claims))
  .map(([head, payload]) => `${part(head)}.${part(payload)}.${signature}`)

property(
  'JWS: what is taken has one text and a header of the profile',
  fc.oneof(compact, near(compact), hostileText),
  (text) => {
    const jws = decodeJws('at+jwt', text)
    if (jws === null) return false
    expect(`${fromUtf8(jws.signingInput)}.${toBase64url(jws.signature)}`).toBe(text)
    const [head] = text.split('.') as [string]
    const read = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
    expect(read).toEqual({ alg: 'ES256', typ: 'at+jwt', ...jws.signer })
    return true
  },
)

const payloads = nearJson(claims)
property('access token: the claims are the payload, nothing lost or added', payloads, (payload) => {
  const decoded = decodeAccessToken(`${part(header)}.${part(payload)}.${signature}`)
  if (decoded === null) return false
  expect(decoded.claims).toEqual(JSON.parse(JSON.stringify(payload)))
  return true
})

const trust: StatementTrust = { pins: [key.kid], issuer: claims.iss, floor: 1, now: 5 }
const path = '/holdfast/x'
const statement = {
  iss: claims.iss,
  seq: 1,
  iat: 1,
  exp: 10,
  keys: [{ kid: key.kid, jwk: key.publicJwk }],
  service_keys: [key.kid],
  endpoints: {
    challenge: path,
    enrolments: path,
    token: path,
    time: path,
    devices: path,
    session: path,
    sealed: path,
    certificate: path,
    reports: path,
    passcode: path,
    presence: path,
    notices: path,
    approvals: path,
  },
  routes: [
    { path: '/a/*', methods: ['GET'], policy: 'open', signer: 'any', fields: ['x-a'] },
    { path: '/b', policy: 'signed', signer: 'any', fields: [], factor: { acr: 'passcode', maxAge: 1 } },
  ],
  client: { min: '0.1.0' },
  sealing: [{ config: 'AAAA', exp: 1 }],
  pins: ['A'.repeat(43), 'A'.repeat(43)],
  mutual: { origin: 'https://a' },
  opaque: { key: 'A'.repeat(43) },
  offline: { seconds: 1 },
}

property(
  'statement: what a pinned key signed is taken whole or not at all',
  nearJson(statement),
  async (payload) => {
    const signed = `${part({ alg: 'ES256', typ: 'hf-statement+jwt', jwk: key.publicJwk })}.${part(payload)}`
    const mark = toBase64url(nodeCrypto.sign(key.privateKey, utf8(signed)))
    const opened = await openStatement(`${signed}.${mark}`, trust, nodeCrypto)
    expect(JSON.parse(JSON.stringify(payload))).toMatchObject(opened)
    for (const endpoint of Object.values(opened.endpoints)) {
      expect(new URL(endpoint, claims.iss).href).toBe(claims.iss + endpoint)
    }
  },
)
