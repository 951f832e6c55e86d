/** The user has said yes: evidence is taken, once (docs/protocol.md 9.3). */
import {
  type ApprovalAnswer,
  type ApprovalEvidence,
  type ApprovalProof,
  HoldfastError,
  isEnough,
  parseApprovalProof,
  parsePublicJwk,
} from '@holdfast/core'
import { type Asked, readChallenge } from './approval-challenge.ts'
import { acrOf, isSignedBy, sealEvidence, verifyAssertion } from './approval-evidence.ts'
import { approvalEntry, findOwn, stateAt } from './approval-record.ts'
import type { Deployment } from './deployment.ts'
import { checkFinish } from './passcode-login.ts'
import { limitApprovals } from './rate.ts'
import type { VerifiedRequest } from './request.ts'
import type { ApprovalRecord, ApprovalStore, DeviceRecord } from './store.ts'

type Proved = {
  readonly evidence: ApprovalEvidence
} & Pick<Parameters<ApprovalStore['approve']>[0], 'login' | 'presence'>

async function byKey(
  { evidence }: Extract<ApprovalProof, { kind: 'key' }>,
  device: DeviceRecord,
  asked: Asked,
  { store }: Deployment,
): Promise<Proved> {
  const presence = await store.findPresenceOf(device.id)
  if (presence?.kind !== 'key') throw new HoldfastError('presence_refused')
  const jwk = parsePublicJwk(JSON.parse(presence.publicKey))
  if (!(await isSignedBy(jwk, { kind: 'key', evidence }, asked))) throw new HoldfastError('presence_refused')
  const { challenge } = asked
  return {
    evidence: { kind: 'key', challenge, evidence, jwk },
    login: null,
    presence: { id: presence.id, counter: 0 },
  }
}

async function byPasskey(
  { evidence, response: answer }: Extract<ApprovalProof, { kind: 'passkey' }>,
  device: DeviceRecord,
  asked: Asked,
  deployment: Deployment,
): Promise<Proved> {
  const presence = await deployment.store.findPresenceOf(device.id)
  if (presence?.kind !== 'passkey') throw new HoldfastError('presence_refused')
  const counter = await verifyAssertion(presence, { evidence, answer }, asked, deployment)
  // Of this form, or it would not have verified.
  const { authenticatorData, clientDataJSON, signature } = answer['response'] as Record<
    'authenticatorData' | 'clientDataJSON' | 'signature',
    string
  >
  return {
    evidence: {
      kind: 'passkey',
      challenge: asked.challenge,
      evidence,
      key: presence.publicKey,
      authenticator_data: authenticatorData,
      client_data: clientDataJSON,
      signature,
    },
    login: null,
    presence: { id: presence.id, counter },
  }
}

/** The login proves the passcode, the device key says what for. One that is not the current passcode yet is nobody's but the session's. */
async function byPasscode(
  { evidence, login: id, ke3, proof }: Extract<ApprovalProof, { kind: 'passcode' }>,
  device: DeviceRecord,
  asked: Asked,
  deployment: Deployment,
): Promise<Proved> {
  const { store, clock } = deployment
  const login = await store.findLogin(id, clock.now())
  if (login?.deviceId !== device.id || login.approvalId !== asked.claims.jti)
    throw new HoldfastError('passcode_refused')
  const passcode = await store.findPasscode(login.recordId)
  if (passcode?.state !== 'current') throw new HoldfastError('passcode_refused')
  const { keyThumbprint: signer, publicKey: jwk } = device
  await checkFinish({ device, signer }, login, { ke3, proof, held: 0 }, deployment)
  if (!(await isSignedBy(jwk, { kind: 'passcode', evidence }, asked)))
    throw new HoldfastError('passcode_refused')
  const { challenge } = asked
  return { evidence: { kind: 'passcode', challenge, evidence, jwk }, login: id, presence: null }
}

function verify(
  proof: ApprovalProof,
  device: DeviceRecord,
  asked: Asked,
  deployment: Deployment,
): Promise<Proved> {
  if (proof.kind === 'key') return byKey(proof, device, asked, deployment)
  if (proof.kind === 'passkey') return byPasskey(proof, device, asked, deployment)
  return byPasscode(proof, device, asked, deployment)
}

/** Runs `act`, and writes down that the evidence was wrong. */
async function noting<Value>(
  { approval, kind }: { readonly approval: string; readonly kind: ApprovalProof['kind'] },
  device: DeviceRecord,
  { store, clock }: Deployment,
  act: () => Promise<Value>,
): Promise<Value> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof HoldfastError && ['presence_refused', 'passcode_refused'].includes(error.code))
      await store.appendAudit(approvalEntry('approval.refused', device, clock.now(), { approval, kind }))
    throw error
  }
}

async function take(
  record: ApprovalRecord,
  proof: ApprovalProof,
  device: DeviceRecord,
  deployment: Deployment,
): Promise<void> {
  const { store, clock } = deployment
  const asked = await readChallenge(record, deployment)
  if (asked?.claims.device_key !== device.keyThumbprint) throw new HoldfastError('approval_refused')
  const { kind } = proof
  const acr = acrOf(kind)
  const { claims } = asked
  if (!isEnough(acr, claims.acr))
    throw new HoldfastError('insufficient_user_authentication', { demand: { acr: claims.acr } })
  const approval = record.id
  const { evidence, login, presence } = await noting({ approval, kind }, device, deployment, () =>
    verify(proof, device, asked, deployment),
  )
  const now = clock.now()
  const approved = await store.approve({
    id: approval,
    deviceId: device.id,
    acr,
    sealedEvidence: sealEvidence(record, evidence, deployment),
    login,
    presence,
    now,
    audit: approvalEntry('approval.approved', device, now, { approval, kind }),
  })
  if (approved) return
  // A twin may have been first; else it is too late, or the key or login went away meanwhile.
  const { sealedEvidence } = await findOwn(approval, device.id, deployment)
  if (sealedEvidence === null) throw new HoldfastError('approval_refused')
}

/** Approvals.prove. */
export async function prove(
  { device }: VerifiedRequest,
  id: string,
  body: unknown,
  deployment: Deployment,
): Promise<ApprovalAnswer> {
  const proof = parseApprovalProof(body)
  await limitApprovals(device.id, 'proved', deployment)
  const record = await findOwn(id, device.id, deployment)
  const state = stateAt(record, deployment.clock.now())
  if (state === 'expired') throw new HoldfastError('approval_expired')
  if (state === 'refused' || state === 'spent') throw new HoldfastError('approval_refused')
  if (state !== 'asked') return { state }
  await take(record, proof, device, deployment)
  return { state: 'approved' }
}
