/** Single-use challenges of presence keys, and how everything that is wrong with an answer to one is refused (docs/protocol.md 12.2). */
import { HoldfastError, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { DeviceRecord } from './store.ts'
import type { PresenceChallengeRecord } from './store-factors.ts'

/** Bound to the device and to the presence key it asks for; null: one that is being registered. */
export async function newChallenge(
  deviceId: string,
  presenceId: string | null,
  { store, clock, policy }: Deployment,
): Promise<PresenceChallengeRecord> {
  const record: PresenceChallengeRecord = {
    id: toBase64url(nodeCrypto.random(16)),
    deviceId,
    presenceId,
    challenge: toBase64url(nodeCrypto.random(32)),
    expiresAt: clock.now() + policy.factor.lifeSeconds * 1000,
  }
  await store.addPresenceChallenge(record)
  return record
}

/** Runs `act`, and writes down that it threw `presence_refused`. */
export async function refusePresence<Value>(
  { device, step }: { readonly device: DeviceRecord; readonly step: 'registration' | 'proof' },
  { store, clock }: Deployment,
  act: () => Promise<Value>,
): Promise<Value> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'presence_refused') throw error
    const { id, user } = device
    const facts = { at: clock.now(), actor: id, user, device: id, detail: { step } }
    await store.appendAudit(auditEntry('presence.refused', facts))
    throw error
  }
}
