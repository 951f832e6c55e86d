import type { ReleaseInput } from '../store-factors.ts'

/** `number` 0: none acknowledged yet. `sealedShare` is that of `number`, `sealedNext` the one after. */
export type HeldShare = { number: number; sealedShare: string | null; sealedNext: string | null }
export type StoredShare = HeldShare & { updatedAt: number }

export type ReleaseVerdict =
  /** `share` is what the row becomes: a next one is waiting now, whoever made it. */
  | { readonly kind: 'release'; readonly share: HeldShare & { readonly sealedNext: string } }
  | { readonly kind: 'clone' }
  | { readonly kind: 'late' }
  | { readonly kind: 'gone' }

/**
 * Decides one release to a device that holds share `held` (docs/protocol.md 13.2). No I/O: the store holds the rows locked while it
 * asks and acts. Holding the one that waits is as good as having acknowledged it: the device wrapped under it and was cut off. Holding
 * an older one than was acknowledged means that somebody unlocked another copy since; unless the share moved on while this login or
 * challenge was under way: then it may be the same unlock, on a node that was slow, and no phone is given up for that. A share this
 * store never gave: the store is older than the device.
 */
export function judgeRelease(
  row: StoredShare | undefined,
  { held, fresh, askedAt }: Pick<ReleaseInput, 'held' | 'fresh' | 'askedAt'>,
): ReleaseVerdict {
  const { number, sealedShare, sealedNext } = row ?? { number: 0, sealedShare: null, sealedNext: null }
  if (held < number) return { kind: row !== undefined && row.updatedAt > askedAt ? 'late' : 'clone' }
  if (held === number)
    return { kind: 'release', share: { number, sealedShare, sealedNext: sealedNext ?? fresh } }
  if (held !== number + 1 || sealedNext === null) return { kind: 'gone' }
  return { kind: 'release', share: { number: held, sealedShare: sealedNext, sealedNext: fresh } }
}
