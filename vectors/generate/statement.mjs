/** Cases of docs/protocol.md 2.1: every reason to refuse a service statement. */
import { pairOf } from './hpke.mjs'
import { foreignHeaders, makeJws } from './jws.mjs'
import { publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'
import { keyConfiguration, octetsOf } from './ohttp.mjs'

const service = publicJwk(testKeys.service)
const header = { alg: 'ES256', typ: 'hf-statement+jwt', jwk: service }
const issuer = 'https://api.bank.example'
const trust = { pins: [thumbprint(service)], issuer, floor: 1_790_000_000, now: 1_790_000_100 }
const rule = { path: '/public/*', methods: ['GET'], policy: 'open', signer: 'any', fields: [] }
const endpoints = Object.fromEntries(
  'challenge enrolments token time devices session sealed certificate reports passcode presence notices approvals'
    .split(' ')
    .map((name) => [name, `/holdfast/${name}`]),
)
const pins = [octetsOf('pin').toString('base64url'), octetsOf('next pin').toString('base64url')]
const configuration = keyConfiguration(7, pairOf(octetsOf('sealing key of a statement')).publicKey)
const sealing = [{ config: configuration.toString('base64url'), exp: 1_790_007_200 }]
const statement = {
  iss: issuer,
  seq: 1_790_000_000,
  iat: 1_790_000_000,
  exp: 1_790_003_600,
  keys: [{ kid: thumbprint(testKeys.token), jwk: publicJwk(testKeys.token) }],
  service_keys: [thumbprint(service), thumbprint(testKeys.nextService)],
  endpoints,
  routes: [rule],
  client: { min: '0.1.0' },
}

/** name, expected, and what differs: in the payload, in what the client trusts, in the header, in the signing key. */
const table = [
  ['a statement', 'ok', {}],
  ['a member nobody knows', 'ok', { payload: { later: true } }],
  ['the sequence accepted before', 'ok', { trust: { floor: statement.seq } }],
  ['expiry not judged while the clock is unknown', 'ok', { trust: { now: null } }],
  ['the last second', 'ok', { trust: { now: statement.exp - 1 } }],
  ['expired', 'statement_refused', { trust: { now: statement.exp } }],
  ['no pin', 'statement_refused', { trust: { pins: [] } }],
  ['another pin', 'statement_refused', { trust: { pins: [thumbprint(testKeys.nextService)] } }],
  ['another origin', 'statement_refused', { trust: { issuer: 'https://other.example' } }],
  ['a sequence below the floor', 'statement_refused', { trust: { floor: statement.seq + 1 } }],
  ['a sequence a day ahead of its time', 'ok', { payload: { seq: statement.iat + 86_400 } }],
  ['a sequence further ahead', 'statement_refused', { payload: { seq: statement.iat + 86_401 } }],
  ['signed by another key', 'statement_refused', { key: testKeys.stranger }],
  [
    'a kid that is an alias',
    'statement_refused',
    { payload: { keys: [{ kid: thumbprint(service), jwk: publicJwk(testKeys.token) }] } },
  ],
  [
    'a private half among the keys',
    'statement_refused',
    { payload: { keys: [{ kid: thumbprint(testKeys.token), jwk: testKeys.token }] } },
  ],
  ['a private half in the header', 'statement_refused', { header: { ...header, jwk: testKeys.service } }],
  [
    'an endpoint on another host',
    'statement_refused',
    { payload: { endpoints: { ...endpoints, token: '//evil.example/token' } } },
  ],
  [
    'no endpoint for tokens',
    'statement_refused',
    { payload: { endpoints: { ...endpoints, token: undefined } } },
  ],
  ['a rule that says more', 'statement_refused', { payload: { routes: [{ ...rule, seal: true }] } }],
  ['a policy nobody knows', 'statement_refused', { payload: { routes: [{ ...rule, policy: 'hidden' }] } }],
  ['a rule for sealed requests', 'ok', { payload: { routes: [{ ...rule, policy: 'sealed' }] } }],
  [
    'a rule for client certificates and signed answers',
    'ok',
    { payload: { routes: [{ ...rule, policy: 'signed', mutual: true, answer: 'signed' }] } },
  ],
  ['a rule that is not mutual', 'statement_refused', { payload: { routes: [{ ...rule, mutual: false }] } }],
  ['a rule for other answers', 'statement_refused', { payload: { routes: [{ ...rule, answer: 'any' }] } }],
  [
    'rules that ask for a factor',
    'ok',
    {
      payload: {
        routes: [
          { ...rule, policy: 'signed', factor: { acr: 'passcode', maxAge: 300 } },
          { ...rule, policy: 'signed', factor: { acr: 'presence' } },
        ],
      },
    },
  ],
  [
    'a rule that asks for no factor we know',
    'statement_refused',
    { payload: { routes: [{ ...rule, policy: 'signed', factor: { acr: 'device' } }] } },
  ],
  [
    'a rule that asks for a factor of no age',
    'statement_refused',
    { payload: { routes: [{ ...rule, policy: 'signed', factor: { acr: 'passcode', maxAge: 0 } }] } },
  ],
  [
    'a rule that asks for more than a factor',
    'statement_refused',
    { payload: { routes: [{ ...rule, policy: 'signed', factor: { acr: 'passcode', amr: 'pin' } }] } },
  ],
  ['a passcode key', 'ok', { payload: { opaque: { key: octetsOf('opaque').toString('base64url') } } }],
  [
    'a passcode key of 31 octets',
    'statement_refused',
    { payload: { opaque: { key: octetsOf('opaque', 31).toString('base64url') } } },
  ],
  ['an offline store', 'ok', { payload: { offline: { seconds: 86_400 } } }],
  ['an offline store without an end', 'statement_refused', { payload: { offline: {} } }],
  ['sealing keys', 'ok', { payload: { sealing } }],
  [
    'a sealing key with padding',
    'statement_refused',
    { payload: { sealing: [{ ...sealing[0], config: 'Bw==' }] } },
  ],
  [
    'a sealing key without its end',
    'statement_refused',
    { payload: { sealing: [{ config: sealing[0].config }] } },
  ],
  ['pins', 'ok', { payload: { pins } }],
  ['one pin alone', 'statement_refused', { payload: { pins: pins.slice(1) } }],
  [
    'a pin of 31 octets',
    'statement_refused',
    { payload: { pins: [pins[0], octetsOf('short', 31).toString('base64url')] } },
  ],
  [
    'an origin for client certificates',
    'ok',
    { payload: { mutual: { origin: 'https://m.bank.example:8443' } } },
  ],
  [
    'an origin for client certificates without TLS',
    'statement_refused',
    { payload: { mutual: { origin: 'http://m.bank.example' } } },
  ],
  ...foreignHeaders(header, service).map(([name, changed]) => [
    `header: ${name}`,
    'statement_refused',
    { header: changed },
  ]),
]

export function statementVectors(existing) {
  const sign = signerFor(existing)
  return {
    description: 'Service statements and what a client with the given trust makes of them.',
    source: ['docs/protocol.md 2.1', 'RFC 7515', 'RFC 8725'],
    cases: table.map(([name, expect, change]) => {
      const payload = { ...statement, ...change.payload }
      const jws = makeJws(name, change.header ?? header, payload, change.key ?? testKeys.service, sign)
      return { name, jws, trust: { ...trust, ...change.trust }, expect }
    }),
  }
}
