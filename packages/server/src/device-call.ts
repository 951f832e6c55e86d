/** Calls signed by a device key without a token: the token call and the certificate call (docs/protocol.md 5, 10). */
import { HoldfastError } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { limitAnonymous } from './rate.ts'
import { claimedKeyId, verifySignature, type VerifiedSignature } from './signature.ts'
import type { DeviceRecord } from './store.ts'

/** A signed call by a live, bound device. Whether the call is fresh is still to be asked. */
export type DeviceCall = { readonly device: DeviceRecord; readonly signature: VerifiedSignature }

/** Throws `grant_refused`, `device_revoked`, or what the signature deserves. */
export async function identifyDevice(head: RequestHead, deployment: Deployment): Promise<DeviceCall> {
  const { store, origin } = deployment
  const device = await store.findDeviceByKey(claimedKeyId(head))
  if (device === null) {
    await limitAnonymous(head.remote, deployment)
    throw new HoldfastError('grant_refused')
  }
  const key = { thumbprint: device.keyThumbprint, verifyKey: nodeCrypto.importPublicKey(device.publicKey) }
  const signature = verifySignature(head, { origin, routeFields: [], key })
  // After the signature, so that the refusal is signed and the device may believe it.
  if (device.revokedAt !== null) throw new HoldfastError('device_revoked')
  return { device, signature }
}
