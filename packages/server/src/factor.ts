/** Passcodes as the way to change who may get in (docs/protocol.md 5.2). */
import { type FactorDemand, HoldfastError } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import type { VerifiedRequest } from './request.ts'
import { demandFactor } from './step-up.ts'

/** True once a session was opened with a passcode: from then on the device key alone opens none. */
export async function hasPasscode(deviceId: string, { store }: Deployment): Promise<boolean> {
  return (await store.listPasscodes(deviceId)).some(({ state }) => state === 'current')
}

/**
 * For the answer that gave a share, before it is given again to the same request: a factor that opened its session has been heard of,
 * and one that is gone went with its share. Throws `grant_refused`.
 */
export async function checkUnused(factor: string, { store, clock }: Deployment): Promise<void> {
  if ((await store.findFactor(factor, clock.now())) === null) throw new HoldfastError('grant_refused')
}

/**
 * For setting and changing factors and removing devices: where the asking device has a passcode, one given just now. Throws
 * `insufficient_user_authentication`.
 */
export async function demandFreshPasscode(
  { device, claims }: VerifiedRequest,
  deployment: Deployment,
): Promise<void> {
  if (!(await hasPasscode(device.id, deployment))) return
  const { policy, clock } = deployment
  const demand: FactorDemand = { acr: 'passcode', maxAge: policy.factor.changeSeconds }
  demandFactor(claims, demand, clock.now())
}
