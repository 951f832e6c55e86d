/** Cases of docs/protocol.md 9.3 and 9.6: what a statement says of a challenge, evidence made of it, and how a backend gets it. */
import { canonical, digest, sha256 } from './canonical-json.mjs'
import { foreignHeaders, makeJws } from './jws.mjs'
import { publicJwk, testKeys, thumbprint } from './keys.mjs'
import { octetsOf } from './ohttp.mjs'

/** The presence key as a passkey shows it (RFC 9052 section 7). */
export const cose = Buffer.concat([
  Buffer.from('a5010203262001215820', 'hex'),
  Buffer.from(testKeys.session.x, 'base64url'),
  Buffer.from('225820', 'hex'),
  Buffer.from(testKeys.session.y, 'base64url'),
])
const inputOf = (kid, statement) =>
  [{ alg: 'ES256', typ: 'hf-approval+jwt', kid }, statement]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')

/** What each of the first three challenges is answered with. */
export function statements(challenges) {
  const make = (challenge, kid, acr) => {
    const { iss, jti, shown } = challenge.claims
    const statement = { iss, approval: jti, challenge: digest(challenge.jws), shown, acr }
    return { challenge, kid, statement, input: inputOf(kid, statement) }
  }
  const [plain, byPasscode, byPasskey] = challenges
  return {
    key: make(plain, thumbprint(testKeys.session), 'presence'),
    passcode: make(byPasscode, thumbprint(testKeys.device), 'passcode'),
    passkey: make(byPasskey, octetsOf('credential id').toString('base64url'), 'presence'),
  }
}

export function statementCases(said) {
  return Object.entries(said).map(([kind, { challenge, kid, statement, input }]) => ({
    kind: 'statement',
    name: `the statement of evidence: ${kind}`,
    challenge: challenge.jws,
    claims: challenge.claims,
    acr: statement.acr,
    kid,
    statement,
    signing_input: input,
    passkey_challenge: digest(input),
    expect: 'ok',
  }))
}

export function evidenceCases({ key: { kid, statement } }, sign) {
  const header = { alg: 'ES256', typ: 'hf-approval+jwt', kid }
  const make = (
    name,
    expect,
    { payload = statement, header: given = header, by = testKeys.session } = {},
  ) => ({
    kind: 'evidence',
    name,
    jws: makeJws(name, given, payload, by, sign),
    kid,
    statement,
    expect,
  })
  const other = {
    iss: 'https://other.example',
    approval: 'approval-9876543210',
    challenge: digest('another challenge'),
    shown: digest('another text'),
    acr: 'passcode',
  }
  return [
    make('evidence by a presence key', 'ok'),
    ...Object.entries(other).map(([member, value]) =>
      make(`evidence with another ${member}`, 'presence_refused', {
        payload: { ...statement, [member]: value },
      }),
    ),
    ...Object.keys(statement).map((member) =>
      make(`evidence without ${member}`, 'presence_refused', {
        payload: { ...statement, [member]: undefined },
      }),
    ),
    make('evidence with an unknown member', 'presence_refused', { payload: { ...statement, later: true } }),
    make('evidence by another key', 'presence_refused', { by: testKeys.stranger }),
    make('evidence under another name', 'presence_refused', {
      header: { ...header, kid: thumbprint(testKeys.device) },
    }),
    ...foreignHeaders(header, publicJwk(testKeys.session)).map(([name, given]) =>
      make(`evidence with the header: ${name}`, 'presence_refused', { header: given }),
    ),
  ]
}

/** r ‖ s as WebAuthn has it: an ASN.1 sequence of two integers. */
function der(signature) {
  const integer = (octets) => {
    const first = octets.findIndex((octet) => octet !== 0)
    const short = octets.subarray(first)
    const value = short[0] > 127 ? Buffer.concat([Buffer.from([0]), short]) : short
    return Buffer.concat([Buffer.from([2, value.length]), value])
  }
  const both = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))])
  return Buffer.concat([Buffer.from([0x30, both.length]), both])
}

/** Evidence as a backend gets it. */
export function encodedCases(said, sign) {
  const make = (name, evidence, more = {}) => ({
    kind: 'encoded',
    name,
    evidence,
    ...more,
    encoded: Buffer.from(canonical(evidence)).toString('base64url'),
    expect: 'ok',
  })
  const byKey = (kind, key) => {
    const { challenge, input } = said[kind]
    const name = `encoded evidence: ${kind}`
    const evidence = `${input}.${sign(name, key, input).toString('base64url')}`
    return make(name, { kind, challenge: challenge.jws, evidence, jwk: publicJwk(key) })
  }
  const { challenge, input } = said.passkey
  const name = 'encoded evidence: passkey'
  const clientData = JSON.stringify({
    type: 'webauthn.get',
    challenge: digest(input),
    origin: 'https://app.bank.example',
    crossOrigin: false,
  })
  // Of the relying party; present and verified; counted seven times.
  const authenticatorData = Buffer.concat([sha256('bank.example'), Buffer.from([5, 0, 0, 0, 7])])
  const signed = Buffer.concat([authenticatorData, sha256(clientData)])
  const signature = sign(name, testKeys.session, signed)
  const passkey = {
    kind: 'passkey',
    challenge: challenge.jws,
    evidence: input,
    key: cose.toString('base64url'),
    authenticator_data: authenticatorData.toString('base64url'),
    client_data: Buffer.from(clientData).toString('base64url'),
    signature: der(signature).toString('base64url'),
  }
  return [
    byKey('key', testKeys.session),
    byKey('passcode', testKeys.device),
    make(name, passkey, { raw_signature: signature.toString('base64url') }),
  ]
}
