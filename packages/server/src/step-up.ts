/** What the user has proved against what is asked of him (docs/protocol.md 5.2, RFC 9470). */
import { type FactorDemand, HoldfastError, satisfies } from '@holdfast/core'

/** Throws `insufficient_user_authentication` with the demand, unless the claims satisfy it at `now` (milliseconds). */
export function demandFactor(
  { acr, auth_time: authTime }: { readonly acr: string; readonly auth_time: number },
  demand: FactorDemand,
  now: number,
): void {
  if (!satisfies({ acr, authTime }, demand, Math.floor(now / 1000)))
    throw new HoldfastError('insufficient_user_authentication', { demand })
}
