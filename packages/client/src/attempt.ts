/** Who signs what leads to an unlock: the device key, or where that is under the passcode itself an attempt key (docs/protocol.md 11.1). */
import { type ErrorCode, HoldfastError, type SigningKey } from '@holdfast/core'
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

function isOneOf(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof HoldfastError && codes.includes(error.code)
}

/**
 * Between setting a new passcode and the first unlock with it there are two: the newer is tried first, then the older, and each counts as a
 * try of its own. `tryLast` hears which was refused when a lock left no try for the other. Rejects with `passcode_not_set` when there is none.
 */
export async function triedWithOneOf<Result>(
  ways: readonly PasscodeWay[],
  act: (way: PasscodeWay) => Promise<Result>,
  tryLast: (way: PasscodeWay) => Promise<void>,
): Promise<Result> {
  const [way, ...others] = ways
  if (way === undefined) throw new HoldfastError('passcode_not_set')
  try {
    return await act(way)
  } catch (error) {
    const unknown = (said: unknown): boolean => isOneOf(said, 'passcode_not_set') || isStranger(said)
    const refused = isOneOf(error, 'passcode_refused')
    if (others.length === 0 || !(refused || unknown(error))) throw error
    return triedWithOneOf(others, act, tryLast).catch(async (later: unknown) => {
      if (refused && isOneOf(later, 'passcode_locked')) await tryLast(way).catch(() => undefined)
      throw unknown(later) ? error : later
    })
  }
}
