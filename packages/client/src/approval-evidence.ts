/** Evidence that the user approves (docs/protocol.md 9.3): made over one challenge by a key of this device, and good for that one alone. */
import {
  approvalInput,
  type ApprovalProof,
  type ApprovalStatement,
  approvalStatement,
  HoldfastError,
  type SigningKey,
  toBase64url,
  utf8,
} from '@holdfast/core'
import type { ApprovingKey, OpenedDemand } from './approval-challenge.ts'
import { type Counted, logInFor } from './passcode.ts'
import { presencePort } from './presence.ts'
import type { EnrolledState } from './state.ts'
import type { Service } from './statement.ts'
import { zero } from './vault-key.ts'

function statementOf(
  service: Service,
  { demand, claims }: OpenedDemand,
  acr: ApprovalStatement['acr'],
): Promise<ApprovalStatement> {
  return approvalStatement({ challenge: demand.challenge, claims, acr }, service.platform.crypto)
}

/** By finger or face. Rejects with `presence_failed`, `presence_unknown`, `presence_unsupported`, `answer_refused` for another passkey. */
export async function presenceEvidence(
  service: Service,
  opened: OpenedDemand,
  { label, kid }: ApprovingKey,
): Promise<ApprovalProof> {
  const { crypto } = service.platform
  const { options } = opened.demand
  const port = await presencePort(service)
  const evidence = approvalInput(kid, await statementOf(service, opened, 'presence'))
  const { secret, proof } = await port.prove(label, {
    text: evidence,
    challenge: await crypto.sha256(utf8(evidence)),
    ...(options === undefined ? {} : { options }),
  })
  // It comes with every touch, and here it opens nothing.
  zero(secret)
  if (proof instanceof Uint8Array) return { kind: 'key', evidence: `${evidence}.${toBase64url(proof)}` }
  if (proof['id'] !== kid) throw new HoldfastError('answer_refused')
  return { kind: 'passkey', evidence, response: proof }
}

export type PasscodeGiven = {
  readonly device: EnrolledState
  readonly deviceKey: SigningKey
  readonly passcode: string
  /** The passcode's name at the service. */
  readonly record: string
}

/** By one try of the passcode, for this approval. Rejects as {@link logInFor} does. */
export async function passcodeEvidence(
  service: Service,
  opened: OpenedDemand,
  { device, deviceKey, passcode, record }: PasscodeGiven,
  counted: Counted,
): Promise<ApprovalProof> {
  const approval = opened.claims.jti
  const given = { device, signer: deviceKey, passcode, record, approval }
  const end = await logInFor(service, given, counted)
  const text = approvalInput(deviceKey.thumbprint, await statementOf(service, opened, 'passcode'))
  const evidence = `${text}.${toBase64url(await deviceKey.sign(utf8(text)))}`
  return { kind: 'passcode', evidence, ...end }
}
