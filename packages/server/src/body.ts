/** The body is compared with the digest the signature covers before anybody reads it (docs/protocol.md 3.6). */
import { equal, HoldfastError, parseContentDigest, toBase64 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { RequestHead } from './head.ts'

/** Of the empty body, in the only spelling there is: most requests bring it, and none of them needs a hash. */
const emptyDigest = `sha-256=:${toBase64(nodeCrypto.sha256(new Uint8Array(0)))}:`

/** Throws `digest_mismatch`. */
export function checkBody(head: RequestHead, body: Uint8Array): void {
  const digest = head.fields.get('content-digest')
  if (body.length === 0 && digest === emptyDigest) return
  const covered = parseContentDigest(digest)
  if (!equal(covered, nodeCrypto.sha256(body))) throw new HoldfastError('digest_mismatch')
}
