/**
 * What a signed request has to pass, in one ordered list (docs/protocol.md 3). Each check throws, or is content; only a
 * request that passed them all becomes a VerifiedRequest.
 */
import {
  type AccessTokenClaims,
  HoldfastError,
  isSafeMethod,
  parseRequestSignature,
  type RequestSignature,
  type RouteRule,
  tokenScheme,
} from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import { checkNonce, checkWindow, type Stamp } from './freshness.ts'
import type { RequestHead } from './head.ts'
import type { LiveSession, SessionCache } from './session-cache.ts'
import { baseOf, checkAlgorithm, checkCoverage, checkSignature } from './signature.ts'
import { checkStanding } from './standing.ts'
import { demandFactor } from './step-up.ts'
import type { DeviceRecord } from './store.ts'

/** What a route demands, and whether Holdfast itself answers it: its own calls are idempotent without a key. */
export type RequestRule = RouteRule & { readonly own?: true }

/** One request on its way through the checks. */
type Candidate = {
  readonly head: RequestHead
  readonly rule: RequestRule
  readonly deployment: Deployment
  readonly sessions: SessionCache
  readonly now: number
  /** Monotonic milliseconds at which the checks began. */
  readonly begunMs: number
  signature?: RequestSignature
  session?: LiveSession
  signedBy?: 'session' | 'device'
}

export type Check = {
  readonly name: string
  readonly run: (candidate: Candidate) => void | Promise<void>
}

/** The order of the list guarantees what an earlier check has set. */
function set<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a check ran out of order')
  return value
}

function stampOf(candidate: Candidate): Stamp {
  const { keyid, created, nonce } = set(candidate.signature).parameters
  return { keyThumbprint: keyid, createdMs: created * 1000, nonce }
}

const scheme = `${tokenScheme} `

function checkSealed({ head, rule }: Candidate): void {
  if (rule.policy === 'sealed' && !head.channel.sealed) throw new HoldfastError('sealed_required')
}

function tokenOf({ fields }: RequestHead): string {
  const authorization = fields.get('authorization')
  if (authorization === undefined || !authorization.startsWith(scheme))
    throw new HoldfastError('token_missing')
  return authorization.slice(scheme.length)
}

async function keepSession(candidate: Candidate, session: Promise<LiveSession>): Promise<void> {
  candidate.session = await session
}

function findSession(candidate: Candidate): void | Promise<void> {
  const session = candidate.sessions.find(tokenOf(candidate.head))
  if (!(session instanceof Promise)) {
    candidate.session = session
    return
  }
  return keepSession(candidate, session)
}

function findSigner(candidate: Candidate): void {
  const { claims } = set(candidate.session)
  const { keyid } = set(candidate.signature).parameters
  if (keyid === claims.cnf.jkt) candidate.signedBy = 'session'
  else if (keyid === claims.hf_dev) candidate.signedBy = 'device'
  else throw new HoldfastError('signature_invalid')
}

function checkKeySignature({ head, deployment, signature, session, signedBy }: Candidate): void {
  const { sessionKey, deviceKey } = set(session)
  const base = baseOf(head, deployment.origin, set(signature))
  checkSignature(head, base, set(signature), signedBy === 'device' ? deviceKey : sessionKey)
}

function checkAlive({ session, now }: Candidate): void {
  const { device, family, wiped } = set(session)
  checkStanding(device)
  if (wiped) throw new HoldfastError('share_gone')
  if (family.endedAt !== null || now >= family.expiresAt) throw new HoldfastError('session_ended')
}

function checkTokenLife({ session, now }: Candidate): void {
  if (now >= set(session).claims.exp * 1000) throw new HoldfastError('token_expired')
}

/** Step-up (RFC 9470): the session is good, but the user has to prove more, or again. */
function checkFactor({ rule, session, now }: Candidate): void {
  if (rule.factor !== undefined) demandFactor(set(session).claims, rule.factor, now)
}

/**
 * RFC 8705 section 3: a token bound to a certificate counts only where that certificate was shown. Any other certificate must at
 * least be of this device's key.
 */
function checkCertificate({ head, rule, session }: Candidate): void {
  const { certificate } = head.channel
  const { cnf, hf_dev: deviceKey } = set(session).claims
  const bound = cnf['x5t#S256']
  if (certificate === null) {
    if (rule.mutual === true) throw new HoldfastError('certificate_required')
    if (bound !== undefined) throw new HoldfastError('certificate_refused')
  } else if (
    certificate.keyThumbprint !== deviceKey ||
    (bound ?? certificate.thumbprint) !== certificate.thumbprint
  ) {
    throw new HoldfastError('certificate_refused')
  }
}

function checkDeviceKey({ rule, signedBy }: Candidate): void {
  if (rule.signer === 'device' && signedBy !== 'device') throw new HoldfastError('device_key_required')
}

const idempotencyKey = /^[A-Za-z0-9_-]{16,128}$/

function checkIdempotencyKey({ head, rule }: Candidate): void {
  if (rule.own === true || isSafeMethod(head.method)) return
  if (!idempotencyKey.test(head.fields.get('idempotency-key') ?? ''))
    throw new HoldfastError('idempotency_key_missing')
}

/** Everything up to `signature` believes nobody; everything after it may answer with a signature. */
export const checks: readonly Check[] = [
  { name: 'sealed', run: checkSealed },
  {
    name: 'signature-form',
    run: (candidate) => {
      candidate.signature = parseRequestSignature(candidate.head.fields)
    },
  },
  { name: 'coverage', run: ({ head, rule, signature }) => checkCoverage(head, rule.fields, set(signature)) },
  { name: 'algorithm', run: ({ signature }) => checkAlgorithm(set(signature)) },
  { name: 'token', run: findSession },
  { name: 'signer', run: findSigner },
  { name: 'signature', run: checkKeySignature },
  { name: 'alive', run: checkAlive },
  { name: 'token-life', run: checkTokenLife },
  { name: 'factor', run: checkFactor },
  { name: 'certificate', run: checkCertificate },
  { name: 'device-key', run: checkDeviceKey },
  { name: 'window', run: (candidate) => checkWindow(stampOf(candidate), candidate.now) },
  { name: 'idempotency-key', run: checkIdempotencyKey },
  { name: 'nonce', run: (candidate) => checkNonce(stampOf(candidate), candidate.deployment, candidate.now) },
]

/** A request that passed every check. Only this file makes one. */
class Verified {
  // oxlint-disable-next-line eslint/no-unused-private-class-members -- `#passed in value` below is its use
  readonly #passed = true
  readonly head: RequestHead
  readonly device: DeviceRecord
  readonly claims: AccessTokenClaims
  readonly signedBy: 'session' | 'device'
  /** What its signature covers: components in order. */
  readonly covered: readonly string[]
  /** Monotonic milliseconds: how long ago its session was looked at. */
  readonly begunMs: number

  constructor(candidate: Candidate) {
    this.head = candidate.head
    this.begunMs = candidate.begunMs
    this.covered = set(candidate.signature).components
    this.device = set(candidate.session).device
    this.claims = set(candidate.session).claims
    this.signedBy = set(candidate.signedBy)
  }

  static is(value: object): boolean {
    return #passed in value
  }
}
export type VerifiedRequest = Verified

/** Throws TypeError for anything but what {@link createVerifier} made: structural copies do not pass. */
export function assertVerified(request: VerifiedRequest): void {
  if (!Verified.is(request)) throw new TypeError('not a verified request')
}

/**
 * For when the body has come, which its sender may have held back: throws `request_timeout` when the session may have ended
 * since the head was checked, so that nobody stocks up on verified heads before a revocation. Sent again, it gets its answer.
 */
export function checkStillAlive(request: VerifiedRequest, sessions: SessionCache): void {
  if (!sessions.holds(tokenOf(request.head), request.begunMs)) throw new HoldfastError('request_timeout')
}

/** Goes on after a check that had to wait; synchronous stretches make no promise. */
function runFrom(index: number, candidate: Candidate): VerifiedRequest | Promise<VerifiedRequest> {
  for (let i = index; i < checks.length; i++) {
    const waiting = (checks[i] as Check).run(candidate)
    if (waiting !== undefined) return waiting.then(() => runFrom(i + 1, candidate))
  }
  return new Verified(candidate)
}

export type Verifier = (head: RequestHead, rule: RequestRule) => VerifiedRequest | Promise<VerifiedRequest>

export function createVerifier(deployment: Deployment, sessions: SessionCache): Verifier {
  const { clock } = deployment
  return (head: RequestHead, rule: RequestRule): VerifiedRequest | Promise<VerifiedRequest> =>
    runFrom(0, { head, rule, deployment, sessions, now: clock.now(), begunMs: clock.monotonic() })
}

export type CheckReport = { readonly name: string; readonly failure: HoldfastError | null }

/** Runs the checks for a captured request as if it were `now`, using up no nonce. Ends at the first that fails. */
export async function explainRequest(
  input: { readonly head: RequestHead; readonly rule: RequestRule; readonly now: number },
  deployment: Deployment,
  sessions: SessionCache,
): Promise<CheckReport[]> {
  const candidate: Candidate = { ...input, deployment, sessions, begunMs: deployment.clock.monotonic() }
  const reports: CheckReport[] = []
  for (const { name, run } of checks) {
    if (name === 'nonce') continue
    try {
      await run(candidate)
      reports.push({ name, failure: null })
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      return [...reports, { name, failure: error }]
    }
  }
  return reports
}
