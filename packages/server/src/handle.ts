/** Holdfast as a library in a server of Request and Response: the checks of the gateway without the gateway. */
import {
  approvalField,
  contentDigest,
  type ErrorCode,
  HoldfastError,
  isSafeMethod,
  maxSealedBody,
  maxSealedMessage,
  reservedPrefix,
  sealedPath,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Approved } from './approval-spend.ts'
import type { ClientCertificate } from './certificate.ts'
import { withCors } from './cors.ts'
import { parseHead, type RequestHead } from './head.ts'
import type { OwnAnswer } from './http.ts'
import type { Claim, KeptAnswer } from './idempotency.ts'
import type { ServerRule } from './deployment.ts'
import type { VerifiedRequest } from './request.ts'
import type { HoldfastServer } from './server.ts'

export type HandleOptions = {
  /**
   * Runs for a request that passed, or for one on an open route: then `verified` is null. Of its answer `Signature`,
   * `Signature-Input` and names that begin with `holdfast-` are dropped: those are the service's to say (docs/protocol.md 3.8).
   */
  readonly next: (request: Request, verified: VerifiedRequest | null) => Promise<Response>
  /** Largest body in bytes; more is refused with `body_too_large`. */
  readonly bodyBytes: number
  /** Largest answer kept for repetition, in bytes. */
  readonly answerBytes: number
  /** Address of the peer, for rates and audit. */
  readonly remote: string
  /** What the connection's client certificate proved ({@link verifyClientCertificate}), when it showed one. */
  readonly certificate?: ClientCertificate
}

function responseOf(answer: OwnAnswer | KeptAnswer, ...more: Array<[string, string]>): Response {
  const empty = [204, 205, 304].includes(answer.status)
  const fields = [...answer.fields, ...more].map(([name, value]): [string, string] => [name, value])
  return new Response(empty ? null : new Uint8Array(answer.body), { status: answer.status, headers: fields })
}

async function readBody(
  { body }: Request | Response,
  limit: number,
  tooLarge: ErrorCode = 'body_too_large',
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > limit) throw new HoldfastError(tooLarge)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

type Run = Extract<Claim, { kind: 'run' }>

/** What goes to the application. */
type Sending = { readonly request: Request; readonly verified: VerifiedRequest; readonly body: Uint8Array }

/** What its user has approved, in the place of what came. Whatever it is refused for, nothing was sent: the claim is given back. */
async function approve(
  server: HoldfastServer,
  { verified, body }: Sending,
  form: NonNullable<ServerRule['approve']>,
  claim: Run,
): Promise<Approved> {
  try {
    return await server.approvals.take(verified, form, body)
  } catch (error) {
    await claim.release()
    throw error
  }
}

/** Whatever `next` throws, it may have done its work: then nobody knows, and it counts as done. */
async function runApproved(
  options: HandleOptions,
  { request, verified }: Sending,
  approved: Approved,
): Promise<Response> {
  try {
    const response = await runNext(options, await approvedRequest(request, verified, approved), verified)
    await approved.settle(response.status)
    return response
  } catch (error) {
    await approved.unknown()
    throw error
  }
}

/** Runs an unsafe request at most once. Whatever `next` throws, it may have done its work: the outcome is unknown. */
async function runOnce(
  server: HoldfastServer,
  sending: Sending,
  options: HandleOptions,
  { approve: form }: ServerRule,
): Promise<Response> {
  const { request, verified, body: sent } = sending
  const claim = await server.claim(verified)
  if (claim.kind === 'repeat') return responseOf(claim.answer, ['holdfast-repeated', 'true'])
  const approved = form === undefined ? null : await approve(server, sending, form, claim)
  try {
    const response =
      approved === null
        ? await runNext(options, coveredRequest(request, verified, sent), verified)
        : await runApproved(options, sending, approved)
    const body = new Uint8Array(await response.clone().arrayBuffer())
    if (body.length > options.answerBytes) await claim.executed()
    else await claim.settle({ status: response.status, fields: [...response.headers], body })
    return response
  } catch (cause) {
    await claim.unknown()
    throw new HoldfastError('outcome_unknown', { cause })
  }
}

/** Nobody signs these, and nothing but the form of the answer hangs on them. */
const harmless = ['accept', 'accept-language', 'user-agent']
/** A token opens doors here alone; and of an approval the application hears by its evidence, never by what a phone says. */
const withheld: ReadonlySet<string> = new Set(['authorization', approvalField])

/** Only what the signature covers reaches the application, and nothing that looks like an identity of ours. */
function coveredRequest(request: Request, verified: VerifiedRequest, body: Uint8Array): Request {
  const headers = new Headers()
  for (const name of [...verified.covered, ...harmless]) {
    const value = name.startsWith('@') || withheld.has(name) ? null : request.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  const content = body.length > 0 ? { body: new Uint8Array(body) } : {}
  return new Request(request.url, { method: request.method, headers, ...content })
}

/** The canonical body is JSON whatever the sender called his, and the evidence is ours to name. */
async function approvedRequest(
  request: Request,
  verified: VerifiedRequest,
  { body, evidence }: Approved,
): Promise<Request> {
  const covered = coveredRequest(request, verified, body)
  covered.headers.set('content-type', 'application/json')
  covered.headers.set('content-digest', await contentDigest(body, nodeCrypto))
  covered.headers.set(approvalField, evidence)
  return covered
}

/** On an open route anybody may say anything, but nobody may say who he is in our words, or in a terminator's (RFC 9440). */
function openRequest(request: Request): Request {
  const headers = new Headers(request.headers)
  for (const name of request.headers.keys())
    if (name.startsWith(reservedPrefix) || name.startsWith('client-cert')) headers.delete(name)
  return new Request(request, { headers })
}

function isOurs(name: string): boolean {
  return name === 'signature' || name === 'signature-input' || name.startsWith(reservedPrefix)
}

/** Runs the application. What it says in our words reaches nobody: clients believe `Holdfast-Error`, inside a seal above all. */
async function runNext(
  { next }: HandleOptions,
  request: Request,
  verified: VerifiedRequest | null,
): Promise<Response> {
  const response = await next(request, verified)
  const dropped = [...response.headers.keys()].filter(isOurs)
  if (dropped.length === 0) return response
  const { status, statusText, body } = response
  const headers = new Headers(response.headers)
  for (const name of dropped) headers.delete(name)
  return new Response(body, { status, statusText, headers })
}

async function pass(
  server: HoldfastServer,
  request: Request,
  head: RequestHead,
  options: HandleOptions,
): Promise<Response> {
  const rule = server.rule(head)
  if (!server.owns(head.target.path) && rule.policy === 'open')
    return runNext(options, openRequest(request), null)
  const verified = server.owns(head.target.path) ? null : await server.verify(head, rule)
  const body = await readBody(request, options.bodyBytes)
  if (verified === null) return responseOf(await server.answer(head, body))
  server.verifyBody(verified, body)
  const sending = { request, verified, body }
  const response = await (isSafeMethod(head.method)
    ? runNext(options, coveredRequest(request, verified, body), verified)
    : runOnce(server, sending, options, rule))
  // A seal already says who made the answer, and for which request.
  return rule.answer === 'signed' && !head.channel.sealed ? signed(server, verified, response) : response
}

/** Gathered whole, since a signature covers the whole. */
async function signed(
  server: HoldfastServer,
  verified: VerifiedRequest,
  response: Response,
): Promise<Response> {
  // An answer to HEAD has no content, whatever the application put there.
  const content = verified.head.method === 'HEAD' ? new Response() : response
  const body = await readBody(content, maxSealedBody, 'answer_too_large')
  return responseOf(
    await server.sign(verified, { status: response.status, fields: [...response.headers], body }),
  )
}

/** Answers the request inside a seal, within the seal: whatever becomes of it, outside it is an answer like any other. */
async function passSealed(
  server: HoldfastServer,
  request: Request,
  head: RequestHead,
  options: HandleOptions,
): Promise<Response> {
  const message = await readBody(request, maxSealedMessage, 'sealed_body_too_large')
  const exchange = await server.sealing.open(head, message)
  const { method, target, fields } = exchange.head
  const content = exchange.body.length > 0 ? { body: new Uint8Array(exchange.body) } : {}
  try {
    const inner = new Request(server.origin + target.raw, { method, headers: [...fields], ...content })
    const response = await pass(server, inner, exchange.head, options)
    const body = await readBody(response, maxSealedBody, 'answer_too_large')
    return responseOf(await exchange.seal({ status: response.status, fields: [...response.headers], body }))
  } catch (error) {
    return responseOf(await exchange.seal(await server.refuse(error, exchange.head)))
  }
}

/** Lets the page that asked read the answer, when its origin is listed (docs/protocol.md 3.10). */
function readable(server: HoldfastServer, head: RequestHead | null, response: Response): Response {
  const origin = head === null ? null : server.cors.originOf(head)
  if (origin === null) return response
  const { status, statusText, body } = response
  const headers = withCors([...response.headers], origin).map(([name, value]): [string, string] => [
    name,
    value,
  ])
  return new Response(body, { status, statusText, headers })
}

/** Never throws: every failure is a problem answer. */
export async function handle(
  server: HoldfastServer,
  request: Request,
  options: HandleOptions,
): Promise<Response> {
  let head: RequestHead | null = null
  const answer = (response: Response): Response => readable(server, head, response)
  try {
    // A Request has no raw target; its URL is already normalised, so odd forms cannot reach this door.
    const { pathname, search } = new URL(request.url)
    const channel = { sealed: false, certificate: options.certificate ?? null }
    head = parseHead(request.method, pathname + search, [...request.headers].flat(), options.remote, channel)
    const preflight = server.cors.preflight(head)
    if (preflight !== null) return answer(responseOf(preflight))
    return answer(
      head.target.path === sealedPath
        ? await passSealed(server, request, head, options)
        : await pass(server, request, head, options),
    )
  } catch (error) {
    return answer(responseOf(await server.refuse(error, head)))
  }
}
