/** The composition of one service: stores, keys and policy in; a handful of verbs out. */
import { randomBytes } from 'node:crypto'
import {
  defaultRule,
  findRule,
  HoldfastError,
  isCoverableField,
  isPin,
  isRoutePath,
  leastPins,
  type RouteRule,
  statementPath,
} from '@holdfast/core'
import { checkBody } from './body.ts'
import { type Approvals, createApprovals } from './approval.ts'
import { checkApprovals } from './approval-routes.ts'
import { createCertificates } from './certificate-call.ts'
import { guardedClock } from './clock.ts'
import { type Cors, createCors } from './cors.ts'
import type { Deployment, ServerRule } from './deployment.ts'
import { createDevices, type Devices } from './device.ts'
import { createEnrolment, type Enrolment } from './enrolment.ts'
import type { RequestHead } from './head.ts'
import { type OwnAnswer, problemAnswer } from './http.ts'
import { type Claim, createClaims } from './idempotency.ts'
import { createOperators, type Operators } from './operator.ts'
import { createNotices } from './notice.ts'
import { createOwnCalls, ownPrefix } from './own-calls.ts'
import { createPasscodes } from './passcode.ts'
import { createPresences } from './presence.ts'
import { createReports } from './report.ts'
import {
  assertVerified,
  type CheckReport,
  checkStillAlive,
  createVerifier,
  explainRequest,
  type VerifiedRequest,
} from './request.ts'
import { createSealingKeys, type SealingKeys } from './sealing-keys.ts'
import type { SealingMemory } from './sealing-memory.ts'
import { createSealing, type Sealing, SealedRefusal, withoutSealing } from './sealing.ts'
import { createSessionCache } from './session-cache.ts'
import { createSessions } from './session.ts'
import { createShares } from './share.ts'
import { createSign, type Sign } from './signed-answer.ts'
import { createStatement } from './statement.ts'
import { createSuspensions } from './suspension.ts'
import { createWipeGuard } from './wipe-memory.ts'

export interface HoldfastServer {
  readonly origin: string
  /** What operators do: activation codes, devices, audit, operators. */
  readonly operators: Operators
  /** For banks that hand out activation codes from their own back office. */
  readonly enrolment: Pick<Enrolment, 'issue'>
  readonly devices: Pick<Devices, 'revoke'>
  /**
   * True for the paths Holdfast answers itself: `/.well-known/holdfast` and `/holdfast/…`. Throws `ambiguous_request` for a path
   * that differs from one of them by case alone.
   */
  owns(path: string): boolean
  /** Answers one of them; never throws: refusals are answers too. */
  answer(head: RequestHead, body: Uint8Array): Promise<OwnAnswer>
  /** Which web pages may call: their preflights, and whether they may read the answer (docs/protocol.md 3.10). */
  readonly cors: Cors
  /** What a request to the backend must bring; what no rule names is signed. */
  rule(head: RequestHead): ServerRule
  /** Runs the ordered checks; synchronous when nothing has to be looked up. Throws or rejects with HoldfastError. */
  verify(head: RequestHead, rule: RouteRule): VerifiedRequest | Promise<VerifiedRequest>
  /**
   * Compares the covered digest with the bytes received: throws `digest_mismatch`, or `request_timeout` when they came so
   * late that the session may have ended.
   */
  verifyBody(verified: VerifiedRequest, body: Uint8Array): void
  /**
   * For unsafe methods, after the body (docs/protocol.md 3.7). Rejects with `request_in_progress`, `idempotency_key_reused`,
   * `outcome_unknown` or `request_already_executed`.
   */
  claim(verified: VerifiedRequest): Promise<Claim>
  /** For requests to routes with a form: what their user has approved, once (docs/protocol.md 9). */
  readonly approvals: Pick<Approvals, 'take'>
  /**
   * Signs what the application answered, for routes that promise it (docs/protocol.md 3.8). Rejects with `upstream_invalid` for an
   * answer of two content types, or of one that is not printable ASCII.
   */
  readonly sign: Sign
  /** Opens what comes to `/holdfast/sealed`, or refuses it where nothing is sealed (docs/protocol.md 8). */
  readonly sealing: Sealing
  /** The problem answer for any error; signed when the request's signature had been verified. Never throws. */
  refuse(error: unknown, head: RequestHead | null): Promise<OwnAnswer>
  /** Which checks a captured request passes at `now` (milliseconds), using up no nonce. */
  explain(head: RequestHead, now: number): Promise<CheckReport[]>
  close(): Promise<void>
}

/** Refuses with TypeError an origin that is not `https://host[:port]`, or `http://` on loopback. */
function checkOrigin(origin: string): void {
  const { protocol, hostname, origin: normal } = new URL(origin)
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
  if (normal !== origin || (protocol !== 'https:' && !(protocol === 'http:' && loopback))) {
    throw new TypeError('origin must be https://host[:port] without a path, or http:// on loopback')
  }
}

/** Refuses with TypeError a rule clients would refuse in the statement: it would fit nothing, or never verify. */
function checkRoutes(routes: readonly RouteRule[]): void {
  for (const { path, methods = [], fields, policy, factor } of routes) {
    const age = factor?.maxAge ?? 1
    const sound =
      isRoutePath(path) &&
      fields.every(isCoverableField) &&
      methods.every((method) => /^[A-Z]+$/.test(method)) &&
      (factor === undefined || policy !== 'open') &&
      Number.isSafeInteger(age) &&
      age >= 1
    if (!sound) throw new TypeError(`not a route rule: ${path}`)
  }
}

/** Nodes need some polls in the thirtieth part of it. */
const leastRotateSeconds = 60

/** Refuses with TypeError what would seal nothing, or leave a route nobody can reach. */
function checkSealing({ sealing, routes, policy }: Deployment): void {
  const suites = sealing?.suites ?? []
  if (sealing !== undefined && (suites.length === 0 || new Set(suites).size !== suites.length))
    throw new TypeError('sealing must name at least one suite, and each once')
  if (policy.sealing.rotateSeconds < leastRotateSeconds)
    throw new TypeError(`policy.sealing.rotateSeconds must be ${leastRotateSeconds} at least`)
  const lost = sealing === undefined && routes.find((rule) => rule.policy === 'sealed')
  if (lost) throw new TypeError(`${lost.path} takes sealed requests only, and sealing is off`)
}

/** Refuses with TypeError pins clients would refuse the whole statement for. */
function checkPins({ pins }: Deployment): void {
  if (pins === undefined) return
  if (new Set(pins).size < leastPins || !pins.every(isPin))
    throw new TypeError('pins must name at least two TLS keys: the SHA-256 of each, in base64url')
}

/** Refuses with TypeError what no browser would send as Origin, and a relying party its passkeys could not have. */
function checkWeb({ web }: Deployment): void {
  for (const origin of web?.origins ?? []) {
    checkOrigin(origin)
    const { hostname } = new URL(origin)
    const parent = web?.rpId.includes('.') === true && hostname.endsWith(`.${web.rpId}`)
    if (hostname !== web?.rpId && !parent)
      throw new TypeError(`web.rpId must be the host of ${origin} or a domain above it`)
  }
}

function owns(path: string): boolean {
  const isOwn = (text: string): boolean => text === statementPath || text.startsWith(ownPrefix)
  if (isOwn(path)) return true
  if (isOwn(path.toLowerCase())) throw new HoldfastError('ambiguous_request')
  return false
}

/** A nonce memory that is new begins to count now, not with the first request that comes: phones then wait no longer than they must. */
async function beginEpoch({ shortLived, clock }: Deployment): Promise<void> {
  const now = clock.now()
  await shortLived.useNonce('start', randomBytes(16).toString('base64url'), now, now + 1000)
}

/** The private halves of sealing stand in `sealingMemory` and nowhere else; a process has one. */
export async function createServer(
  options: Deployment,
  sealingMemory?: SealingMemory,
): Promise<HoldfastServer> {
  checkOrigin(options.origin)
  checkRoutes(options.routes)
  checkSealing(options)
  checkPins(options)
  checkWeb(options)
  checkApprovals(options)
  const deployment: Deployment = { ...options, clock: guardedClock(options.clock) }
  // Before any device was enrolled no signature can have been used: nothing to be careful about (docs/protocol.md 3.5).
  if (await deployment.store.isPristine()) await deployment.shortLived.markPristine()
  else await beginEpoch(deployment)
  const sessionCache = await createSessionCache(deployment)
  const verify = createVerifier(deployment, sessionCache)
  const { sealing } = deployment
  const sealingKeys: SealingKeys | null =
    sealing === undefined ? null : await createSealingKeys(deployment, sealing.suites, sealingMemory)
  const statement = createStatement(deployment, sealingKeys)
  const enrolment = createEnrolment(deployment, statement)
  const wipes = createWipeGuard(deployment)
  await wipes.remember()
  const devices = createDevices(deployment, wipes)
  const shares = createShares(deployment, wipes)
  const features = {
    verify,
    statement,
    enrolment,
    sessions: createSessions(deployment),
    devices,
    certificates: createCertificates(deployment),
    reports: createReports(deployment),
    passcodes: createPasscodes(deployment, shares),
    presences: createPresences(deployment, shares),
    suspensions: createSuspensions(deployment),
    notices: createNotices(deployment),
    approvals: createApprovals(deployment),
  }
  const ownCalls = createOwnCalls(deployment, features)
  const refuse = async (error: unknown, head: RequestHead | null): Promise<OwnAnswer> =>
    error instanceof SealedRefusal ? error.answer : problemAnswer(error, head, deployment)
  const rule = (head: RequestHead): ServerRule =>
    findRule(deployment.routes, head.method, head.target.path) ?? defaultRule

  return {
    origin: deployment.origin,
    operators: createOperators(deployment, {
      enrolment,
      devices,
      shares,
      wipes,
      approvals: features.approvals,
    }),
    enrolment,
    devices,
    owns,
    cors: createCors(deployment),
    async answer(head: RequestHead, body: Uint8Array): Promise<OwnAnswer> {
      try {
        return await ownCalls(head, body)
      } catch (error) {
        return refuse(error, head)
      }
    },
    rule,
    verify,
    verifyBody(verified: VerifiedRequest, body: Uint8Array): void {
      assertVerified(verified)
      checkBody(verified.head, body)
      checkStillAlive(verified, sessionCache)
    },
    claim: createClaims(deployment),
    approvals: features.approvals,
    sign: createSign(deployment),
    sealing: sealingKeys === null ? withoutSealing(statement) : createSealing(deployment, sealingKeys),
    refuse,
    explain: (head: RequestHead, now: number): Promise<CheckReport[]> =>
      explainRequest({ head, rule: rule(head), now }, deployment, sessionCache),
    async close(): Promise<void> {
      await sealingKeys?.close()
      await sessionCache.close()
    },
  }
}
