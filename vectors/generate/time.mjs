/** Cases of docs/protocol.md 2.3: the signed clock, and what a client that sent a nonce makes of its answers. */
import { foreignHeaders, makeJws } from './jws.mjs'
import { nonceOf, publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'

const kid = thumbprint(testKeys.token)
const header = { alg: 'ES256', typ: 'hf-time+jwt', kid }
const expected = { issuer: 'https://api.bank.example', nonce: nonceOf('the question') }
const answer = { iss: expected.issuer, nonce: expected.nonce, time: 1_790_000_000_123 }

/** name, expected outcome, and what differs: in the payload, in the header, in the signing key. */
const table = [
  ['the time', 'ok', {}],
  ['the beginning of 1970', 'ok', { payload: { time: 0 } }],
  ['another nonce', 'answer_refused', { payload: { nonce: nonceOf('another question') } }],
  ['another issuer', 'answer_refused', { payload: { iss: 'https://other.example' } }],
  ['a time with a fraction', 'answer_refused', { payload: { time: 1_790_000_000_123.5 } }],
  ['a time as text', 'answer_refused', { payload: { time: '1790000000123' } }],
  ['a time before 1970', 'answer_refused', { payload: { time: -1 } }],
  ...Object.keys(answer).map((member) => [
    `no ${member}`,
    'answer_refused',
    { payload: { [member]: undefined } },
  ]),
  ['an unknown member', 'answer_refused', { payload: { zone: 'UTC' } }],
  ['signed by another key', 'answer_refused', { key: testKeys.stranger }],
  ...foreignHeaders(header, publicJwk(testKeys.token)).map(([name, changed]) => [
    `header: ${name}`,
    'answer_refused',
    { header: changed },
  ]),
]

export function timeVectors(existing) {
  const sign = signerFor(existing)
  return {
    description: 'Signed times, and what a client that sent the nonce makes of them.',
    source: ['docs/protocol.md 2.3', 'RFC 7515', 'RFC 8725'],
    keys: { [kid]: publicJwk(testKeys.token) },
    cases: table.map(([name, expect, change]) => {
      const payload = { ...answer, ...change.payload }
      const jws = makeJws(name, change.header ?? header, payload, change.key ?? testKeys.token, sign)
      const outcome = expect === 'ok' ? { time: payload.time, expect } : { expect }
      return Object.assign({ name, jws, expected }, outcome)
    }),
  }
}
