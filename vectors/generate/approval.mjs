/** Cases of docs/protocol.md 9: bodies and what is shown in canonical JSON, and the challenge; approval-evidence.mjs has the rest. */
import { cose, encodedCases, evidenceCases, statementCases, statements } from './approval-evidence.mjs'
import { canonical, digest } from './canonical-json.mjs'
import { foreignHeaders, makeJws } from './jws.mjs'
import { publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'

const iban = 'DE89370400440532013000'
const transfer = { amount: { currency: 'EUR', value: '1234.50' }, name: 'Zoë Müller', iban }
const nested = (levels) => `${'['.repeat(levels)}1${']'.repeat(levels)}`

/** Bodies that read in one way: their name, and how a sender wrote them. */
const bodies = [
  ['a transfer', JSON.stringify(transfer)],
  ['a transfer, spaced out', JSON.stringify(transfer, null, 2)],
  [
    'a transfer with escapes',
    `{"n\\u0061me":"Zo\\u00eb M\\u00fcller","iban":"${iban}","amount":{"value":"1234.50","currency":"\\u0045UR"}}`,
  ],
  ['names by code unit', '{"b":1,"a":2,"C":3,"a1":4,"_":5,"1":6,"10":7,"9":8}'],
  ['short escapes', '{"a":"\\u0008\\u0009\\u000a\\u000c\\u000d\\u0022\\u005c\\/\\u007f\\u2028\\u001f"}'],
  ['characters of two code units', '["\\ud83d\\ude00","😀"]'],
  ['whole numbers', '[0,-1,9007199254740991,-9007199254740991]'],
  ['words', '[true,false,null]'],
  ['eight levels', nested(8)],
  ['nothing in it', ' {} '],
]
const ambiguous = [
  ['a name twice', '{"amount":"1.00","amount":"2.00"}'],
  ['a name twice by an escape', '{"a":1,"\\u0061":2}'],
  ['a name twice by case', '{"amount":"1.00","Amount":"2.00"}'],
  ['a name twice further in', '{"a":[{"b":1,"c":{},"b":2}]}'],
  ['a name that is not ASCII', '{"\\u017ftate":1}'],
  ['a name objects inherit by', '{"__proto__":{}}'],
  ['no name', '{"":1}'],
  ['a fraction', '{"a":1.5}'],
  ['a fraction of zero', '{"a":1.0}'],
  ['an exponent', '{"a":1e3}'],
  ['minus zero', '{"a":-0}'],
  ['2^53', '{"a":9007199254740992}'],
  ['half a surrogate pair', '{"a":"\\ud83d"}'],
  ['a surrogate pair the wrong way round', '{"a":"\\ude00\\ud83d"}'],
  ['a byte order mark', '\ufeff{}'],
  ['nine levels', nested(9)],
  ['two values', '{}{}'],
  ['a comma too many', '{"a":1,}'],
  ['a comment', '{}/**/'],
  ['a line break in a string', '{"a":"\n"}'],
  ['nothing', ''],
]

function bodyCases() {
  return [
    ...bodies.map(([name, text]) => {
      const written = canonical(JSON.parse(text))
      return { kind: 'body', name, text, canonical: written, digest: digest(written), expect: 'ok' }
    }),
    ...ambiguous.map(([name, text]) => ({ kind: 'body', name, text, expect: 'approval_body_refused' })),
  ]
}

const title = 'Confirm the transfer'
const lines = [
  { name: 'amount', label: 'Amount', value: "EUR 1'234.50" },
  { name: 'name', label: 'To', value: 'Zoë Müller' },
  { name: 'iban', label: 'Account', value: 'DE89 3704 0044 0532 0130 00' },
]
const shownOf = (shown) => canonical({ title: shown.title, lines: shown.lines })

function shownCases() {
  const make = (name, change = {}) => {
    const shown = { title, lines, ...change }
    const written = shownOf(shown)
    return { kind: 'shown', name, ...shown, canonical: written, digest: digest(written), expect: 'ok' }
  }
  const [amount, ...others] = lines
  return [
    make('three lines'),
    make('another title', { title: 'Confirm' }),
    make('another amount', { lines: [{ ...amount, value: "EUR 1'234.51" }, ...others] }),
    make('another label', { lines: [{ ...amount, label: 'Fee' }, ...others] }),
    make('another order', { lines: [...others, amount] }),
    make('no lines', { lines: [] }),
  ]
}

const claims = {
  iss: 'https://api.bank.example',
  jti: 'approval-0123456789',
  iat: 1_790_000_000,
  exp: 1_790_000_300,
  sub: 'maria',
  method: 'POST',
  uri: 'https://api.bank.example/transfers',
  body: digest(canonical(transfer)),
  shown: digest(shownOf({ title, lines })),
  acr: 'presence',
  device_key: thumbprint(testKeys.device),
  presence_key: thumbprint(testKeys.session),
}

function challengeCases(sign) {
  const key = testKeys.token
  const header = { alg: 'ES256', typ: 'hf-challenge+jwt', kid: thumbprint(key) }
  const make = (name, { payload = claims, header: given = header, by = key } = {}) => ({
    kind: 'challenge',
    name,
    jws: makeJws(name, given, payload, by, sign),
  })
  const ok = (name, payload) => ({ ...make(name, { payload }), claims: payload, expect: 'ok' })
  const refused = (name, how) => ({ ...make(name, how), expect: 'answer_refused' })
  const { presence_key: _, ...withoutPresence } = claims
  const wrong = {
    jti: 'short',
    iat: 1.5,
    exp: '1790000300',
    body: `${claims.body}A`,
    shown: claims.shown.slice(1),
    acr: 'device',
    device_key: '',
    presence_key: null,
  }
  const good = make('a challenge whose payload was changed')
  const [head, , signature] = good.jws.split('.')
  const payload = Buffer.from(JSON.stringify({ ...claims, body: digest('{}') })).toString('base64url')
  return [
    ok('a challenge', claims),
    ok('a challenge for the passcode, to a device without a presence key', {
      ...withoutPresence,
      acr: 'passcode',
    }),
    ok('a challenge for a passkey', { ...claims, presence_key: digest(cose) }),
    { ...good, jws: `${head}.${payload}.${signature}`, expect: 'answer_refused' },
    ...Object.keys(withoutPresence).map((member) =>
      refused(`a challenge without ${member}`, { payload: { ...claims, [member]: undefined } }),
    ),
    ...Object.entries(wrong).map(([member, value]) =>
      refused(`a challenge with a wrong ${member}`, { payload: { ...claims, [member]: value } }),
    ),
    refused('a challenge with an unknown member', { payload: { ...claims, later: true } }),
    refused('a challenge by another key', { by: testKeys.stranger }),
    refused('a challenge by a key nobody knows', { header: { ...header, kid: 'A'.repeat(43) } }),
    ...foreignHeaders(header, publicJwk(key)).map(([name, given]) =>
      refused(`a challenge with the header: ${name}`, { header: given }),
    ),
  ]
}

export function approvalVectors(existing) {
  const sign = signerFor(existing)
  const challenges = challengeCases(sign)
  const said = statements(challenges)
  return {
    description:
      'What a user approves in canonical JSON, the challenge of the service, and the evidence a device gives.',
    source: ['docs/protocol.md 9', 'RFC 7493', 'RFC 8785', 'RFC 7515', 'WebAuthn section 6'],
    token_key: publicJwk(testKeys.token),
    presence_key: publicJwk(testKeys.session),
    cases: [
      ...bodyCases(),
      ...shownCases(),
      ...challenges,
      ...statementCases(said),
      ...evidenceCases(said, sign),
      ...encodedCases(said, sign),
    ],
  }
}
