/** Argon2id as the passcode is stretched, at the platform's port. Runs in a page too. */

import type { Platform } from '@holdfast/client'
import { keyStretching } from '@holdfast/core'
import type { Acts } from './order.ts'
import { timeEach } from './times.ts'

export function stretchActs({ stretch, crypto }: Platform): Acts {
  if (stretch === null) throw new TypeError('nothing is stretched here')
  // The platform may zero what it is given.
  const once = () => stretch(crypto.random(64), new Uint8Array(16), keyStretching)
  return { argon2id: ({ durationMs }) => timeEach(durationMs, once) }
}
