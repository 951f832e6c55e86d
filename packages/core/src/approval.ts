/**
 * Approvals (docs/protocol.md 9): what is shown is what is signed is what is executed. The service says in a challenge which request it
 * speaks of and which lines the user has to see; the evidence is made over that challenge by a key of this device.
 */
import * as v from 'valibot'
import {
  type ApprovalDemand,
  type ApprovalLine,
  type ApprovalReason,
  approvalReasons,
  linesSchema,
} from './approval-demand.ts'
import { base64url32, toBase64url, utf8 } from './bytes.ts'
import type { CryptoPort, PrivateKey, VerifyKey } from './crypto/port.ts'
import { type Acr, acrs } from './factor.ts'
import { canonicalJson, parseIJson } from './i-json.ts'
import { decodeJws, jwsInput, signJws, verifyJws } from './jws.ts'
import { answer, request } from './message.ts'
import { idSchema, loginSchemas } from './passcode.ts'

/** The field of the repeated request that names the approval; towards a backend its value is the {@link ApprovalEvidence}. */
export const approvalField = 'holdfast-approval'

/** What the service signs with its token key. Digests are SHA-256, b64u; times seconds since 1970. */
export type ApprovalChallenge = {
  iss: string
  /** Names the approval. */
  jti: string
  iat: number
  exp: number
  sub: string
  method: string
  /** Origin and target of the request, no query. */
  uri: string
  /** Of the body in canonical JSON: what is executed. */
  body: string
  /** Of title and lines in canonical JSON ({@link shownDigest}): what is shown. */
  shown: string
  /** The least the user has to prove. */
  acr: Exclude<Acr, 'device'>
  /** Thumbprint of the device key. */
  device_key: string
  /** Thumbprint of the presence key, or SHA-256 of a passkey's COSE key; absent: this device has none. */
  presence_key?: string
}

/** What the evidence says, whoever signs it. */
export type ApprovalStatement = {
  iss: string
  approval: string
  /** SHA-256 of the challenge, the whole JWS. */
  challenge: string
  shown: string
  /** `passcode`: the user gave it for this very approval. */
  acr: Exclude<Acr, 'device'>
}

export const approvalPaths = {
  /** GET: {@link ApprovalList}. With `/{approval}`: POST {@link ApprovalProof}, DELETE when the user said no. */
  approvals: '',
} as const

/** `evidence`: JWS of an {@link ApprovalStatement}, by presence key (`key`) or device key (`passcode`). */
export type ApprovalProof =
  | { kind: 'key'; evidence: string }
  /** `response`: AuthenticationResponseJSON over SHA-256 of the JWS signing input `evidence`. */
  | { kind: 'passkey'; evidence: string; response: Record<string, unknown> }
  /** `login`, `ke3`, `proof`: the end of an OPAQUE login that was begun for this approval. */
  | { kind: 'passcode'; evidence: string; login: string; ke3: string; proof: string }

export const approvalStates = [
  'asked',
  'approved',
  'held',
  'released',
  'spent',
  'refused',
  'expired',
] as const
export type ApprovalState = (typeof approvalStates)[number]

/** Times in seconds since 1970. */
export type ApprovalListed = {
  id: string
  state: ApprovalState
  title: string
  lines: ApprovalLine[]
  reasons: ApprovalReason[]
  created: number
  expires: number
}
export type ApprovalList = { approvals: ApprovalListed[] }
export type ApprovalAnswer = { state: ApprovalState }

/** What a backend gets in `Holdfast-Approval`: b64u of this as canonical JSON. Enough to verify all of it again (docs/protocol.md 9.6). */
export type ApprovalEvidence =
  | {
      kind: 'key' | 'passcode'
      challenge: string
      evidence: string
      jwk: { kty: 'EC'; crv: 'P-256'; x: string; y: string }
    }
  | {
      kind: 'passkey'
      challenge: string
      /** The signing input. */
      evidence: string
      /** COSE key. */
      key: string
      authenticator_data: string
      client_data: string
      signature: string
    }

const text = v.pipe(v.string(), v.maxLength(4096))
const digest = v.pipe(v.string(), v.regex(base64url32))
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const acr = v.picklist(['presence', 'passcode'])
const json = v.record(v.string(), v.unknown())
/** A signing input is a JWS without its last part. */
const jws = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?$/),
)

const challengeSchema: v.GenericSchema<unknown, ApprovalChallenge> = v.strictObject({
  iss: text,
  jti: idSchema,
  iat: seconds,
  exp: seconds,
  sub: text,
  method: text,
  uri: text,
  body: digest,
  shown: digest,
  acr,
  device_key: digest,
  presence_key: v.exactOptional(digest),
})
const statementSchema: v.GenericSchema<unknown, ApprovalStatement> = v.strictObject({
  iss: text,
  approval: idSchema,
  challenge: digest,
  shown: digest,
  acr,
})
const proof: v.GenericSchema<unknown, ApprovalProof> = v.variant('kind', [
  v.strictObject({ kind: v.literal('key'), evidence: jws }),
  v.strictObject({ kind: v.literal('passkey'), evidence: jws, response: json }),
  v.strictObject({ kind: v.literal('passcode'), evidence: jws, login: idSchema, ...loginSchemas }),
])
const state = v.picklist(approvalStates)
const list: v.GenericSchema<unknown, ApprovalList> = v.object({
  approvals: v.array(
    v.object({
      id: idSchema,
      state,
      title: text,
      lines: linesSchema,
      reasons: v.array(v.picklist(approvalReasons)),
      created: seconds,
      expires: seconds,
    }),
  ),
})
const approvalAnswer: v.GenericSchema<unknown, ApprovalAnswer> = v.object({ state })

/** Throws `bad_request`. */
export const parseApprovalProof: (value: unknown) => ApprovalProof = request(proof)
/** Each throws `answer_refused`. */
export const parseApprovalList: (value: unknown) => ApprovalList = answer(list)
export const parseApprovalAnswer: (value: unknown) => ApprovalAnswer = answer(approvalAnswer)

async function digestOf(value: string, crypto: CryptoPort): Promise<string> {
  return toBase64url(await crypto.sha256(utf8(value)))
}

/** Of a body as its sender wrote it. Throws `approval_body_refused`. */
export function bodyDigest(body: string, crypto: CryptoPort): Promise<string> {
  return digestOf(canonicalJson(parseIJson(body)), crypto)
}

export function shownDigest(
  { title, lines: shown }: Pick<ApprovalDemand, 'title' | 'lines'>,
  crypto: CryptoPort,
): Promise<string> {
  const said = shown.map(({ name, label, value }) => ({ name, label, value }))
  return digestOf(canonicalJson({ title, lines: said }), crypto)
}

export function signChallenge(
  challenge: ApprovalChallenge,
  kid: string,
  key: PrivateKey,
  crypto: CryptoPort,
): Promise<string> {
  return signJws('hf-challenge+jwt', { kid }, challenge, key, crypto)
}

/** Null unless it is a challenge signed by one of `keys`, named by `kid`. Nothing is compared yet. */
export async function openChallenge(
  challenge: string,
  keyOf: (kid: string) => VerifyKey | null | Promise<VerifyKey | null>,
  crypto: CryptoPort,
): Promise<ApprovalChallenge | null> {
  const decoded = decodeJws('hf-challenge+jwt', challenge)
  const key = decoded !== null && 'kid' in decoded.signer ? await keyOf(decoded.signer.kid) : null
  if (decoded === null || key === null) return null
  const said = v.safeParse(challengeSchema, await verifyJws(decoded, key, crypto))
  return said.success ? said.output : null
}

/** What one statement says of a challenge. */
export async function approvalStatement(
  {
    challenge,
    claims,
    acr: proved,
  }: {
    readonly challenge: string
    readonly claims: ApprovalChallenge
    readonly acr: ApprovalStatement['acr']
  },
  crypto: CryptoPort,
): Promise<ApprovalStatement> {
  const { iss, jti, shown } = claims
  return { iss, approval: jti, challenge: await digestOf(challenge, crypto), shown, acr: proved }
}

/** What is signed: `kid` is the thumbprint of the key, or the id of a passkey. */
export function approvalInput(kid: string, statement: ApprovalStatement): string {
  return jwsInput('hf-approval+jwt', { kid }, statement)
}

/** False for anything but this very statement, signed by this key under this name. */
export async function isApproval(
  evidence: string,
  { kid, statement }: { readonly kid: string; readonly statement: ApprovalStatement },
  key: VerifyKey,
  crypto: CryptoPort,
): Promise<boolean> {
  const decoded = decodeJws('hf-approval+jwt', evidence)
  if (decoded === null || !('kid' in decoded.signer) || decoded.signer.kid !== kid) return false
  const said = v.safeParse(statementSchema, await verifyJws(decoded, key, crypto))
  if (!said.success) return false
  const names = Object.keys(statement) as Array<keyof ApprovalStatement>
  return names.every((name) => said.output[name] === statement[name])
}

/** True when `proved` is at least `asked`. */
export function isEnough(proved: Acr, asked: Acr): boolean {
  return acrs.indexOf(proved) >= acrs.indexOf(asked)
}

export function encodeEvidence(evidence: ApprovalEvidence): string {
  return toBase64url(utf8(canonicalJson(evidence)))
}
