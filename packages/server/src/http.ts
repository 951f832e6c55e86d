/** Failure into HTTP, and HTTP into calls: nothing above this file knows a status, nothing below a feature. */
import { randomBytes } from 'node:crypto'
import {
  type ErrorCode,
  HoldfastError,
  problemField,
  problemOf,
  problemType,
  signAnswer,
  tokenScheme,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { messageOf, wasSigned } from './signature.ts'

/** An answer Holdfast makes itself, ready to be written. */
export type OwnAnswer = {
  readonly status: number
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array
  /** For log and metrics: why, when it is a refusal. Never sent. */
  readonly refusal?: { readonly code: ErrorCode; readonly reference: string; readonly cause: unknown }
}

/** A code without a status does not compile. */
export const statuses: Readonly<Record<ErrorCode, number>> = {
  bad_request: 400,
  ambiguous_request: 400,
  method_refused: 405,
  upgrade_refused: 501,
  body_refused: 400,
  body_too_large: 413,
  header_too_large: 431,
  content_encoding_refused: 415,
  request_timeout: 408,
  not_found: 404,
  rate_limited: 429,
  signature_missing: 401,
  signature_invalid: 401,
  signature_expired: 401,
  replayed: 401,
  nonce_store_restarted: 503,
  clock_stepped_back: 503,
  digest_mismatch: 400,
  token_missing: 401,
  token_invalid: 401,
  token_expired: 401,
  device_key_required: 403,
  device_revoked: 403,
  session_ended: 401,
  idempotency_key_missing: 400,
  idempotency_key_reused: 422,
  request_in_progress: 409,
  request_already_executed: 409,
  outcome_unknown: 409,
  sealed_required: 403,
  stale_sealing_key: 409,
  sealed_request_refused: 400,
  sealed_body_too_large: 413,
  answer_too_large: 502,
  certificate_required: 403,
  certificate_refused: 403,
  activation_refused: 403,
  enrolment_refused: 403,
  one_time_text_refused: 403,
  device_limit: 409,
  outbox_unavailable: 503,
  grant_refused: 400,
  insufficient_user_authentication: 401,
  passcode_not_set: 409,
  passcode_refused: 403,
  passcode_locked: 429,
  passcode_blocked: 403,
  presence_refused: 403,
  presence_unknown: 409,
  share_gone: 410,
  share_unavailable: 503,
  clone_suspected: 403,
  identity_proof_required: 403,
  approval_required: 403,
  approval_body_refused: 400,
  approval_refused: 403,
  approval_expired: 403,
  approval_held: 403,
  transfer_refused: 403,
  second_operator_required: 409,
  hold_decided: 409,
  operator_required: 401,
  operator_exists: 409,
  upstream_unreachable: 502,
  upstream_timeout: 504,
  upstream_invalid: 502,
  store_unavailable: 503,
  overloaded: 503,
  internal_error: 500,
  // The client's own words; a server that says one of them has failed.
  statement_refused: 500,
  answer_refused: 500,
  network_unreachable: 500,
  unverified_refusal: 500,
  server_key_refused: 500,
  sealing_unavailable: 500,
  reply_refused: 500,
  not_enrolled: 500,
  already_enrolled: 500,
  activation_code_malformed: 400,
  key_missing: 500,
  key_unavailable: 500,
  state_unavailable: 500,
  locked: 500,
  approval_declined: 500,
  passcode_weak: 500,
  passcode_unsupported: 500,
  presence_failed: 500,
  presence_unsupported: 500,
  vault_unavailable: 500,
  vault_rolled_back: 500,
  vault_damaged: 500,
  storage_full: 500,
  storage_evicted: 500,
  offline_refused: 500,
}

/** On every answer of our own. */
export const always: ReadonlyArray<readonly [string, string]> = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
]

/** RFC 6797: browsers that heard it once never try the origin in the clear. */
const strictTransport = ['strict-transport-security', 'max-age=31536000'] as const

export type AnswerInput = {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
  readonly fields?: ReadonlyArray<readonly [string, string]>
}

/** Signs the answer when the request's signature was verified (docs/protocol.md 3.8). */
export async function ownAnswer(
  input: AnswerInput,
  head: RequestHead | null,
  deployment: Deployment,
): Promise<OwnAnswer> {
  const { status, contentType, body } = input
  const secure = deployment.origin.startsWith('https:') ? [strictTransport] : []
  const fields = [['content-type', contentType] as const, ...always, ...secure, ...(input.fields ?? [])]
  if (head === null || !wasSigned(head)) return { status, fields, body }
  const { kid, privateKey } = deployment.keys.token()
  // Wall clock as it is: a refusal because of the clock must still be answerable.
  const created = Math.floor(Date.now() / 1000)
  const request = messageOf(head, deployment.origin)
  const signed = await signAnswer(
    { author: 'service', status, contentType, body, request, created, key: privateKey, kid },
    nodeCrypto,
  )
  return { status, fields: [...fields, ...Object.entries(signed)], body }
}

export function jsonAnswer(
  json: unknown,
  head: RequestHead | null,
  deployment: Deployment,
): Promise<OwnAnswer> {
  return ownAnswer(
    { status: 200, contentType: 'application/json', body: utf8(JSON.stringify(json)) },
    head,
    deployment,
  )
}

/** RFC 9110 section 11.6.1; a step-up says what would do (RFC 9470 section 3). */
function authenticateOf({ code, demand }: HoldfastError): string {
  if (code === 'operator_required') return 'Basic realm="holdfast"'
  if (demand === undefined) return tokenScheme
  const age = demand.maxAge === undefined ? '' : `, max_age="${demand.maxAge}"`
  return `${tokenScheme} error="${code}", acr_values="${demand.acr}"${age}`
}

/** The problem answer of any failure (RFC 9457). What is not a HoldfastError stays inside. */
export async function problemAnswer(
  failure: unknown,
  head: RequestHead | null,
  deployment: Deployment,
): Promise<OwnAnswer> {
  const known = failure instanceof HoldfastError
  const code = known ? failure.code : 'internal_error'
  const reference = (known ? failure.reference : undefined) ?? randomBytes(9).toString('base64url')
  const { retryAfter, demand, approval, approvalId, reasons } = known ? failure : {}
  const error = new HoldfastError(code, {
    reference,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(demand === undefined ? {} : { demand }),
    ...(approval === undefined ? {} : { approval }),
    ...(approvalId === undefined ? {} : { approvalId }),
    ...(reasons === undefined ? {} : { reasons }),
  })
  const status = statuses[code]
  const fields: Array<readonly [string, string]> = [[problemField, code]]
  if (retryAfter !== undefined) fields.push(['retry-after', String(retryAfter)])
  if (status === 401) fields.push(['www-authenticate', authenticateOf(error)])
  const body = utf8(JSON.stringify(problemOf(error, status)))
  const input = { status, contentType: problemType, body, fields }
  const answer = await ownAnswer(input, head, deployment).catch((unsignable: unknown) => {
    if (head === null) throw unsignable
    return null
  })
  // The token key is away, too: nobody would believe what was to be said without its signature.
  if (answer === null)
    return problemAnswer(new HoldfastError('store_unavailable', { cause: failure }), null, deployment)
  return { ...answer, refusal: { code, reference, cause: known ? failure.cause : failure } }
}
