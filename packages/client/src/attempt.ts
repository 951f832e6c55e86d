/** Who signs what leads to an unlock: the device key, or where that is under the passcode itself an attempt key (docs/protocol.md 11.1). */
import { HoldfastError, type SigningKey } from '@holdfast/core'
import { deviceSigner } from './request.ts'
import type { Service } from './statement.ts'
import type { PasscodeWay } from './wraps.ts'

export type AttemptTools = { readonly service: Service; readonly deviceKey: SigningKey }

/** The attempt key of this passcode, if it has one. */
export function signerOf({ service, deviceKey }: AttemptTools, way: PasscodeWay | null): SigningKey {
  const attempts = service.platform.keystore.wrapped?.attempts
  if (attempts === undefined || way === null || way.attempt === null) return deviceKey
  return deviceSigner({ keystore: attempts }, way.attempt)
}

/**
 * The service does not know the key that signed, and so signs no refusal. Anybody in the line can say the same: it makes us try what else
 * there is here, and nothing more.
 */
export function isStranger(error: unknown): boolean {
  if (!(error instanceof HoldfastError)) return false
  const { code, cause } = error
  const said = code === 'unverified_refusal' && cause instanceof HoldfastError ? cause.code : code
  return said === 'grant_refused'
}

/**
 * Signed for the newest of these passcodes whose key the service knows. After changes that broke off it may know those of older ones only: a
 * passcode that never became current goes, with its key, when another is set.
 */
export async function signedForOneOf<Result>(
  tools: AttemptTools,
  ways: readonly PasscodeWay[],
  act: (signer: SigningKey) => Promise<Result>,
): Promise<Result> {
  const [way = null, ...others] = ways
  try {
    return await act(signerOf(tools, way))
  } catch (error) {
    if (others.length === 0 || !isStranger(error)) throw error
    return signedForOneOf(tools, others, act)
  }
}
