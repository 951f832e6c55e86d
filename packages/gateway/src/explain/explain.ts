/** Why a captured request passes or not: the service's own checks in their order, in words (docs/operate.md). */
import {
  contentDigest,
  decodeAccessToken,
  type DecodedAccessToken,
  type ErrorCode,
  HoldfastError,
  parseRequestSignature,
  type RequestSignature,
  thumbprint,
  tokenScheme,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type HoldfastServer, type KeyRing, parseHead, type RequestHead } from '@holdfast/server'
import type { Capture } from './capture.ts'
import { type BaseRow, compareBases, namedOrigin } from './bases.ts'
import { withCertificate } from './channel.ts'
import { type CandidateKey, guessCauses } from './guesses.ts'
import { checkWords } from './words.ts'
import type { Stores } from '../stores.ts'

export type ExplainedCheck = {
  readonly name: string
  readonly words: string
  readonly code: ErrorCode | null
}
export type Explanation = {
  readonly verdict: 'passes' | 'refused' | 'open'
  /** The moment it was judged for, milliseconds since 1970. */
  readonly at_ms: number
  readonly route: string | null
  /** In the order of the service; a `code` marks the one that fails, after which nothing is asked. */
  readonly checks: readonly ExplainedCheck[]
  readonly bases: readonly BaseRow[] | null
  readonly hints: readonly string[]
}

export type ExplainContext = {
  readonly server: HoldfastServer
  readonly stores: Stores
  readonly keys: Pick<KeyRing, 'caCertificates'>
  readonly clock: { now(): number }
  /** Milliseconds since 1970; null: the moment it was signed, or now when that cannot be read. */
  readonly atMs: number | null
}

/** One request with everything that can be read from it without believing it. */
type Reading = {
  readonly head: RequestHead
  readonly body: Uint8Array
  readonly signature: RequestSignature | null
  readonly token: DecodedAccessToken | null
  readonly atMs: number
  /** What had to be assumed about its connection. */
  readonly assumed: string | null
}

function passed(name: string): ExplainedCheck {
  return { name, words: checkWords[name]?.passed ?? name, code: null }
}
function failed(name: string, code: ErrorCode): ExplainedCheck {
  return { name, words: checkWords[name]?.failed ?? name, code }
}

function signatureOf(head: RequestHead): RequestSignature | null {
  try {
    return parseRequestSignature(head.fields)
  } catch (error) {
    if (error instanceof HoldfastError) return null
    throw error
  }
}

/** Calls of enrolment and token are signed by a device key the request does not carry: no access token is asked. */
function isBeforeSession(path: string): boolean {
  return /^\/holdfast\/(?:certificate|challenge|enrolments|token|time)(?:\/|$)|^\/\.well-known\/holdfast$/.test(
    path,
  )
}

async function runChecks(reading: Reading, { server }: ExplainContext): Promise<ExplainedCheck[]> {
  const { head, body, atMs } = reading
  const reports = await server.explain(head, atMs)
  const asked = isBeforeSession(head.target.path)
    ? reports.filter(({ name }) => ['signature-form', 'coverage', 'algorithm'].includes(name))
    : reports
  const checks = asked.map(({ name, failure }) =>
    failure === null ? passed(name) : failed(name, failure.code),
  )
  if (checks.some(({ code }) => code !== null)) return checks
  const fits = head.fields.get('content-digest') === (await contentDigest(body, nodeCrypto))
  return [...checks, fits ? passed('body') : failed('body', 'digest_mismatch')]
}

async function candidateKeys(
  { token, signature }: Reading,
  { stores }: ExplainContext,
): Promise<CandidateKey[]> {
  const keys: CandidateKey[] = []
  if (token !== null) {
    const { jwk } = token.claims.cnf
    keys.push({ name: 'session key', thumbprint: await thumbprint(jwk, nodeCrypto), jwk })
  }
  const names = [token?.claims.hf_dev, signature?.parameters.keyid]
  for (const name of new Set(names.filter((text) => text !== undefined))) {
    const device = await stores.store.findDeviceByKey(name)
    if (device !== null) keys.push({ name: 'device key', thumbprint: name, jwk: device.publicKey })
  }
  return keys
}

const inSeconds = (ms: number): string => `${Math.abs(Math.round(ms / 1000))} s`

function timeHints({ signature, token, atMs }: Reading): string[] {
  const hints: string[] = []
  const off = signature === null ? 0 : atMs - signature.parameters.created * 1000
  if (off > 60_000)
    hints.push(`it was signed ${inSeconds(off)} before: too old, or the sender's clock is behind`)
  if (off < -5_000) hints.push(`it was signed ${inSeconds(off)} in the future: the sender's clock is ahead`)
  const over = token === null ? -1 : atMs - token.claims.exp * 1000
  if (over >= 0) hints.push(`the access token ended ${inSeconds(over)} before: refresh it`)
  return hints
}

function originHints({ head, token }: Reading, origin: string): string[] {
  const hints: string[] = []
  const named = namedOrigin(head, origin)
  if (named !== origin) hints.push(`the Host field names ${named}, this service is ${origin}`)
  if (token !== null && token.claims.iss !== origin)
    hints.push(`the access token was issued by another service (${token.claims.iss.slice(0, 80)})`)
  return hints
}

async function bodyHints({ head, body }: Reading): Promise<string[]> {
  const signed = head.fields.get('content-digest')
  const received = await contentDigest(body, nodeCrypto)
  if (signed === undefined || signed === received) return []
  if (body.length === 0 && (head.fields.get('content-length') ?? '0') !== '0')
    return ['the capture has no body, though the request had one: add it after an empty line']
  return [
    `the body is not the one that was signed: Content-Digest says ${signed}, these ${body.length} bytes give ${received}`,
  ]
}

function keyHints({ signature, token }: Reading, checks: readonly ExplainedCheck[]): string[] {
  const failing = checks.at(-1)
  if (failing?.code === 'device_key_required')
    return ['it was signed with the session key; this route asks for the device key']
  if (failing?.name !== 'signer' || signature === null || token === null) return []
  return [
    'keyid is neither the session key nor the device key of this access token: another session, or another phone',
  ]
}

async function hintsOf(
  reading: Reading,
  checks: readonly ExplainedCheck[],
  context: ExplainContext,
): Promise<string[]> {
  const { head, body, signature } = reading
  const { origin } = context.server
  const hints = [...timeHints(reading), ...originHints(reading, origin), ...keyHints(reading, checks)]
  if (isBeforeSession(head.target.path))
    hints.push(
      'this call is signed by the device key without a token: form and coverage are judged here, not the key',
    )
  if (signature !== null && checks.some(({ code }) => code !== null)) {
    const keys = await candidateKeys(reading, context)
    hints.push(...(await guessCauses({ head, body, origin, signature, keys })))
  }
  if (reading.assumed !== null) hints.push(reading.assumed)
  return [...hints, ...(await bodyHints(reading))]
}

function read(capture: Capture, context: ExplainContext): Reading {
  const { method, target, rawFields, body } = capture
  const parsed = parseHead(method, target, rawFields, 'capture')
  const signature = signatureOf(parsed)
  const scheme = `${tokenScheme} `
  const authorization = parsed.fields.get('authorization') ?? ''
  const token = authorization.startsWith(scheme)
    ? decodeAccessToken(authorization.slice(scheme.length))
    : null
  const signedAt = signature === null ? context.clock.now() : signature.parameters.created * 1000
  const atMs = context.atMs ?? signedAt
  const mutual = context.server.rule(parsed).mutual === true
  const { head, hint: assumed } = withCertificate(parsed, token, { keys: context.keys, atMs, mutual })
  return { head, body, signature, token, atMs, assumed }
}

/** Uses up nothing: no nonce, no claim, no try. What is judged is the request as captured, at the moment given. */
export async function explain(capture: Capture, context: ExplainContext): Promise<Explanation> {
  let reading: Reading
  try {
    reading = read(capture, context)
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    const at = { at_ms: context.atMs ?? context.clock.now(), route: null, bases: null }
    return { verdict: 'refused', ...at, checks: [failed('head', error.code)], hints: [error.message] }
  }
  const { head, signature, atMs } = reading
  const { server } = context
  const rule = server.rule(head)
  const about = { at_ms: atMs, route: rule.path }
  if (rule.policy === 'open' && !server.owns(head.target.path))
    return { verdict: 'open', ...about, checks: [passed('head'), passed('open')], bases: null, hints: [] }
  const checks = [passed('head'), ...(await runChecks(reading, context))]
  const service = { origin: server.origin, routeFields: rule.fields }
  return {
    verdict: checks.every(({ code }) => code === null) ? 'passes' : 'refused',
    ...about,
    checks,
    bases: signature === null ? null : compareBases(head, signature, service),
    hints: await hintsOf(reading, checks, context),
  }
}
