/**
 * Signed answers: RFC 9421 with `;req`, so that an answer fits one request only (docs/protocol.md 3.8).
 * Holdfast signs every answer it makes itself to a request whose signature it verified; only these may change what a client
 * believes about itself. What it signs for a backend has another tag, so that neither is ever taken for the other.
 */
import { fromBase64, toBase64, utf8 } from './bytes.ts'
import type { CryptoPort, PrivateKey, VerifyKey } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'
import type { Fields } from './fields.ts'
import { contentDigest, type RequestMessage, signatureAlgorithm, signatureLabel } from './request.ts'

/** Whose words an answer has: those of Holdfast itself, or those of the backend, which Holdfast only vouches for. */
export type AnswerAuthor = 'service' | 'backend'

export const answerTags: Readonly<Record<AnswerAuthor, string>> = {
  service: 'holdfast-answer',
  backend: 'holdfast-relayed-answer',
}

const components = '"@status" "content-type" "content-digest" "@method";req "@target-uri";req "signature";req'

/** The request as it was sent: its fields include Signature. */
export type AnsweredRequest = RequestMessage
export type AnswerMessage = {
  readonly status: number
  readonly contentType: string
  readonly contentDigest: string
}

function answerBase(answer: AnswerMessage, request: AnsweredRequest, parameters: string): Uint8Array {
  const signature = request.fields.get('signature')
  if (signature === undefined) throw new TypeError('the request carries no signature')
  return utf8(
    `"@status": ${answer.status}\n"content-type": ${answer.contentType}\n"content-digest": ${answer.contentDigest}\n` +
      `"@method";req: ${request.method}\n"@target-uri";req: ${request.targetUri}\n"signature";req: ${signature}\n` +
      `"@signature-params": ${parameters}`,
  )
}

export type SignAnswerInput = {
  readonly author: AnswerAuthor
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
  readonly request: AnsweredRequest
  /** Seconds since 1970. */
  readonly created: number
  /** The token key and its `kid` in the service statement. */
  readonly key: PrivateKey
  readonly kid: string
}

/** The three fields to add to the answer. */
export async function signAnswer(
  input: SignAnswerInput,
  crypto: CryptoPort,
): Promise<{ 'content-digest': string; 'signature-input': string; signature: string }> {
  const digest = await contentDigest(input.body, crypto)
  const parameters = `(${components});created=${input.created};keyid="${input.kid}";alg="${signatureAlgorithm}";tag="${answerTags[input.author]}"`
  const message = { status: input.status, contentType: input.contentType, contentDigest: digest }
  const signature = await crypto.sign(input.key, answerBase(message, input.request, parameters))
  return {
    'content-digest': digest,
    'signature-input': `${signatureLabel}=${parameters}`,
    signature: `${signatureLabel}=:${toBase64(signature)}:`,
  }
}

const parametersPattern = new RegExp(
  `^hf=(\\(${components.replace(/[()]/g, '\\$&')}\\);created=(0|[1-9]\\d{0,9});keyid="([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])";alg="${signatureAlgorithm}";tag="([a-z-]+)")$`,
)
const signaturePattern = /^hf=:([A-Za-z0-9+/]{85}[AQgw]==):$/

type Parameters = { readonly text: string; readonly created: number; readonly kid: string }

/** Null unless the one signature is of ours, for an answer of this author. */
function parametersOf(fields: Fields, author: AnswerAuthor): Parameters | null {
  const [, text, created, kid, tag] = parametersPattern.exec(fields.get('signature-input') ?? '') ?? []
  if (text === undefined || kid === undefined || tag !== answerTags[author]) return null
  return { text, created: Number(created), kid }
}

/** The `kid` a signed answer names, or null when the answer carries no signature of ours for this author. */
export function answerKeyId(fields: Fields, author: AnswerAuthor): string | null {
  return parametersOf(fields, author)?.kid ?? null
}

declare const verified: unique symbol
/** Only {@link verifyAnswer} makes one. */
export type VerifiedAnswer = {
  readonly [verified]: true
  readonly status: number
  readonly body: Uint8Array
  /** Seconds since 1970 by the server's clock. */
  readonly created: number
}

export type ReceivedAnswer = {
  /** Who has to have made it. */
  readonly author: AnswerAuthor
  readonly status: number
  readonly fields: Fields
  readonly body: Uint8Array
}

/** Throws `answer_refused` unless the service signed exactly this answer, as this author's, to exactly this request. */
export async function verifyAnswer(
  answer: ReceivedAnswer,
  request: AnsweredRequest,
  key: VerifyKey,
  crypto: CryptoPort,
): Promise<VerifiedAnswer> {
  const parameters = parametersOf(answer.fields, answer.author)
  const signature = signaturePattern.exec(answer.fields.get('signature') ?? '')
  const contentType = answer.fields.get('content-type')
  const digest = await contentDigest(answer.body, crypto)
  if (
    parameters === null ||
    signature === null ||
    contentType === undefined ||
    answer.fields.get('content-digest') !== digest
  ) {
    throw new HoldfastError('answer_refused')
  }
  const base = answerBase(
    { status: answer.status, contentType, contentDigest: digest },
    request,
    parameters.text,
  )
  if (!(await crypto.verify(key, base, fromBase64(signature[1] as string))))
    throw new HoldfastError('answer_refused')
  return { status: answer.status, body: answer.body, created: parameters.created } as VerifiedAnswer
}
