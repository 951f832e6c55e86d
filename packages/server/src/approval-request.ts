/** A request to a route with a form, once it is read: what it asks for, and what names it (docs/protocol.md 9.1, 9.2). */
import { type ApprovalChallenge, fromUtf8, HoldfastError, shownDigest, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type ApprovalForm, type FilledForm, readForm } from './approval-form.ts'
import type { Deployment } from './deployment.ts'
import { isJson } from './own-call.ts'
import type { VerifiedRequest } from './request.ts'

export type ApprovalRequest = {
  readonly verified: VerifiedRequest
  readonly form: ApprovalForm
  readonly filled: FilledForm
  /** Keyed digest of method, target, Idempotency-Key, canonical body and reply key: an approval is for this one request. */
  readonly digest: string
}

/** Throws `approval_body_refused`. */
export function readRequest(
  verified: VerifiedRequest,
  form: ApprovalForm,
  { body, keys }: { readonly body: Uint8Array } & Pick<Deployment, 'keys'>,
): ApprovalRequest {
  const { method, target, fields } = verified.head
  // A query would reach the backend without having been shown.
  if (target.raw.includes('?') || !isJson(verified.head)) throw new HoldfastError('approval_body_refused')
  const filled = readForm(form, body)
  const key = fields.get('idempotency-key')
  if (key === undefined) throw new HoldfastError('idempotency_key_missing')
  const named = JSON.stringify([method, target.raw, key, fromUtf8(filled.body)])
  // Who changed it would have the secret of an approved request encrypted to himself (8.7).
  const replyKey = fields.get('holdfast-reply-key') ?? ''
  return { verified, form, filled, digest: keys.digest('approval', JSON.stringify([named, replyKey])) }
}

export type RequestClaims = Pick<
  ApprovalChallenge,
  'iss' | 'sub' | 'method' | 'uri' | 'body' | 'shown' | 'device_key'
>

/** What a challenge says of the request: made anew whenever it is compared, from what is to be carried out. */
export async function requestClaims(
  { verified: { head, device }, filled }: ApprovalRequest,
  { origin }: Deployment,
): Promise<RequestClaims> {
  const { title, lines, body } = filled
  return {
    iss: origin,
    sub: device.user,
    method: head.method,
    uri: origin + head.target.raw,
    body: toBase64url(nodeCrypto.sha256(body)),
    shown: await shownDigest({ title, lines }, nodeCrypto),
    device_key: device.keyThumbprint,
  }
}
