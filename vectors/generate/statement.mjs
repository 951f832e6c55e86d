/** Cases of docs/protocol.md 2.1: every reason to refuse a service statement. */
import { foreignHeaders, makeJws } from './jws.mjs'
import { publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'

const service = publicJwk(testKeys.service)
const header = { alg: 'ES256', typ: 'hf-statement+jwt', jwk: service }
const issuer = 'https://api.bank.example'
const trust = { pins: [thumbprint(service)], issuer, floor: 1_790_000_000, now: 1_790_000_100 }
const rule = { path: '/public/*', methods: ['GET'], policy: 'open', signer: 'any', fields: [] }
const endpoints = Object.fromEntries(
  ['challenge', 'enrolments', 'token', 'time', 'devices', 'session'].map((name) => [
    name,
    `/holdfast/${name}`,
  ]),
)
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
  ['a policy nobody knows', 'statement_refused', { payload: { routes: [{ ...rule, policy: 'sealed' }] } }],
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
