/** X25519 (RFC 7748) on node:crypto, keys as 32 octets. */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'

const okp = { kty: 'OKP', crv: 'X25519' }
// What stands before the 32 octets in PKCS#8 and SPKI (RFC 8410).
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const spkiLength = 12

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}

export type X25519Pair = { readonly publicKey: Uint8Array; readonly privateKey: KeyObject }

function publicOctets(spki: Uint8Array): Uint8Array {
  return new Uint8Array(spki.subarray(spkiLength))
}

export function generateX25519(): X25519Pair {
  // The public half comes encoded: exporting a freshly generated KeyObject as JWK can hang Node 20.20 for good.
  const { publicKey, privateKey } = generateKeyPairSync('x25519', {
    publicKeyEncoding: { format: 'der', type: 'spki' },
  } as unknown as { publicKeyEncoding: { format: 'der'; type: 'spki' }; privateKeyEncoding: never })
  return { publicKey: publicOctets(publicKey), privateKey: privateKey as unknown as KeyObject }
}

export function x25519Of(scalar: Uint8Array): X25519Pair {
  const der = Buffer.concat([pkcs8, scalar])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  der.fill(0)
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { publicKey: publicOctets(spki), privateKey }
}

/** A JWK imports some fifteen times as fast as SPKI on Node 20. */
export function importX25519(octets: Uint8Array): KeyObject {
  return createPublicKey({ key: { ...okp, x: base64url(octets) }, format: 'jwk' })
}

const zero = Buffer.alloc(32)

/** Throws when the result is all zero, as it is for points of low order (RFC 7748 section 6.1). */
export function agreeX25519(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  // OpenSSL refuses by itself; other builds of Node may not.
  const shared = diffieHellman({ privateKey, publicKey })
  if (shared.equals(zero)) throw new TypeError('not a point to agree with')
  return shared
}
