/** The body is compared with the digest the signature covers before anybody reads it (docs/protocol.md 3.6). */
import { equal, HoldfastError, parseContentDigest } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { RequestHead } from './head.ts'

/** Throws `digest_mismatch`. */
export function checkBody(head: RequestHead, body: Uint8Array): void {
  const covered = parseContentDigest(head.fields.get('content-digest'))
  if (!equal(covered, nodeCrypto.sha256(body))) throw new HoldfastError('digest_mismatch')
}
