/** A device nobody trusts until its user has proved who he is (docs/protocol.md 14). */
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { identifyReporter } from './device-call.ts'
import { checkFresh } from './freshness.ts'
import type { RequestHead } from './head.ts'
import type { DeviceRecord } from './store.ts'
import type { Suspicion } from './store-records.ts'

export interface Suspensions {
  /**
   * The user says he forgot the passcode: signed by the device key or the attempt key, without a token. Said again, content. Throws
   * `grant_refused`, `device_revoked`, `identity_proof_required` when the device is suspended for another reason, or what the
   * signature deserves.
   */
  forgotten(head: RequestHead): Promise<void>
}

/** Suspends it on every node, and writes down why; content when it is suspended or revoked already. */
export async function suspendDevice(
  { id, user }: DeviceRecord,
  reason: Suspicion,
  { store, clock }: Deployment,
): Promise<void> {
  const now = clock.now()
  const action = reason === 'clone' ? 'device.clone_suspected' : 'passcode.forgotten'
  await store.suspendDevice(id, reason, now, auditEntry(action, { at: now, actor: id, user, device: id }))
}

export function createSuspensions(deployment: Deployment): Suspensions {
  return {
    async forgotten(head: RequestHead): Promise<void> {
      const { device, signature } = await identifyReporter(head, deployment)
      // The phone did not hear the answer. Nothing is done and nothing is told that the first answer did not tell.
      if (device.suspendedFor !== null) return
      await checkFresh(signature, deployment)
      await suspendDevice(device, 'passcode_forgotten', deployment)
    },
  }
}
