/** Argon2id in a worker that lives for this one passcode: with it goes the memory that held it. */
import { HoldfastError } from '@holdfast/core'
import type { Stretch } from '../../ports.ts'

export type StretchRequest = {
  readonly password: Uint8Array
  readonly salt: Uint8Array
  readonly cost: Parameters<Stretch>[2]
}
/** Null: it could not be done. Why could quote what was given, so it is not said. */
export type StretchAnswer = { readonly stretched: Uint8Array | null }

/** Rejects with `passcode_unsupported` when the worker cannot do it, most likely for want of memory. */
export const workerStretch: Stretch = (password, salt, cost) =>
  new Promise<Uint8Array>((resolve, reject) => {
    // Bundlers know this form, and it says where the worker lies beside this file.
    const worker = new Worker(new URL('./stretch-worker.js', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<StretchAnswer>) => {
      worker.terminate()
      if (data.stretched === null) reject(new HoldfastError('passcode_unsupported'))
      else resolve(data.stretched)
    })
    worker.addEventListener('error', () => {
      worker.terminate()
      reject(new HoldfastError('passcode_unsupported'))
    })
    const request: StretchRequest = { password, salt, cost }
    worker.postMessage(request, [])
  })
