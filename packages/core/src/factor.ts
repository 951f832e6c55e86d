/**
 * What a user proved beside having the device (docs/protocol.md 5, RFC 9470). Authentication contexts are ordered: a passcode
 * satisfies whatever presence satisfies, and never the other way round.
 */
export const acrs = ['device', 'presence', 'passcode'] as const
export type Acr = (typeof acrs)[number]

/** What a route asks of the last factor. */
export type FactorDemand = {
  /** The least context that will do. */
  readonly acr: Exclude<Acr, 'device'>
  /** Seconds since that factor at most; absent: whenever in this session. */
  readonly maxAge?: number
}

export function isAcr(value: unknown): value is Acr {
  return acrs.some((acr) => acr === value)
}

/** True when `acr`, proved at `authTime` (seconds since 1970), is what is demanded at `now` (seconds). */
export function satisfies(
  { acr, authTime }: { readonly acr: string; readonly authTime: number },
  demand: FactorDemand,
  now: number,
): boolean {
  if (!isAcr(acr) || acrs.indexOf(acr) < acrs.indexOf(demand.acr)) return false
  return demand.maxAge === undefined || now - authTime <= demand.maxAge
}
