/**
 * Repetition (docs/protocol.md 4.5): a phone that did not hear the answer sends the very same bytes again and gets the very
 * same answer, for ten minutes. A repeat is never taken for an attack.
 */
import { fromUtf8, HoldfastError, utf8 } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import { checkFresh } from './freshness.ts'
import type { VerifiedSignature } from './signature.ts'
import type { RepeatRecord } from './store.ts'

/**
 * What opens a kept answer: something only the phone's request brings, so that store and wrapping key together open none. The
 * store knows it by a keyed digest at most.
 */
export type RepeatLock = { readonly context: string; readonly secret: Uint8Array }

/** For one kind of answer. */
export type Repeats<Kept> = {
  /**
   * What was kept for this very request, or what `act` gives for a fresh one. `act` stores what {@link Repeats.keep} makes of
   * it in the same atomic act as its effect. `after` follows both ways. Throws what checkFresh throws.
   */
  once(
    signature: VerifiedSignature,
    lock: RepeatLock,
    act: () => Promise<Kept>,
    after?: (kept: Kept) => Promise<void>,
  ): Promise<Kept>
  keep(signature: VerifiedSignature, lock: RepeatLock, kept: Kept): RepeatRecord
  /** Throws `store_unavailable` when it was not sealed under this lock. */
  open(lock: RepeatLock, sealed: string): Kept
}

/** For an answer that only the identical request may open. */
export function requestLock({ requestHash }: VerifiedSignature): RepeatLock {
  return { context: 'repeat', secret: utf8(requestHash) }
}

export function createRepeats<Kept extends object>(deployment: Deployment): Repeats<Kept> {
  const { store, keys, clock, policy } = deployment
  /** Twins that reach this node at the same time share one run, or the second would be refused as a replay of the first. */
  const running = new Map<string, Promise<Kept>>()

  // What was sealed here was serialised here: no other form can come out.
  const open = ({ context, secret }: RepeatLock, sealed: string): Kept =>
    JSON.parse(fromUtf8(keys.open(context, sealed, secret))) as Kept

  const digestOf = ({ requestHash }: VerifiedSignature): string => keys.digest('repeat', requestHash)

  async function find(signature: VerifiedSignature, lock: RepeatLock): Promise<Kept | null> {
    const sealed = await store.findRepeat(digestOf(signature), clock.now())
    return sealed === null ? null : open(lock, sealed)
  }

  async function run(
    signature: VerifiedSignature,
    lock: RepeatLock,
    act: () => Promise<Kept>,
  ): Promise<Kept> {
    const earlier = await find(signature, lock)
    if (earlier !== null) return earlier
    try {
      await checkFresh(signature, deployment)
    } catch (error) {
      const used = error instanceof HoldfastError && error.code === 'replayed'
      // A twin on another node may have finished since we looked.
      const finished = used ? await find(signature, lock) : null
      if (finished !== null) return finished
      throw error
    }
    return act()
  }

  return {
    once(
      signature: VerifiedSignature,
      lock: RepeatLock,
      act: () => Promise<Kept>,
      after: (kept: Kept) => Promise<void> = async () => {},
    ): Promise<Kept> {
      const { requestHash } = signature
      const twin = running.get(requestHash)
      if (twin !== undefined) return twin
      const started = run(signature, lock, act).then(async (kept) => {
        await after(kept)
        return kept
      })
      const settled = started.finally(() => running.delete(requestHash))
      running.set(requestHash, settled)
      return settled
    },
    keep: (signature: VerifiedSignature, { context, secret }: RepeatLock, kept: Kept): RepeatRecord => ({
      requestHash: digestOf(signature),
      sealedAnswer: keys.seal(context, utf8(JSON.stringify(kept)), secret),
      expiresAt: clock.now() + policy.repeatSeconds * 1000,
    }),
    open,
  }
}
