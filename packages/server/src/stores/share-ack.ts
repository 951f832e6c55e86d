import type { StartByFactor } from '../store-factors.ts'
import type { HeldShare } from './share-release.ts'

/** `issued`: the last mark that was given out; `gone`: the shares were deleted, and none is made again. */
export type VaultMarks = { mark: number; issued: number; gone: boolean }
/** What share and mark become. */
export type Taken = { readonly share: HeldShare | undefined; readonly mark: number }

/**
 * What the device's word about the share it holds changes (docs/protocol.md 13.2); null when it cannot be true: a share that was
 * never given, one that has a successor waiting, an older one than was acknowledged, one of a device that was wiped, a mark that was never issued. No I/O: the
 * store holds the rows locked while it asks and acts. A device that keeps no vault says 0 and 0.
 */
export function judgeAck(
  share: HeldShare | undefined,
  marks: VaultMarks | undefined,
  ack: StartByFactor['ack'],
): Taken | null {
  const { mark, issued, gone } = marks ?? { mark: 0, issued: 0, gone: false }
  if (gone || ack.mark > issued) return null
  const taken = { mark: Math.max(mark, ack.mark) }
  const number = share?.number ?? 0
  // Of whoever was offered another share and goes on with the one before no later unlock would tell: that is a copy of the phone.
  if (ack.number === number && (number === 0 || share?.sealedNext === null)) return { ...taken, share }
  if (ack.number !== number + 1 || share?.sealedNext === null || share === undefined) return null
  return { ...taken, share: { number: ack.number, sealedShare: share.sealedNext, sealedNext: null } }
}
