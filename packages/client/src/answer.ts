/** Reading answers: what the service signed, and what anybody could have said (docs/protocol.md 3.8). */
import {
  answerKeyId,
  fieldsOf,
  fromUtf8,
  HoldfastError,
  isErrorCode,
  parseFields,
  parseProblem,
  problemField,
  type CryptoPort,
  type VerifyKey,
  verifyAnswer,
} from '@holdfast/core'
import type { NetworkAnswer, Outgoing } from './ports.ts'

/** Our own answers are small; more than this is not one. */
const maxAnswerBytes = 262_144
const firstBufferBytes = 4096
const maxRetryAfterSeconds = 86_400

/** The keys the service statement names. Rejects with `answer_refused` for a name it does not know. */
export type AnswerTrust = { readonly crypto: CryptoPort; keyOf: (kid: string) => Promise<VerifyKey> }

export type Refusal = {
  /** What the answer says; null when that is no code of ours. */
  readonly error: HoldfastError | null
  /** True when the service signed it as the answer to this very request. */
  readonly verified: boolean
}

function rawField(answer: NetworkAnswer, name: string): string | undefined {
  for (let i = 0; i + 1 < answer.rawFields.length; i += 2) {
    if (answer.rawFields[i]?.toLowerCase() === name) return answer.rawFields[i + 1]
  }
  return undefined
}

export function isRefusal(answer: NetworkAnswer): boolean {
  return rawField(answer, problemField) !== undefined
}

/** The whole body. Rejects with `answer_refused` when it is too long, with `network_unreachable` when it breaks off. */
export async function readWhole(answer: NetworkAnswer): Promise<Uint8Array> {
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
    if (needed > maxAnswerBytes) {
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

/** The body, once it is proven that the service signed this status and body for this request; else `answer_refused`. */
async function verifiedBody(
  answer: NetworkAnswer,
  sent: Outgoing,
  body: Uint8Array,
  trust: AnswerTrust,
): Promise<Uint8Array> {
  const fields = answerFields(answer)
  const kid = answerKeyId(fields)
  const request = { method: sent.method, targetUri: sent.url, fields: fieldsOf(sent.fields) }
  if (kid === null || !request.fields.has('signature')) throw new HoldfastError('answer_refused')
  const key = await trust.keyOf(kid)
  return (await verifyAnswer({ status: answer.status, fields, body }, request, key, trust.crypto)).body
}

function answerFields(answer: NetworkAnswer): ReturnType<typeof parseFields> {
  try {
    return parseFields(answer.rawFields)
  } catch (cause) {
    throw new HoldfastError('answer_refused', { cause })
  }
}

/** The JSON of a signed 200; anything else is `answer_refused`. */
export async function readSigned(
  answer: NetworkAnswer,
  sent: Outgoing,
  trust: AnswerTrust,
): Promise<unknown> {
  const body = await verifiedBody(answer, sent, await readWhole(answer), trust)
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
  const value = rawField(answer, 'retry-after')
  if (value === undefined || !/^\d{1,5}$/.test(value)) return undefined
  return Math.min(Number(value), maxRetryAfterSeconds)
}

/**
 * What a refusal says and whether the service said it. The code of a verified one is the one in its signed body: the
 * field `Holdfast-Error` is not covered by the signature and only marks the answer.
 */
export async function readRefusal(
  answer: NetworkAnswer,
  sent: Outgoing,
  trust: AnswerTrust,
): Promise<Refusal> {
  const after = retryAfter(answer)
  const wait = after === undefined ? {} : { retryAfter: after }
  try {
    const body = await readWhole(answer)
    const problem = parseProblem(fromUtf8(await verifiedBody(answer, sent, body, trust)))
    if (problem !== null) {
      const { code, reference } = problem
      const named = reference === undefined ? wait : { ...wait, reference }
      return { error: new HoldfastError(code, named), verified: true }
    }
  } catch (error) {
    // Whatever keeps an answer from being proven leaves it unproven.
    if (!(error instanceof HoldfastError || error instanceof TypeError)) throw error
  }
  const reported = rawField(answer, problemField)
  return { error: isErrorCode(reported) ? new HoldfastError(reported, wait) : null, verified: false }
}
