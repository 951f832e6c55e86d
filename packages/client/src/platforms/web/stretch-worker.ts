/** Argon2id (RFC 9106) by hash-wasm, off the thread that draws: one request, one answer. */
import { argon2id } from 'hash-wasm'
import type { StretchAnswer, StretchRequest } from './stretch.ts'

type Scope = {
  addEventListener(type: 'message', listener: (event: MessageEvent<StretchRequest>) => void): void
  postMessage(answer: StretchAnswer, transfer: Transferable[]): void
}
const scope = globalThis as unknown as Scope

async function stretch({ password, salt, cost }: StretchRequest): Promise<StretchAnswer> {
  try {
    const stretched = await argon2id({
      password,
      salt,
      memorySize: cost.memoryKiB,
      iterations: cost.iterations,
      parallelism: cost.parallelism,
      hashLength: cost.length,
      outputType: 'binary',
    })
    return { stretched }
  } catch {
    return { stretched: null }
  }
}

scope.addEventListener(
  'message',
  ({ data }) => void stretch(data).then((answer) => scope.postMessage(answer, [])),
)
