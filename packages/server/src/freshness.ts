/** Window, nonce and epoch marker: a signature counts once, and only while it is young (docs/protocol.md 3.5). */
import { createdWindow, HoldfastError } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import type { VerifiedSignature } from './signature.ts'
import type { NonceUse } from './store.ts'

export type Stamp = Pick<VerifiedSignature, 'keyThumbprint' | 'createdMs' | 'nonce'>

/** A signature may be used `future` seconds before its `created`, and that is in whole seconds: one more. */
const toleranceMs = (createdWindow.future + 1) * 1000

/** Throws `signature_expired` outside the window. */
export function checkWindow(stamp: Stamp, now: number): void {
  const ageMs = now - stamp.createdMs
  if (ageMs > createdWindow.past * 1000 || ageMs < -createdWindow.future * 1000)
    throw new HoldfastError('signature_expired')
}

function judge(use: NonceUse, stamp: Stamp, now: number): void {
  if (!use.first) throw new HoldfastError('replayed')
  // Before this moment the memory may have held what it no longer holds.
  const blindUntil = use.epoch + toleranceMs
  if (use.epoch > 0 && stamp.createdMs < blindUntil) {
    // `created` is in whole seconds: only the first one that is not before it passes. One more, since a phone knows this clock
    // only as well as the round trip it asked it by.
    const firstCreatedMs = Math.ceil(blindUntil / 1000) * 1000 + 1000
    throw new HoldfastError('nonce_store_restarted', {
      retryAfter: Math.max(1, Math.ceil((firstCreatedMs - now) / 1000)),
    })
  }
}

/** Throws `replayed` or `nonce_store_restarted`. Synchronous when the nonce memory is. */
export function checkNonce(stamp: Stamp, deployment: Deployment, now: number): void | Promise<void> {
  const expiresAt = stamp.createdMs + (createdWindow.past + createdWindow.future) * 1000
  const use = deployment.shortLived.useNonce(stamp.keyThumbprint, stamp.nonce, now, expiresAt)
  if (use instanceof Promise) return use.then((settled) => judge(settled, stamp, now))
  judge(use, stamp, now)
}

/** Both, in order. */
export function checkFresh(stamp: Stamp, deployment: Deployment): void | Promise<void> {
  const now = deployment.clock.now()
  checkWindow(stamp, now)
  return checkNonce(stamp, deployment, now)
}
