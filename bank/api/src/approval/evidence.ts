/**
 * What a customer approved, verified again here (docs/protocol.md 9.6): the gateway says so, and proves it. The check is that of
 * examples/node-accounts/approval.mjs.
 */
import * as v from 'valibot'
import { Refusal } from '../refusal.ts'
import { digest, jwkForm, type Jwk, readJson, readJws, thumbprint } from './jws.ts'
import { isAsserted, type Pages } from './passkey.ts'

export type Approved = {
  readonly method: string
  /** Public origin and path. */
  readonly uri: string
  readonly user: string
  readonly body: Uint8Array
}

export type Trust = {
  readonly issuer: string
  readonly pages: Pages
  /** The token keys of the service by their names. */
  readonly tokenKeys: ReadonlyMap<string, Jwk>
}

const jws = v.pipe(v.string(), v.maxLength(8192))
const short = v.pipe(v.string(), v.maxLength(4096))
const evidenceForm = v.variant('kind', [
  v.strictObject({ kind: v.literal('key'), challenge: jws, evidence: jws, jwk: jwkForm }),
  v.strictObject({ kind: v.literal('passcode'), challenge: jws, evidence: jws, jwk: jwkForm }),
  v.strictObject({
    kind: v.literal('passkey'),
    challenge: jws,
    evidence: jws,
    key: short,
    authenticator_data: short,
    client_data: short,
    signature: short,
  }),
])
type Evidence = v.InferOutput<typeof evidenceForm>

const acr = v.picklist(['presence', 'passcode'])
const challengeForm = v.strictObject({
  iss: v.string(),
  jti: v.string(),
  iat: v.number(),
  exp: v.number(),
  sub: v.string(),
  method: v.string(),
  uri: v.string(),
  body: v.string(),
  shown: v.string(),
  acr,
  device_key: v.string(),
  presence_key: v.exactOptional(v.string()),
})
type Challenge = v.InferOutput<typeof challengeForm>
const statementForm = v.strictObject({
  iss: v.string(),
  approval: v.string(),
  challenge: v.string(),
  shown: v.string(),
  acr,
})

function parse<Value>(form: v.GenericSchema<unknown, Value>, value: unknown): Value {
  const { success, output } = v.safeParse(form, value)
  if (!success) throw new Refusal('approval_refused')
  return output
}

/** The name of the key the evidence asks for, before anything is believed; undefined when it cannot be read. */
export function askedKeyOf(field: string): string | undefined {
  return readJws(parse(evidenceForm, readJson(field)).challenge, 'hf-challenge+jwt').kid
}

/** Throws `approval_refused` unless this field proves that the customer approved this very request. */
export function checkEvidence(field: string, approved: Approved, trust: Trust): void {
  const evidence = parse(evidenceForm, readJson(field))
  const challenge = readJws(evidence.challenge, 'hf-challenge+jwt')
  const key = trust.tokenKeys.get(challenge.kid ?? '')
  if (key === undefined || !challenge.isSignedBy(key)) throw new Refusal('approval_refused')
  const asked = parse(challengeForm, challenge.payload)
  const { method, uri, user, body } = approved
  const same =
    asked.iss === trust.issuer &&
    asked.method === method &&
    asked.uri === uri &&
    asked.sub === user &&
    asked.body === digest(body)
  if (!same || !isProven(evidence, asked, trust.pages)) throw new Refusal('approval_refused')
}

function isProven(evidence: Evidence, asked: Challenge, pages: Pages): boolean {
  // Of a passkey there is the signing input alone: what it signs is its digest.
  const text = evidence.kind === 'passkey' ? `${evidence.evidence}.` : evidence.evidence
  const signed = readJws(text, 'hf-approval+jwt')
  const said = parse(statementForm, signed.payload)
  const same =
    said.iss === asked.iss &&
    said.approval === asked.jti &&
    said.shown === asked.shown &&
    said.challenge === digest(evidence.challenge) &&
    (said.acr === 'passcode' || asked.acr === 'presence') &&
    (said.acr === 'passcode') === (evidence.kind === 'passcode')
  if (!same) return false
  if (evidence.kind === 'passkey')
    return (
      digest(Buffer.from(evidence.key, 'base64url')) === asked.presence_key &&
      isAsserted(evidence, evidence.evidence, pages)
    )
  const name = thumbprint(evidence.jwk)
  const expected = evidence.kind === 'passcode' ? asked.device_key : asked.presence_key
  return name === expected && signed.kid === name && signed.isSignedBy(evidence.jwk)
}
