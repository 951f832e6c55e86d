/** Calls signed by a key of the device without a token: token, certificate, passcode and presence calls (docs/protocol.md 5, 10 to 12). */
import { HoldfastError, type PublicJwk } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Deployment } from './deployment.ts'
import { findBound, isBound } from './device-binding.ts'
import type { RequestHead } from './head.ts'
import { limitAnonymous } from './rate.ts'
import { claimedKeyId, verifySignature, type VerifiedSignature } from './signature.ts'
import { checkStanding } from './standing.ts'
import type { DeviceRecord } from './store.ts'

/** A signed call by a live, bound device. Whether the call is fresh is still to be asked. */
export type DeviceCall = { readonly device: DeviceRecord; readonly signature: VerifiedSignature }

/** The device that has this key, and the key. */
type Signer = { readonly device: DeviceRecord; readonly publicKey: PublicJwk }

async function findByDeviceKey(keyid: string, deployment: Deployment): Promise<Signer | null> {
  const device = await findBound(keyid, deployment)
  return device === null ? null : { device, publicKey: device.publicKey }
}

/** The attempt key may sign what leads to an unlock, and nothing else (docs/protocol.md 11.1). */
async function findByAttemptKey(keyid: string, { store, keys }: Deployment): Promise<Signer | null> {
  const device = await store.findDeviceByAttemptKey(keyid)
  if (device === null || !isBound(device, keys)) return null
  const passcodes = await store.listPasscodes(device.id)
  const publicKey = passcodes.find(({ attemptKeyThumbprint }) => attemptKeyThumbprint === keyid)?.attemptKey
  return publicKey === null || publicKey === undefined ? null : { device, publicKey }
}

/** Whose call it is, whatever that device's standing. */
async function identify(
  head: RequestHead,
  signer: Signer | null,
  deployment: Deployment,
): Promise<DeviceCall> {
  if (signer === null) {
    await limitAnonymous(head.remote, deployment)
    throw new HoldfastError('grant_refused')
  }
  const { device, publicKey } = signer
  const key = { thumbprint: claimedKeyId(head), verifyKey: nodeCrypto.importPublicKey(publicKey) }
  const signature = verifySignature(head, { origin: deployment.origin, routeFields: [], key })
  return { device, signature }
}

function inStanding(call: DeviceCall): DeviceCall {
  checkStanding(call.device)
  return call
}

/** Throws `grant_refused`, `device_revoked`, `identity_proof_required`, or what the signature deserves. */
export async function identifyDevice(head: RequestHead, deployment: Deployment): Promise<DeviceCall> {
  const signer = await findByDeviceKey(claimedKeyId(head), deployment)
  return inStanding(await identify(head, signer, deployment))
}

async function identifyEither(head: RequestHead, deployment: Deployment): Promise<DeviceCall> {
  const keyid = claimedKeyId(head)
  const signer = (await findByDeviceKey(keyid, deployment)) ?? (await findByAttemptKey(keyid, deployment))
  return identify(head, signer, deployment)
}

/**
 * For the calls that lead to an unlock: signed by the device key or its attempt key; `signature.keyThumbprint` says which. Throws
 * what {@link identifyDevice} throws.
 */
export async function identifyUnlocker(head: RequestHead, deployment: Deployment): Promise<DeviceCall> {
  return inStanding(await identifyEither(head, deployment))
}

/** As {@link identifyUnlocker}, and a device may be suspended already because it said the same before. */
export async function identifyReporter(head: RequestHead, deployment: Deployment): Promise<DeviceCall> {
  const call = await identifyEither(head, deployment)
  const { revokedAt, suspendedFor } = call.device
  return revokedAt === null && suspendedFor === 'passcode_forgotten' ? call : inStanding(call)
}
