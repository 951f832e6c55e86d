/**
 * The service statement (docs/protocol.md 2): what a client may believe about a service, signed by a key whose
 * thumbprint is built into the app.
 */
import * as v from 'valibot'
import type { CryptoPort, PrivateKey, VerifyKey } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'
import { type PublicJwk, parsePublicJwk, thumbprint } from './jwk.ts'
import { decodeJws, signJws, verifyJws } from './jws.ts'
import { isCoverableField, isRoutePath, type RouteRule } from './route.ts'

export const statementPath = '/.well-known/holdfast'
/** Seconds by which the sequence may be ahead of the time it was made: it rises by one where two are made in one second. */
export const maxSequenceLead = 86_400

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2048))
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const publicJwk = v.pipe(
  v.unknown(),
  v.transform((value): PublicJwk => parsePublicJwk(value)),
)
// Appended to the origin: `//elsewhere` would be another host, and a dot segment another path.
const endpoint = v.pipe(text, v.regex(/^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/))

// Strict: a rule that is half understood would be half signed.
const ruleSchema = v.strictObject({
  path: v.pipe(text, v.check(isRoutePath)),
  methods: v.exactOptional(v.array(v.pipe(text, v.regex(/^[A-Z]+$/)))),
  policy: v.picklist(['open', 'signed', 'sealed']),
  signer: v.picklist(['any', 'device']),
  fields: v.array(v.pipe(text, v.check(isCoverableField))),
  mutual: v.exactOptional(v.literal(true)),
  answer: v.exactOptional(v.literal('signed')),
  factor: v.exactOptional(
    v.strictObject({
      acr: v.picklist(['presence', 'passcode']),
      maxAge: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
    }),
  ),
})

export type ServiceStatement = {
  iss: string
  /** Seconds since 1970 when it was made; a client never goes back to a smaller one. */
  seq: number
  iat: number
  exp: number
  /** Keys that sign access tokens and answers, by `kid` (= thumbprint). */
  keys: Array<{ kid: string; jwk: PublicJwk }>
  /** Thumbprints of the service keys an app should pin: this one and the next. */
  service_keys: string[]
  endpoints: Record<
    | 'challenge'
    | 'enrolments'
    | 'token'
    | 'time'
    | 'devices'
    | 'session'
    | 'sealed'
    | 'certificate'
    | 'reports'
    | 'passcode'
    | 'presence'
    | 'notices'
    | 'approvals',
    string
  >
  /** In order; the first that fits counts; what none names is signed by any key. */
  routes: RouteRule[]
  client: { min: string }
  /** Keys that open sealed requests, best first; absent when the service takes none (docs/protocol.md 8). */
  sealing?: Array<{
    /** One key configuration of RFC 9458 section 3.1, b64u. */
    config: string
    /** Seconds since 1970 when its private half is erased. */
    exp: number
  }>
  /** SHA-256 of the SubjectPublicKeyInfo of each key the TLS server may show, b64u; at least two (docs/protocol.md 2.4). */
  pins?: string[]
  /** Where connections with a client certificate are taken; signatures cover the issuer's origin all the same. */
  mutual?: { origin: string }
  /** The service's OPAQUE public key, b64u; absent when it takes no passcodes (docs/protocol.md 11). */
  opaque?: { key: string }
  /** How long after the last unlock the offline store may be opened, seconds; absent when never (docs/protocol.md 13.6). */
  offline?: { seconds: number }
}
// Not strict: a later server may say more, and what a client does not know it does not use.
const statementSchema: v.GenericSchema<unknown, ServiceStatement> = v.object({
  iss: text,
  seq: seconds,
  iat: seconds,
  exp: seconds,
  keys: v.array(v.object({ kid: text, jwk: publicJwk })),
  service_keys: v.array(text),
  endpoints: v.object({
    challenge: endpoint,
    enrolments: endpoint,
    token: endpoint,
    time: endpoint,
    devices: endpoint,
    session: endpoint,
    sealed: endpoint,
    certificate: endpoint,
    reports: endpoint,
    passcode: endpoint,
    presence: endpoint,
    notices: endpoint,
    approvals: endpoint,
  }),
  routes: v.array(ruleSchema),
  client: v.object({ min: text }),
  sealing: v.exactOptional(
    v.array(v.object({ config: v.pipe(text, v.regex(/^[A-Za-z0-9_-]+$/)), exp: seconds })),
  ),
  pins: v.exactOptional(v.pipe(v.array(v.pipe(text, v.regex(/^[A-Za-z0-9_-]{43}$/))), v.minLength(2))),
  mutual: v.exactOptional(v.object({ origin: v.pipe(text, v.regex(/^https:\/\/[^/?#@]+$/)) })),
  opaque: v.exactOptional(v.object({ key: v.pipe(text, v.regex(/^[A-Za-z0-9_-]{43}$/)) })),
  offline: v.exactOptional(v.object({ seconds })),
})

export function signStatement(
  statement: ServiceStatement,
  jwk: PublicJwk,
  key: PrivateKey,
  crypto: CryptoPort,
): Promise<string> {
  return signJws('hf-statement+jwt', { jwk }, statement, key, crypto)
}

export type StatementTrust = {
  /** RFC 7638 thumbprints built into the app. */
  readonly pins: readonly string[]
  /** The origin the app talks to. */
  readonly issuer: string
  /** Statements with a smaller sequence are refused. */
  readonly floor: number
  /** Seconds since 1970, or null when the clock is not known well enough to judge expiry (first contact). */
  readonly now: number | null
}

/**
 * Throws `statement_refused` unless a pinned key signed it for this origin, it is not below the floor and has not ended. A sequence
 * far ahead of its time is refused, too: kept as a floor it would lock out all that come after.
 */
export async function openStatement(
  jws: string,
  trust: StatementTrust,
  crypto: CryptoPort,
): Promise<ServiceStatement> {
  const decoded = decodeJws('hf-statement+jwt', jws)
  if (decoded === null || !('jwk' in decoded.signer)) throw new HoldfastError('statement_refused')
  const { jwk } = decoded.signer
  if (!trust.pins.includes(await thumbprint(jwk, crypto))) throw new HoldfastError('statement_refused')
  const statement = parseStatement(await verifyJws(decoded, await importPinned(jwk, crypto), crypto))
  const ended = trust.now !== null && trust.now >= statement.exp
  const tooFar = statement.seq > statement.iat + maxSequenceLead
  if (statement.iss !== trust.issuer || statement.seq < trust.floor || tooFar || ended)
    throw new HoldfastError('statement_refused')
  // A key's name is its thumbprint everywhere: a kid is never an alias.
  for (const { kid, jwk: key } of statement.keys) {
    if (kid !== (await thumbprint(key, crypto))) throw new HoldfastError('statement_refused')
  }
  return statement
}

/** Even a pin may name a point that is not on the curve. */
async function importPinned(jwk: PublicJwk, crypto: CryptoPort): Promise<VerifyKey> {
  try {
    return await crypto.importPublicKey(jwk)
  } catch (cause) {
    throw new HoldfastError('statement_refused', { cause })
  }
}

function parseStatement(payload: unknown): ServiceStatement {
  try {
    return v.parse(statementSchema, payload)
  } catch (cause) {
    throw new HoldfastError('statement_refused', { cause })
  }
}
