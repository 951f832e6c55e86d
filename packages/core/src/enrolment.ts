/** The messages of enrolment (docs/protocol.md 4) and the transcript both ends prove. */
import { encode } from 'cborg'
import * as v from 'valibot'
import { base64url32, fromBase64url, toBase64url } from './bytes.ts'
import { checkWords } from './check-words.ts'
import type { CryptoPort, PrivateKey, VerifyKey } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'
import { type PublicJwk, parsePublicJwk } from './jwk.ts'
import { decodeJws, signJws, verifyJws } from './jws.ts'

const codeId = v.pipe(v.string(), v.regex(/^[0-9A-HJKMNP-TV-Z]{8}$/))
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const opaque = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,128}$/))
const publicJwk = v.pipe(
  v.unknown(),
  v.transform((value): PublicJwk => parsePublicJwk(value)),
)
/** What the device calls itself: one line people can read; it never enters a text message. */
const name = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(64),
  v.regex(/^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u),
)

/** Body of `POST /holdfast/enrolments`, signed by the device key in it. */
export type EnrolmentRequest = {
  code_id: string
  device_key: PublicJwk
  challenge: string
  platform: 'web' | 'node' | 'android' | 'ios' | 'testing'
  name: string
  /** HMAC-SHA-256 over the transcript under the proof key. */
  proof: string
}
const requestSchema: v.GenericSchema<unknown, EnrolmentRequest> = v.strictObject({
  code_id: codeId,
  device_key: publicJwk,
  challenge: opaque,
  platform: v.picklist(['web', 'node', 'android', 'ios', 'testing']),
  name,
  proof: v.pipe(v.string(), v.regex(base64url32)),
})
/** Body of `POST /holdfast/enrolments/{id}/confirm`, signed by the device key. */
export type EnrolmentConfirmation = { one_time_text: string }
const confirmSchema: v.GenericSchema<unknown, EnrolmentConfirmation> = v.strictObject({
  one_time_text: v.pipe(v.string(), v.regex(/^[0-9]{6}$/)),
})

function parse<Value>(schema: v.GenericSchema<unknown, Value>, value: unknown): Value {
  try {
    return v.parse(schema, value)
  } catch (cause) {
    throw cause instanceof HoldfastError ? cause : new HoldfastError('bad_request', { cause })
  }
}

export function parseEnrolmentRequest(value: unknown): EnrolmentRequest {
  return parse(requestSchema, value)
}
export function parseEnrolmentConfirmation(value: unknown): EnrolmentConfirmation {
  return parse(confirmSchema, value)
}

export type EnrolmentTranscript = {
  readonly deviceKey: string
  /** Thumbprint of the service key whose statement the phone accepted. */
  readonly serviceKey: string
  readonly issuer: string
  readonly challenge: string
  readonly platform: string
  readonly name: string
}

/** Deterministic CBOR (RFC 8949 section 4.2): an array of seven text strings. */
export function encodeTranscript(transcript: EnrolmentTranscript): Uint8Array {
  const { deviceKey, serviceKey, issuer, challenge, platform, name: deviceName } = transcript
  return encode(['holdfast enrolment v1', deviceKey, serviceKey, issuer, challenge, platform, deviceName])
}

/** HMAC over the transcript: whoever ends TLS between phone and server can neither make it nor move it to another key. */
export async function activationProof(
  proofKey: Uint8Array,
  transcript: EnrolmentTranscript,
  crypto: CryptoPort,
): Promise<string> {
  return toBase64url(await crypto.hmacSha256(proofKey, encodeTranscript(transcript)))
}

export async function transcriptHash(transcript: EnrolmentTranscript, crypto: CryptoPort): Promise<string> {
  return toBase64url(await crypto.sha256(encodeTranscript(transcript)))
}

/** Two words the phone shows and the text message names: another phone's enrolment has others (1 in 65,536). */
export function checkPhrase(hash: string): string {
  const [first, second] = fromBase64url(hash)
  return `${checkWords[first as number]} ${checkWords[second as number]}`
}

/** Payload of the `hf-enrolment+jwt` that answers an enrolment request. */
export type EnrolmentOffer = {
  iss: string
  transcript: string
  enrolment: string
  /** Last digits of where the one-time text went. */
  sent_to: string
  /** Seconds since 1970. */
  exp: number
}
const offerSchema: v.GenericSchema<unknown, EnrolmentOffer> = v.strictObject({
  iss: v.string(),
  transcript: v.string(),
  enrolment: opaque,
  sent_to: v.string(),
  exp: seconds,
})
/** Payload of the `hf-device+jwt` that answers the confirmation: the device is bound. */
export type BoundDevice = {
  iss: string
  transcript: string
  device: string
  user: string
  /** The statement sequence the client starts from. */
  statement: number
}
const boundSchema: v.GenericSchema<unknown, BoundDevice> = v.strictObject({
  iss: v.string(),
  transcript: v.string(),
  device: opaque,
  user: v.string(),
  statement: seconds,
})
type EnrolmentSigner = { readonly kid: string; readonly key: PrivateKey }

export function signOffer(
  offer: EnrolmentOffer,
  signer: EnrolmentSigner,
  crypto: CryptoPort,
): Promise<string> {
  return signJws('hf-enrolment+jwt', { kid: signer.kid }, offer, signer.key, crypto)
}
export function signBound(bound: BoundDevice, signer: EnrolmentSigner, crypto: CryptoPort): Promise<string> {
  return signJws('hf-device+jwt', { kid: signer.kid }, bound, signer.key, crypto)
}

export type EnrolmentAnswerTrust = {
  readonly issuer: string
  readonly transcript: string
  /** The key a `kid` names in the service statement. */
  keyOf(kid: string): Promise<VerifyKey>
}

async function openAnswer<Answer extends { iss: string; transcript: string }>(
  type: 'hf-enrolment+jwt' | 'hf-device+jwt',
  schema: v.GenericSchema<unknown, Answer>,
  jws: string,
  trust: EnrolmentAnswerTrust,
  crypto: CryptoPort,
): Promise<Answer> {
  const decoded = decodeJws(type, jws)
  if (decoded === null || !('kid' in decoded.signer)) throw new HoldfastError('answer_refused')
  const payload = await verifyJws(decoded, await trust.keyOf(decoded.signer.kid), crypto)
  const answer = v.safeParse(schema, payload)
  // The transcript in the answer is ours: nobody exchanged a key or a name on the way.
  if (
    !answer.success ||
    answer.output.iss !== trust.issuer ||
    answer.output.transcript !== trust.transcript
  ) {
    throw new HoldfastError('answer_refused')
  }
  return answer.output
}

/** Throws `answer_refused` unless the service signed it over this very transcript. */
export function openOffer(
  jws: string,
  trust: EnrolmentAnswerTrust,
  crypto: CryptoPort,
): Promise<EnrolmentOffer> {
  return openAnswer('hf-enrolment+jwt', offerSchema, jws, trust, crypto)
}
export function openBound(
  jws: string,
  trust: EnrolmentAnswerTrust,
  crypto: CryptoPort,
): Promise<BoundDevice> {
  return openAnswer('hf-device+jwt', boundSchema, jws, trust, crypto)
}
