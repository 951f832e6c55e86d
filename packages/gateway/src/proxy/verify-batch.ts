/**
 * Heads that arrive in one turn of the event loop are verified one after the other and only then forwarded, one after the
 * other: a signature check sweeps the processor's caches, and between forwarding and forwarding it would do so every time.
 */
import type { RouteRule } from '@holdfast/core'
import type { HoldfastServer, RequestHead, VerifiedRequest } from '@holdfast/server'
import { atEndOfTurn } from './turn.ts'

type Waiting = {
  readonly head: RequestHead
  readonly rule: RouteRule
  readonly resolve: (verified: VerifiedRequest | Promise<VerifiedRequest>) => void
  readonly reject: (reason: unknown) => void
}

export type VerifyBatch = (head: RequestHead, rule: RouteRule) => Promise<VerifiedRequest>

/** Rejects with what {@link HoldfastServer.verify} throws or rejects with. */
export function createVerifyBatch(server: HoldfastServer): VerifyBatch {
  const verify = atEndOfTurn(({ head, rule, resolve, reject }: Waiting) => {
    try {
      resolve(server.verify(head, rule))
    } catch (error) {
      reject(error)
    }
  })
  return (head: RequestHead, rule: RouteRule): Promise<VerifiedRequest> =>
    new Promise((resolve, reject) => verify({ head, rule, resolve, reject }))
}
