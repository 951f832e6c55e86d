/** Making signed requests (docs/protocol.md 3), and sending the same one until it is answered (4.5). */
import {
  contentDigest,
  createdWindow,
  type ErrorCode,
  fieldsOf,
  HoldfastError,
  parseRequestSignature,
  type SigningKey,
  signRequest,
  utf8,
} from '@holdfast/core'
import { converse } from './exchange.ts'
import { type Answer, readSigned } from './answer.ts'
import type { Keystore, Outgoing } from './ports.ts'
import type { DeviceKeyName } from './state.ts'
import type { Service } from './statement.ts'

/** A request before it is signed. */
export type Draft = Outgoing & {
  /** The route's further covered fields. */
  readonly routeFields?: readonly string[]
}

/** A key in its keystore as a signer. What is not a clear `key_missing` or `locked` counts as `key_unavailable`. */
export function deviceSigner(
  { keystore }: { readonly keystore: Pick<Keystore, 'sign'> },
  key: DeviceKeyName,
): SigningKey {
  return {
    thumbprint: key.thumbprint,
    async sign(data: Uint8Array): Promise<Uint8Array> {
      try {
        return await keystore.sign(key.label, data)
      } catch (cause) {
        throw keyError(cause)
      }
    },
  }
}

export function keyError(cause: unknown): HoldfastError {
  const clear = cause instanceof HoldfastError && (cause.code === 'key_missing' || cause.code === 'locked')
  return clear ? cause : new HoldfastError('key_unavailable', { cause })
}

const signatureFields: ReadonlySet<string> = new Set(['content-digest', 'signature-input', 'signature'])

/** The draft with its digest and a new signature; one it had before is replaced. */
export async function sign(service: Service, draft: Draft, key: SigningKey): Promise<Outgoing> {
  const { crypto } = service.platform
  const { method, url, body, routeFields = [] } = draft
  const kept = draft.fields.filter(([name]) => !signatureFields.has(name))
  const digested = [...kept, ['content-digest', await contentDigest(body, crypto)] as const]
  const message = { method, targetUri: url, fields: fieldsOf(digested) }
  const created = Math.floor(service.now() / 1000)
  const signed = await signRequest({ message, routeFields, created, key }, crypto)
  return { method, url, fields: [...digested, ...Object.entries(signed)], body }
}

export type RepeatableCall<Result> = {
  /** Signed already: these bytes may have been sent before. */
  readonly request: Outgoing
  readonly key: SigningKey
  /** Keeps a request before it is sent. */
  readonly store: (request: Outgoing) => Promise<void>
  readonly accept: (answer: Answer, sent: Outgoing) => Promise<Result>
  readonly refused?: (code: ErrorCode) => Promise<void>
}

/** Whether the service, whose clock was just asked, can no longer take this signature. */
function hasExpired(request: Outgoing, service: Service): boolean {
  const { created } = parseRequestSignature(fieldsOf(request.fields)).parameters
  const age = service.now() / 1000 - created
  return age > createdWindow.past || age < -createdWindow.future
}

/**
 * Sends a call of sections 4 and 5 of the protocol: the very same bytes each time, since the service answers a repeat as it
 * answered the first. A new signature is made only when the service certainly took none: its signed clock says that this
 * one is out of its window, or it says so itself that it cannot judge signatures this old.
 */
export async function sendRepeatable<Result>(
  service: Service,
  call: RepeatableCall<Result>,
): Promise<Result> {
  let { request } = call
  let repeats = 0
  return converse(service, {
    prepare: async () => request,
    accept: call.accept,
    repeatable: true,
    async again(code: ErrorCode, verified: boolean): Promise<void> {
      const expired = code === 'signature_expired' && hasExpired(request, service)
      const unjudged = verified && (code === 'nonce_store_restarted' || code === 'clock_stepped_back')
      // Known to the service and not answered twice running: its answer was a refusal, and those are not kept.
      const unanswered = verified && code === 'replayed' && ++repeats > 1
      if (!expired && !unjudged && !unanswered) return
      request = await sign(service, request, call.key)
      await call.store(request)
    },
    ...(call.refused === undefined ? {} : { refused: call.refused }),
  })
}

/** A draft of an own call with a JSON body. */
export function jsonDraft(url: string, value: unknown): Draft {
  return {
    method: 'POST',
    url,
    fields: [['content-type', 'application/json']],
    body: utf8(JSON.stringify(value)),
  }
}

/** An own call without a token: its answer is JSON the service signed. */
export async function postRepeatable(
  service: Service,
  url: string,
  value: unknown,
  key: SigningKey,
): Promise<unknown> {
  return sendRepeatable(service, {
    request: await sign(service, jsonDraft(url, value), key),
    key,
    store: async () => undefined,
    accept: (answer, sent) => readSigned(answer, sent, service.trust),
  })
}
