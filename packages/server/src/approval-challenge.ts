/** Asking the user: a challenge that says which request is meant and what has to be shown (docs/protocol.md 9.2). */
import {
  type ApprovalChallenge,
  type ApprovalDemand,
  canonicalJson,
  fromBase64url,
  HoldfastError,
  openChallenge,
  type PublicJwk,
  signChallenge,
  thumbprint,
  toBase64url,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Payment } from './approval-form.ts'
import { type ApprovalContent, approvalEntry, openContent, sealPart } from './approval-record.ts'
import { type ApprovalRequest, requestClaims } from './approval-request.ts'
import { type ApprovalTools, openTransfer, refuseTransfer } from './approval-transfer.ts'
import type { Deployment } from './deployment.ts'
import { hasPasscode } from './factor.ts'
import { formatAmount } from './money.ts'
import { askPasskey } from './passkey.ts'
import { limitApprovals } from './rate.ts'
import type { ApprovalRecord } from './store.ts'
import type { PresenceRecord } from './store-factors.ts'
import type { Judgement } from './transfer-rules.ts'

/** What a challenge calls a presence key by: the thumbprint of a key, SHA-256 of a passkey's COSE key. */
export function presenceName({
  kind,
  keyName,
  publicKey,
}: Pick<PresenceRecord, 'kind' | 'keyName' | 'publicKey'>): string {
  return kind === 'key' ? keyName : toBase64url(nodeCrypto.sha256(fromBase64url(publicKey)))
}

/** Null where there is none, or a passkey and nowhere to use it. */
async function findPresence(deviceId: string, { store, web }: Deployment): Promise<PresenceRecord | null> {
  const presence = await store.findPresenceOf(deviceId)
  return presence?.kind === 'passkey' && web === undefined ? null : presence
}

/** Throws `passcode_not_set` where this device can prove nothing that would do: a passcode does for presence, never the other way. */
async function checkWays(
  acr: ApprovalChallenge['acr'],
  presence: PresenceRecord | null,
  deviceId: string,
  deployment: Deployment,
): Promise<void> {
  if (acr === 'presence' && presence !== null) return
  if (!(await hasPasscode(deviceId, deployment))) throw new HoldfastError('passcode_not_set')
}

/** A challenge of ours: the JWS and what it says. */
export type Asked = { readonly challenge: string; readonly claims: ApprovalChallenge }

type NewChallenge = Asked & { readonly tokenKey: PublicJwk }

async function newChallenge(
  request: ApprovalRequest,
  judgement: Judgement,
  { presence, id }: { readonly presence: PresenceRecord | null; readonly id: string },
  deployment: Deployment,
): Promise<NewChallenge> {
  const { keys, clock, policy } = deployment
  const iat = Math.floor(clock.now() / 1000)
  const claims: ApprovalChallenge = {
    ...(await requestClaims(request, deployment)),
    jti: id,
    iat,
    exp: iat + policy.approval.lifeSeconds,
    acr: judgement.applied.some(({ verdict }) => verdict === 'ask') ? 'passcode' : request.form.acr,
    ...(presence === null ? {} : { presence_key: presenceName(presence) }),
  }
  const { kid, privateKey, jwk: tokenKey } = keys.token()
  return { claims, tokenKey, challenge: await signChallenge(claims, kid, privateKey, nodeCrypto) }
}

/** Rules have one currency, and so has all that they judge. */
function totalOf(payments: readonly Payment[]): ApprovalContent['amount'] {
  const [first] = payments
  if (first === undefined) return null
  const minor = payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
  const { currency } = first
  return { currency, value: formatAmount({ currency, minor }) }
}

/** Throws `rate_limited` when too many wait for this user already. */
async function keep(
  { verified: { device }, filled, digest }: ApprovalRequest,
  { claims, challenge, tokenKey }: NewChallenge,
  deployment: Deployment,
): Promise<void> {
  const { store, clock, policy } = deployment
  const createdAt = clock.now()
  const { title, lines, payments } = filled
  const content: ApprovalContent = { challenge, title, lines, amount: totalOf(payments), tokenKey }
  const place = { id: claims.jti, deviceId: device.id }
  const record: ApprovalRecord = {
    ...place,
    user: device.user,
    state: 'asked',
    requestDigest: digest,
    sealedContent: sealPart('content', place, canonicalJson(content), deployment),
    sealedEvidence: null,
    acr: null,
    reasons: [],
    createdAt,
    expiresAt: claims.exp * 1000,
  }
  const audit = approvalEntry('approval.asked', device, createdAt, { approval: claims.jti })
  if (!(await store.addApproval(record, policy.approval.open, audit)))
    throw new HoldfastError('rate_limited', { retryAfter: policy.approval.lifeSeconds })
}

/** PublicKeyCredentialRequestOptionsJSON. What a passkey signs is known once the phone has written the statement: theirs is no challenge. */
async function optionsOf(
  presence: PresenceRecord | null,
  { shown: challenge }: ApprovalChallenge,
  { web, policy }: Deployment,
): Promise<Pick<ApprovalDemand, 'options'>> {
  if (presence?.kind !== 'passkey' || web === undefined) return {}
  const asked = { challenge, seconds: policy.approval.lifeSeconds }
  return { options: await askPasskey(web, presence, asked) }
}

/** Throws `approval_required` with the challenge; `transfer_refused`, `passcode_not_set` or `rate_limited`. */
export async function ask(request: ApprovalRequest, tools: ApprovalTools): Promise<never> {
  const { deployment } = tools
  const { device } = request.verified
  await limitApprovals(device.id, 'asked', deployment)
  const id = toBase64url(nodeCrypto.random(16))
  const transfer = await openTransfer(request, tools)
  const judgement = transfer.judge(await transfer.weigh(id))
  if (judgement.verdict === 'refuse') return refuseTransfer(request, judgement, deployment)
  const presence = await findPresence(device.id, deployment)
  const made = await newChallenge(request, judgement, { presence, id }, deployment)
  const { claims, challenge } = made
  await checkWays(claims.acr, presence, device.id, deployment)
  await keep(request, made, deployment)
  const { title, lines } = request.filled
  const approval: ApprovalDemand = {
    challenge,
    title,
    lines,
    notes: judgement.verdict === 'hold' ? ['hold'] : [],
    ...(await optionsOf(presence, claims, deployment)),
  }
  throw new HoldfastError('approval_required', { approval })
}

/** Null unless it is a challenge of ours for this very approval. */
export async function readChallenge(record: ApprovalRecord, deployment: Deployment): Promise<Asked | null> {
  const content = openContent(record, deployment)
  if (content === null) return null
  const kid = await thumbprint(content.tokenKey, nodeCrypto)
  const keyOf = (named: string) => (named === kid ? nodeCrypto.importPublicKey(content.tokenKey) : null)
  const { challenge } = content
  const claims = await openChallenge(challenge, keyOf, nodeCrypto)
  return claims?.jti === record.id ? { challenge, claims } : null
}
