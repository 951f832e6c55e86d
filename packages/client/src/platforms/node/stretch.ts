/** Argon2id on Node: hash-wasm in one worker thread, made on first use and kept; it holds no process open. */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { HoldfastError } from '@holdfast/core'
import type { Stretch } from '../../ports.ts'

type Done = { readonly id: number; readonly key: Uint8Array | null }
type Waiting = {
  readonly resolve: (key: Uint8Array) => void
  readonly reject: (error: HoldfastError) => void
}

/** In words of its own, so that the thread starts alike from source and from dist. What it says of a failure is that there was one. */
const program = `
const { parentPort, workerData } = require('node:worker_threads')
const { argon2id } = require(workerData)
parentPort.on('message', async ({ id, password, salt, cost }) => {
  const { memoryKiB: memorySize, iterations, parallelism, length: hashLength } = cost
  const key = await argon2id({
    password, salt, memorySize, iterations, parallelism, hashLength, outputType: 'binary',
  }).catch(() => null)
  password.fill(0)
  parentPort.postMessage({ id, key })
  key?.fill(0)
})
`

const waiting = new Map<number, Waiting>()
let worker: Worker | null = null
let last = 0

/** Rejects with `passcode_unsupported` when the thread cannot do it, most likely for want of memory. */
export const nodeStretch: Stretch = (password, salt, cost) =>
  new Promise((resolve, reject) => {
    worker ??= start()
    const id = ++last
    waiting.set(id, { resolve, reject })
    worker.ref()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ id, password, salt, cost })
  })

function start(): Worker {
  const library = createRequire(import.meta.url).resolve('hash-wasm/dist/argon2.umd.min.js')
  const started = new Worker(program, { eval: true, workerData: library, execArgv: [] })
  started.on('message', ({ id, key }: Done) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) started.unref()
    if (key === null) call?.reject(new HoldfastError('passcode_unsupported'))
    else call?.resolve(key)
  })
  // What it died of may quote what it was given, so it is not passed on.
  started.on('error', () => lost(started))
  started.on('exit', () => lost(started))
  return started
}

function lost(ended: Worker): void {
  if (worker !== ended) return
  worker = null
  for (const { reject } of waiting.values()) reject(new HoldfastError('passcode_unsupported'))
  waiting.clear()
}
