/** Cases of docs/protocol.md 4.2 and 4.4: what the service signs over a transcript, and when the phone believes it. */
import { createHash } from 'node:crypto'
import { foreignHeaders, makeJws } from './jws.mjs'
import { publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'

const kid = thumbprint(testKeys.token)
const hashOf = (text) => createHash('sha256').update(text).digest('base64url')
const trust = { issuer: 'https://api.bank.example', transcript: hashOf('our transcript') }
const both = { iss: trust.issuer, transcript: trust.transcript }
const messages = {
  'hf-enrolment+jwt': {
    good: { ...both, enrolment: 'enrolment-0123456789', sent_to: '…42', exp: 1_790_000_600 },
    bad: [
      ['an exp as text', { exp: '1790000600' }],
      ['an exp with a fraction', { exp: 1_790_000_600.5 }],
      ['an enrolment id that divides paths', { enrolment: '../devices/0123456789' }],
    ],
  },
  'hf-device+jwt': {
    good: { ...both, device: 'device-0123456789', user: 'bob@bank.example', statement: 1_790_000_000 },
    bad: [
      ['a statement below zero', { statement: -1 }],
      ['a short device id', { device: 'device' }],
      ['a user that is no text', { user: 7 }],
    ],
  },
}

/** name, and what differs: in the payload, in the header, in the signing key. */
function refused(typ, header) {
  const { good, bad } = messages[typ]
  const otherTyp = Object.keys(messages).find((known) => known !== typ)
  return [
    ['over another transcript', { payload: { transcript: hashOf('another transcript') } }],
    ['from another issuer', { payload: { iss: 'https://other.example' } }],
    ...bad.map(([name, payload]) => [name, { payload }]),
    ...Object.keys(good).map((member) => [`no ${member}`, { payload: { [member]: undefined } }]),
    ['an unknown member', { payload: { later: true } }],
    ['signed by another key', { key: testKeys.stranger }],
    ['a kid the statement lacks', { header: { ...header, kid: thumbprint(testKeys.stranger) } }],
    ['the typ of the other answer', { header: { ...header, typ: otherTyp } }],
    ...foreignHeaders(header, publicJwk(testKeys.token)).map(([name, changed]) => [
      `header: ${name}`,
      { header: changed },
    ]),
  ]
}

function casesOf(typ, sign) {
  const header = { alg: 'ES256', typ, kid }
  const { good } = messages[typ]
  const make = (name, { payload, header: changed = header, key = testKeys.token }) =>
    makeJws(name, changed, { ...good, ...payload }, key, sign)
  const named = (name) => `${typ}: ${name}`
  const first = named('over our transcript')
  return [
    { name: first, typ, jws: make(first, {}), trust, payload: good, expect: 'ok' },
    ...refused(typ, header).map(([name, change]) => {
      return { name: named(name), typ, jws: make(named(name), change), trust, expect: 'answer_refused' }
    }),
  ]
}

export function enrolmentAnswerVectors(existing) {
  const sign = signerFor(existing)
  return {
    description:
      'Answers to an enrolment and to its confirmation, and what the phone with that transcript makes of them.',
    source: ['docs/protocol.md 4.2', 'docs/protocol.md 4.4', 'RFC 7515', 'RFC 8725'],
    keys: { [kid]: publicJwk(testKeys.token) },
    cases: Object.keys(messages).flatMap((typ) => casesOf(typ, sign)),
  }
}
