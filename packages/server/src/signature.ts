/** The signature of one request: its form, what it covers, and the key it verifies under (docs/protocol.md 3.1 to 3.4). */
import {
  concat,
  coveredComponents,
  HoldfastError,
  parseRequestSignature,
  type RequestMessage,
  type RequestSignature,
  signatureAlgorithm,
  signatureBase,
  toBase64url,
  utf8,
  type VerifyKey,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { RequestHead } from './head.ts'

/** Heads whose signature was verified: only their refusals are worth signing (docs/protocol.md 3.8). */
const verifiedHeads = new WeakSet<RequestHead>()

export function wasSigned(head: RequestHead): boolean {
  return verifiedHeads.has(head)
}

export function messageOf(head: RequestHead, origin: string): RequestMessage {
  return { method: head.method, targetUri: origin + head.target.raw, fields: head.fields }
}

/** Refuses any list but the one this service would have made: the sender does not choose what is covered. */
export function checkCoverage(
  head: RequestHead,
  routeFields: readonly string[],
  signature: RequestSignature,
): void {
  const expected = coveredComponents(head.fields, routeFields)
  const { components } = signature
  if (components.length !== expected.length || !expected.every((name, i) => name === components[i])) {
    throw new HoldfastError('signature_invalid')
  }
}

/** The algorithm is the profile's, whatever the message says (RFC 9421 section 3.2 step 6). */
export function checkAlgorithm(signature: RequestSignature): void {
  if (signature.algorithm !== signatureAlgorithm) throw new HoldfastError('signature_invalid')
}

export function baseOf(head: RequestHead, origin: string, signature: RequestSignature): string {
  return signatureBase(messageOf(head, origin), signature.components, signature.serialisedParameters)
}

/** Verifies and remembers that this head was signed by somebody we know. */
export function checkSignature(
  head: RequestHead,
  base: string,
  signature: RequestSignature,
  key: VerifyKey,
): void {
  if (!nodeCrypto.verify(key, utf8(base), signature.signature)) throw new HoldfastError('signature_invalid')
  verifiedHeads.add(head)
}

export type VerifiedSignature = {
  readonly keyThumbprint: string
  readonly createdMs: number
  readonly nonce: string
  /**
   * SHA-256 of the signature base and the signature, base64url: names this very request. What the store knows of a request may be
   * enough to guess its base; its signature only the phone makes.
   */
  readonly requestHash: string
}

/** The key an unverified signature names, to look it up. Throws `signature_missing` or `signature_invalid`. */
export function claimedKeyId(head: RequestHead): string {
  return parseRequestSignature(head.fields).parameters.keyid
}

/** For calls signed by one known key (docs/protocol.md 4 and 5). Throws `signature_missing` or `signature_invalid`. */
export function verifySignature(
  head: RequestHead,
  options: {
    readonly origin: string
    readonly routeFields: readonly string[]
    readonly key: { readonly thumbprint: string; readonly verifyKey: VerifyKey }
  },
): VerifiedSignature {
  const signature = parseRequestSignature(head.fields)
  checkCoverage(head, options.routeFields, signature)
  checkAlgorithm(signature)
  const { created, nonce, keyid } = signature.parameters
  if (keyid !== options.key.thumbprint) throw new HoldfastError('signature_invalid')
  const base = baseOf(head, options.origin, signature)
  checkSignature(head, base, signature, options.key.verifyKey)
  const requestHash = toBase64url(nodeCrypto.sha256(concat(utf8(base), signature.signature)))
  return { keyThumbprint: keyid, createdMs: created * 1000, nonce, requestHash }
}
