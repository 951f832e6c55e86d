/** Cases of docs/protocol.md 5: the form and signature of access tokens. Times are judged by the receiver's clock, not here. */
import { foreignHeaders, makeJws } from './jws.mjs'
import { publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'

const kid = thumbprint(testKeys.token)
const header = { alg: 'ES256', typ: 'at+jwt', kid }
const cnf = { jkt: thumbprint(testKeys.session), jwk: publicJwk(testKeys.session) }
const claims = {
  iss: 'https://api.bank.example',
  aud: 'https://api.bank.example',
  sub: 'alice',
  client_id: 'device-0123456789',
  jti: 'token-0123456789',
  sid: 'family-0123456789',
  iat: 1_790_000_000,
  exp: 1_790_000_300,
  auth_time: 1_790_000_000,
  acr: 'device',
  amr: ['pop'],
  cnf,
  hf_dev: thumbprint(testKeys.device),
}

const table = [
  ['a token', 'ok', {}],
  ['signed by another key', 'token_invalid', { key: testKeys.stranger }],
  ...Object.keys(claims).map((claim) => [`no ${claim}`, 'token_invalid', { claims: { [claim]: undefined } }]),
  ['an unknown claim', 'token_invalid', { claims: { scope: 'all' } }],
  ['a list of audiences', 'token_invalid', { claims: { aud: [claims.aud] } }],
  ['a time as text', 'token_invalid', { claims: { exp: '1790000300' } }],
  ['a time with a fraction', 'token_invalid', { claims: { exp: 1_790_000_300.5 } }],
  ['a private half in cnf', 'token_invalid', { claims: { cnf: { ...cnf, jwk: testKeys.session } } }],
  ...foreignHeaders(header, cnf.jwk).map(([name, changed]) => [
    `header: ${name}`,
    'token_invalid',
    { header: changed },
  ]),
]

export function tokenVectors(existing) {
  const sign = signerFor(existing)
  return {
    description: 'Access tokens: form and signature.',
    source: ['docs/protocol.md 5', 'RFC 9068', 'RFC 7800', 'RFC 8725'],
    keys: { [kid]: publicJwk(testKeys.token) },
    cases: table.map(([name, expect, change]) => {
      const payload = { ...claims, ...change.claims }
      const token = makeJws(name, change.header ?? header, payload, change.key ?? testKeys.token, sign)
      return expect === 'ok' ? { name, token, claims: payload, expect } : { name, token, expect }
    }),
  }
}
