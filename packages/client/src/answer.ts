/** Reading answers: what the service signed, and what anybody could have said (docs/protocol.md 3.8). */
import {
  type AnswerAuthor,
  answerKeyId,
  fieldsOf,
  fromUtf8,
  HoldfastError,
  isErrorCode,
  maxSealedBody,
  parseFields,
  parseProblem,
  problemField,
  problemType,
  type CryptoPort,
  type VerifyKey,
  verifyAnswer,
} from '@holdfast/core'
import type { NetworkAnswer, Outgoing } from './ports.ts'

/** Our own answers are small; more than this is not one. */
const maxAnswerBytes = 262_144
const firstBufferBytes = 4096
const maxRetryAfterSeconds = 86_400

/** An answer and how it came. `sealed`: inside the seal of its request, so the service made it for this very request. */
export type Answer = NetworkAnswer & { readonly sealed: boolean }

/** The keys the service statement names. Rejects with `answer_refused` for a name it does not know. */
export type AnswerTrust = { readonly crypto: CryptoPort; keyOf: (kid: string) => Promise<VerifyKey> }

export type Refusal = {
  /** What the answer says; null when that is no code of ours. */
  readonly error: HoldfastError | null
  /** True when the service signed it as the answer to this very request, or answered inside the seal. */
  readonly verified: boolean
}

/** The first value of a field, by its name in lower case. */
export function fieldOf(answer: NetworkAnswer, name: string): string | undefined {
  for (let i = 0; i + 1 < answer.rawFields.length; i += 2) {
    if (answer.rawFields[i]?.toLowerCase() === name) return answer.rawFields[i + 1]
  }
  return undefined
}

export function isRefusal(answer: NetworkAnswer): boolean {
  return fieldOf(answer, problemField) !== undefined
}

/** Bytes as a body. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller): void {
      if (bytes.length > 0) controller.enqueue(bytes)
      controller.close()
    },
  })
}

/**
 * The whole body. Rejects with `answer_refused` when it is longer than `limit` octets, with `network_unreachable` when it
 * breaks off.
 */
export async function readWhole(answer: NetworkAnswer, limit: number = maxAnswerBytes): Promise<Uint8Array> {
  // One buffer that grows: a body may come in very many very small pieces.
  let buffer = new Uint8Array(firstBufferBytes)
  let length = 0
  const reader = answer.body.getReader()
  for (;;) {
    const chunk = await reader.read().catch((cause: unknown) => {
      throw new HoldfastError('network_unreachable', { cause })
    })
    if (chunk.done) return buffer.slice(0, length)
    const needed = length + chunk.value.length
    if (needed > limit) {
      await reader.cancel().catch(() => undefined)
      throw new HoldfastError('answer_refused')
    }
    if (needed > buffer.length) {
      const wider = new Uint8Array(Math.max(needed, 2 * buffer.length))
      wider.set(buffer)
      buffer = wider
    }
    buffer.set(chunk.value, length)
    length = needed
  }
}

type Received = { readonly answer: NetworkAnswer; readonly body: Uint8Array; readonly author: AnswerAuthor }

/**
 * The body, once it is proven that the service signed this status, type and body for this request as words of this author; else
 * `answer_refused`.
 */
async function verifiedBody(
  { answer, body, author }: Received,
  sent: Outgoing,
  trust: AnswerTrust,
): Promise<Uint8Array> {
  const fields = answerFields(answer)
  const kid = answerKeyId(fields, author)
  const request = { method: sent.method, targetUri: sent.url, fields: fieldsOf(sent.fields) }
  if (kid === null || !request.fields.has('signature')) throw new HoldfastError('answer_refused')
  const key = await trust.keyOf(kid)
  const received = { author, status: answer.status, fields, body }
  return (await verifyAnswer(received, request, key, trust.crypto)).body
}

const proving: ReadonlySet<string> = new Set([
  'content-type',
  'content-digest',
  'signature-input',
  'signature',
])

/** The fields that say who made an answer. What else a backend may have put into it is not looked at. */
function answerFields({ rawFields }: NetworkAnswer): ReturnType<typeof parseFields> {
  try {
    return parseFields(
      rawFields.filter((_, i) => proving.has((rawFields[i - (i % 2)] as string).toLowerCase())),
    )
  } catch (cause) {
    throw new HoldfastError('answer_refused', { cause })
  }
}

/**
 * What the signature of an answer of the backend covers, for this request: status, content type and the whole body. Other
 * fields could be anybody's and are left out. Rejects with `answer_refused`, for the service's own words too: they are no data.
 */
export async function readSignedWhole(
  answer: NetworkAnswer,
  sent: Outgoing,
  trust: AnswerTrust,
): Promise<NetworkAnswer> {
  const whole = await readWhole(answer, maxSealedBody)
  const body = await verifiedBody({ answer, body: whole, author: 'backend' }, sent, trust)
  const type = fieldOf(answer, 'content-type') as string
  return { status: answer.status, rawFields: ['content-type', type], body: streamOf(body) }
}

/** The JSON of a 200 of the service itself; anything else is `answer_refused`. */
export async function readSigned(
  answer: NetworkAnswer,
  sent: Outgoing,
  trust: AnswerTrust,
): Promise<unknown> {
  const whole = await readWhole(answer)
  const body = await verifiedBody({ answer, body: whole, author: 'service' }, sent, trust)
  if (answer.status !== 200) throw new HoldfastError('answer_refused')
  return parseJson(fromUtf8(body))
}

/** The text of a 200 that is its own proof (a JWS) or that nothing depends on. */
export async function readText(answer: NetworkAnswer): Promise<string> {
  const body = await readWhole(answer)
  if (answer.status !== 200) throw new HoldfastError('answer_refused')
  try {
    return fromUtf8(body)
  } catch (cause) {
    throw new HoldfastError('answer_refused', { cause })
  }
}

/** Throws `answer_refused`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HoldfastError('answer_refused', { cause })
  }
}

/** Seconds, or undefined. The field is not signed: it can make a client wait, so the caller caps it. */
function retryAfter(answer: NetworkAnswer): number | undefined {
  const value = fieldOf(answer, 'retry-after')
  if (value === undefined || !/^\d{1,5}$/.test(value)) return undefined
  return Math.min(Number(value), maxRetryAfterSeconds)
}

/** Whether an answer has the form of a refusal: no answer of another form is one, whoever signed it. */
function isProblem(answer: NetworkAnswer): boolean {
  return answer.status >= 400 && fieldOf(answer, 'content-type') === problemType
}

/** The problem a refusal tells of, once it is proven that the service said so; else null. */
async function provenProblem(
  answer: Answer,
  sent: Outgoing,
  trust: AnswerTrust,
  wait: { readonly retryAfter?: number },
): Promise<HoldfastError | null> {
  try {
    const body = await readWhole(answer)
    if (!isProblem(answer)) return null
    const proven = answer.sealed ? body : await verifiedBody({ answer, body, author: 'service' }, sent, trust)
    return parseProblem(fromUtf8(proven), wait)
  } catch (error) {
    // Whatever keeps an answer from being proven leaves it unproven.
    if (!(error instanceof HoldfastError || error instanceof TypeError)) throw error
    return null
  }
}

/**
 * What a refusal says and whether the service said it. The code of a signed one is the one in its body: the field
 * `Holdfast-Error` is not covered by the signature and only marks the answer. Inside a seal the field is as good, and all
 * there is in the answer to a HEAD.
 */
export async function readRefusal(answer: Answer, sent: Outgoing, trust: AnswerTrust): Promise<Refusal> {
  const after = retryAfter(answer)
  const wait = after === undefined ? {} : { retryAfter: after }
  const problem = await provenProblem(answer, sent, trust, wait)
  if (problem !== null) return { error: problem, verified: true }
  const reported = fieldOf(answer, problemField)
  if (!isErrorCode(reported)) return { error: null, verified: false }
  return { error: new HoldfastError(reported, wait), verified: answer.sealed }
}
