/** Whether anything a device says still counts (docs/protocol.md 6, 14.1). */
import { HoldfastError } from '@holdfast/core'
import type { DeviceRecord } from './store.ts'

/**
 * Throws `device_revoked` or `identity_proof_required`. Asked after the signature, so that the refusal is signed and the device may
 * believe it.
 */
export function checkStanding({ revokedAt, suspendedFor }: DeviceRecord): void {
  if (revokedAt !== null) throw new HoldfastError('device_revoked')
  if (suspendedFor !== null) throw new HoldfastError('identity_proof_required')
}
