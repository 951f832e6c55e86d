/**
 * Repetition (docs/protocol.md 4.5): a phone that did not hear the answer sends the very same bytes again and gets the very
 * same answer, for ten minutes. A repeat is never taken for an attack.
 */
import { fromUtf8, HoldfastError, utf8 } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import { checkFresh } from './freshness.ts'
import type { VerifiedSignature } from './signature.ts'
import type { RepeatRecord } from './store.ts'

/** For one kind of answer. */
export type Repeats<Kept> = {
  /**
   * What was kept for this very request, or what `act` gives for a fresh one. `act` stores what {@link Repeats.keep} makes of
   * it in the same atomic act as its effect. `after` follows both ways. Throws what checkFresh throws.
   */
  once(
    signature: VerifiedSignature,
    context: string,
    act: () => Promise<Kept>,
    after?: (kept: Kept) => Promise<void>,
  ): Promise<Kept>
  keep(signature: VerifiedSignature, context: string, kept: Kept): RepeatRecord
  /** Throws `store_unavailable` when it was not sealed under this context. */
  open(context: string, sealed: string): Kept
}

/** The context of an answer that only the identical request may open. */
export function requestContext(signature: VerifiedSignature): string {
  return `repeat:${signature.requestHash}`
}

export function createRepeats<Kept extends object>(deployment: Deployment): Repeats<Kept> {
  const { store, keys, clock, policy } = deployment
  /** Twins that reach this node at the same time share one run, or the second would be refused as a replay of the first. */
  const running = new Map<string, Promise<Kept>>()

  // What was sealed here was serialised here: no other form can come out.
  const open = (context: string, sealed: string): Kept =>
    JSON.parse(fromUtf8(keys.open(context, sealed))) as Kept

  async function find(signature: VerifiedSignature, context: string): Promise<Kept | null> {
    const sealed = await store.findRepeat(signature.requestHash, clock.now())
    return sealed === null ? null : open(context, sealed)
  }

  async function run(signature: VerifiedSignature, context: string, act: () => Promise<Kept>): Promise<Kept> {
    const earlier = await find(signature, context)
    if (earlier !== null) return earlier
    try {
      await checkFresh(signature, deployment)
    } catch (error) {
      const used = error instanceof HoldfastError && error.code === 'replayed'
      // A twin on another node may have finished since we looked.
      const finished = used ? await find(signature, context) : null
      if (finished !== null) return finished
      throw error
    }
    return act()
  }

  return {
    once(
      signature: VerifiedSignature,
      context: string,
      act: () => Promise<Kept>,
      after: (kept: Kept) => Promise<void> = async () => {},
    ): Promise<Kept> {
      const { requestHash } = signature
      const twin = running.get(requestHash)
      if (twin !== undefined) return twin
      const started = run(signature, context, act).then(async (kept) => {
        await after(kept)
        return kept
      })
      const settled = started.finally(() => running.delete(requestHash))
      running.set(requestHash, settled)
      return settled
    },
    keep: (signature: VerifiedSignature, context: string, kept: Kept): RepeatRecord => ({
      requestHash: signature.requestHash,
      sealedAnswer: keys.seal(context, utf8(JSON.stringify(kept))),
      expiresAt: clock.now() + policy.repeatSeconds * 1000,
    }),
    open,
  }
}
