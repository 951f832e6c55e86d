/** Activation codes: made by operators, proved by phones, never stored and never sent (docs/protocol.md 4.1, 4.2). */
import {
  activationProof,
  activationProofKey,
  encodeTranscript,
  type EnrolmentRequest,
  equal,
  formatActivationCode,
  generateActivationCode,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry, systemActor } from './audit.ts'
import { takeChallenge } from './challenge.ts'
import type { Deployment } from './deployment.ts'
import type { ActivationRecord } from './store.ts'

export type ActivationInput = {
  readonly user: string
  /** Where the one-time text goes. */
  readonly sendTo: string
  /** Name of the operator. */
  readonly createdBy: string
}
export type IssuedActivation = {
  /** Shown once; only its id and the sealed proof key are kept. */
  readonly code: string
  readonly codeId: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** For whom, and where his text goes: the key of a code opens for nobody else. */
function keyContext({ codeId, user, sendTo }: Pick<ActivationRecord, 'codeId' | 'user' | 'sendTo'>): string {
  return `activation:${JSON.stringify([codeId, user, sendTo])}`
}

export async function issueActivation(
  { user, sendTo, createdBy }: ActivationInput,
  { store, keys, clock, policy }: Deployment,
): Promise<IssuedActivation> {
  const code = generateActivationCode(nodeCrypto)
  const createdAt = clock.now()
  const expiresAt = createdAt + policy.activation.lifeSeconds * 1000
  const whose = { codeId: code.id, user, sendTo }
  const sealedKey = keys.seal(keyContext(whose), await activationProofKey(code.secret, nodeCrypto))
  await store.addActivation(
    { ...whose, sealedKey, createdBy, createdAt, expiresAt },
    auditEntry('activation.issued', { at: createdAt, actor: createdBy, user, detail: { code_id: code.id } }),
  )
  return { code: formatActivationCode(code), codeId: code.id, expiresAt }
}

export type ProvedActivation = {
  readonly record: ActivationRecord
  /** Hash of the transcript both ends proved. */
  readonly transcript: string
}

/** The proof is computed whatever is wrong, so that an unknown code takes the same work as a wrong proof. */
const nobodysKey = nodeCrypto.random(32)

/**
 * Null for an unknown, used, expired or exhausted code, a used challenge or a wrong proof: nobody learns which.
 * The try is counted before the proof is compared, so parallel guesses get no more of them.
 */
export async function proveActivation(
  request: EnrolmentRequest,
  deviceKey: string,
  deployment: Deployment,
): Promise<ProvedActivation | null> {
  const { origin, store, keys, clock, policy } = deployment
  const { code_id: codeId, challenge, platform, name } = request
  const record = (await takeChallenge(challenge, deployment))
    ? await store.takeActivationTry(codeId, policy.activation.tries, clock.now())
    : null
  const proofKey = record === null ? nobodysKey : keys.open(keyContext(record), record.sealedKey)
  let transcript: string | null = null
  // A phone may hold the statement of the key before or after a rotation; it can have accepted a pinned key only.
  for (const serviceKey of keys.serviceThumbprints()) {
    const said = { deviceKey, serviceKey, issuer: origin, challenge, platform, name }
    const proof = await activationProof(proofKey, said, nodeCrypto)
    if (equal(utf8(proof), utf8(request.proof)))
      transcript = toBase64url(nodeCrypto.sha256(encodeTranscript(said)))
  }
  if (record === null) return null
  if (transcript !== null) return { record, transcript }
  const facts = { at: clock.now(), actor: systemActor, user: record.user, detail: { code_id: codeId } }
  await store.appendAudit(auditEntry('activation.refused', facts))
  return null
}
