/** Evidence: what a key of the device said of a challenge. Verified when it comes, and again before anybody relies on it (docs/protocol.md 9.3, 9.6). */
import {
  type ApprovalChallenge,
  type ApprovalEvidence,
  approvalInput,
  approvalStatement,
  encodeEvidence,
  fromBase64url,
  fromUtf8,
  HoldfastError,
  isApproval,
  isEnough,
  type PublicJwk,
  thumbprint,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type Asked, presenceName, readChallenge } from './approval-challenge.ts'
import { openPart, type Place, sealPart } from './approval-record.ts'
import { type ApprovalRequest, requestClaims } from './approval-request.ts'
import type { Deployment } from './deployment.ts'
import { type NewPasskey, verifyPasskey } from './passkey.ts'
import type { ApprovalRecord } from './store.ts'

export type ProvedAcr = ApprovalChallenge['acr']

export function acrOf(kind: ApprovalEvidence['kind']): ProvedAcr {
  return kind === 'passcode' ? 'passcode' : 'presence'
}

/** True for the JWS of this very statement by the key the challenge names. */
export async function isSignedBy(
  jwk: PublicJwk,
  { kind, evidence }: Pick<ApprovalEvidence, 'evidence'> & { readonly kind: 'key' | 'passcode' },
  asked: Asked,
): Promise<boolean> {
  const { device_key: deviceKey, presence_key: presenceKey } = asked.claims
  const kid = await thumbprint(jwk, nodeCrypto)
  if (kid !== (kind === 'key' ? presenceKey : deviceKey)) return false
  const statement = await approvalStatement({ ...asked, acr: acrOf(kind) }, nodeCrypto)
  return isApproval(evidence, { kid, statement }, nodeCrypto.importPublicKey(jwk), nodeCrypto)
}

/** The counter of the passkey after this use. `answer`: AuthenticationResponseJSON. Throws `presence_refused`. */
export async function verifyAssertion(
  passkey: NewPasskey,
  { evidence, answer }: { readonly evidence: string; readonly answer: unknown },
  asked: Asked,
  { web }: Deployment,
): Promise<number> {
  const statement = await approvalStatement({ ...asked, acr: 'presence' }, nodeCrypto)
  const named =
    presenceName({ ...passkey, kind: 'passkey' }) === asked.claims.presence_key &&
    evidence === approvalInput(passkey.keyName, statement)
  if (!named || web === undefined) throw new HoldfastError('presence_refused')
  const challenge = toBase64url(nodeCrypto.sha256(utf8(evidence)))
  return verifyPasskey(web, passkey, { answer, challenge })
}

/** Where the flags stand in authenticator data, and the one for a passkey its maker copies (WebAuthn section 6.1). */
const flags = { at: 32, backupEligible: 0x08 } as const

/** Its counter was compared when it approved, and whether it is copied, too: both belong to that moment. */
async function isAsserted(
  evidence: Extract<ApprovalEvidence, { kind: 'passkey' }>,
  asked: Asked,
  deployment: Deployment,
): Promise<boolean> {
  const { kid: keyName } = JSON.parse(fromUtf8(fromBase64url(evidence.evidence.split('.')[0] ?? ''))) as {
    kid: string
  }
  const { authenticator_data: authenticatorData, client_data: clientDataJSON, signature } = evidence
  const synced = ((fromBase64url(authenticatorData)[flags.at] ?? 0) & flags.backupEligible) !== 0
  const passkey = { keyName, publicKey: evidence.key, counter: 0, synced }
  const response = { clientDataJSON, authenticatorData, signature }
  const answer = { id: keyName, rawId: keyName, type: 'public-key', response }
  return verifyAssertion(passkey, { evidence: evidence.evidence, answer }, asked, deployment).then(
    () => true,
    (error: unknown) => {
      if (error instanceof HoldfastError && error.code === 'presence_refused') return false
      throw error
    },
  )
}

export function sealEvidence(place: Place, evidence: ApprovalEvidence, deployment: Deployment): string {
  return sealPart('evidence', place, encodeEvidence(evidence), deployment)
}

/** What was approved, ready to be handed on: `encoded` is the value of `Holdfast-Approval` for a backend. */
export type CheckedEvidence = {
  readonly encoded: string
  readonly acr: ProvedAcr
  readonly claims: ApprovalChallenge
}

/**
 * Believes nothing the row says: the challenge has to be signed by us and to speak of this very request as it will be carried out, and
 * the evidence to be signed over that challenge. Throws `approval_refused`.
 */
export async function checkEvidence(
  record: ApprovalRecord,
  request: ApprovalRequest,
  deployment: Deployment,
): Promise<CheckedEvidence> {
  const asked = await readChallenge(record, deployment)
  const encoded =
    record.sealedEvidence === null ? null : openPart('evidence', record, record.sealedEvidence, deployment)
  if (asked === null || encoded === null) throw new HoldfastError('approval_refused')
  const { challenge, claims } = asked
  const expected = Object.entries(await requestClaims(request, deployment))
  const said: Readonly<Record<string, unknown>> = claims
  // What was sealed here was serialised here: no other form can come out.
  const evidence = JSON.parse(fromUtf8(fromBase64url(encoded))) as ApprovalEvidence
  const acr = acrOf(evidence.kind)
  const holds =
    expected.every(([name, value]) => said[name] === value) &&
    evidence.challenge === challenge &&
    isEnough(acr, claims.acr) &&
    (await (evidence.kind === 'passkey'
      ? isAsserted(evidence, asked, deployment)
      : isSignedBy(evidence.jwk, { kind: evidence.kind, evidence: evidence.evidence }, asked)))
  if (!holds) throw new HoldfastError('approval_refused')
  return { encoded, acr, claims }
}
