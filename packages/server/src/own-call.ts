/** One call Holdfast answers itself: how its body and its signature are read (docs/protocol.md 2, 4, 5, 6). */
import { defaultRule, fromUtf8, HoldfastError } from '@holdfast/core'
import { checkBody } from './body.ts'
import type { RequestHead } from './head.ts'
import type { OwnAnswer } from './http.ts'
import type { RequestRule, VerifiedRequest, Verifier } from './request.ts'

export type OwnCall = { readonly head: RequestHead; readonly body: Uint8Array; readonly id: string }
export type OwnRoute = {
  readonly method: string
  /** One group at most: the id in the path. */
  readonly path: RegExp
  readonly answer: (call: OwnCall) => Promise<OwnAnswer>
}

export const sessionRule: RequestRule = { ...defaultRule, own: true }
export const deviceRule: RequestRule = { ...defaultRule, own: true, signer: 'device' }

/** JSON is UTF-8 and nothing else (RFC 8259 section 8.1); many libraries say so all the same. */
const jsonType = /^application\/json(?: *; *charset=utf-8)?$/i

export function isJson({ fields }: RequestHead): boolean {
  return jsonType.test(fields.get('content-type') ?? '')
}

/** The signed body as JSON: it is compared with its digest before it is parsed. */
export function jsonBody({ head, body }: OwnCall): unknown {
  if (!isJson(head)) throw new HoldfastError('bad_request')
  checkBody(head, body)
  try {
    return JSON.parse(fromUtf8(body)) as unknown
  } catch (cause) {
    throw new HoldfastError('bad_request', { cause })
  }
}

/** For calls that say nothing: no body, or an empty object for clients that cannot send none. */
export function noBody(call: OwnCall): void {
  if (call.body.length === 0) checkBody(call.head, call.body)
  else if (!isEmptyObject(jsonBody(call))) throw new HoldfastError('bad_request')
}

/** Looks no deeper: a stranger's body may be nested further than a stack reaches. */
function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  )
}

/** For calls of a session that carry no body. */
export async function verified(
  { head, body }: OwnCall,
  rule: RequestRule,
  verify: Verifier,
): Promise<VerifiedRequest> {
  const request = await verify(head, rule)
  checkBody(head, body)
  if (body.length > 0) throw new HoldfastError('body_refused')
  return request
}
