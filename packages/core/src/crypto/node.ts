/** The crypto port on node:crypto. Synchronous: on one thread a call costs half of what WebCrypto takes. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto'
import { HoldfastError } from '../errors.ts'
import { type PublicJwk, parsePublicJwk } from '../jwk.ts'
import { isRawSignature, toDer } from './ecdsa.ts'
import type { KeyPair, PrivateKey, SyncCryptoPort, VerifyKey } from './port.ts'

const tagLength = 16

function privateObject(key: PrivateKey): KeyObject {
  return key as unknown as KeyObject
}

function parsePkcs8(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  } catch {
    // Without its cause, which may quote the key.
    throw new TypeError('not a private key in PKCS#8 DER')
  }
}

/** Wraps a P-256 private key in PKCS#8 DER, e.g. from a key file. Throws TypeError when it is anything else. */
export function importPrivateKey(pkcs8: Uint8Array): KeyPair {
  const key = parsePkcs8(pkcs8)
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new TypeError('not a P-256 private key')
  }
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' })
  return { publicJwk: parsePublicJwk({ kty, crv, x, y }), privateKey: key as unknown as PrivateKey }
}

/** A new P-256 private key as PKCS#8 DER, for stores that keep key files. */
export function generatePkcs8(): Uint8Array {
  // Generated already encoded: exporting a freshly generated KeyObject as JWK can hang Node 20.20 for good.
  return new Uint8Array(
    generateKeyPairSync('ec', {
      namedCurve: 'prime256v1',
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      publicKeyEncoding: { format: 'der', type: 'spki' },
    }).privateKey,
  )
}

export const nodeCrypto: SyncCryptoPort = {
  random: (length: number): Uint8Array => new Uint8Array(randomBytes(length)),
  sha256: (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest(),
  hmacSha256: (key: Uint8Array, data: Uint8Array): Uint8Array =>
    createHmac('sha256', key).update(data).digest(),
  hkdfSha256: (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, salt, info, length)),
  generateKeyPair: (): KeyPair => importPrivateKey(generatePkcs8()),
  importPublicKey(jwk: PublicJwk): VerifyKey {
    try {
      return createPublicKey({ key: { ...jwk }, format: 'jwk' }) as unknown as VerifyKey
    } catch (cause) {
      throw new HoldfastError('bad_request', { cause })
    }
  },
  sign: (key: PrivateKey, data: Uint8Array): Uint8Array =>
    nodeSign('sha256', data, { key: privateObject(key), dsaEncoding: 'ieee-p1363' }),
  verify: (key: VerifyKey, data: Uint8Array, signature: Uint8Array): boolean =>
    isRawSignature(signature) && nodeVerify('sha256', data, key as unknown as KeyObject, toDer(signature)),
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(aad)
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  },
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    if (sealed.length < tagLength) return null
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(aad)
    decipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
    const plaintext = decipher.update(sealed.subarray(0, sealed.length - tagLength))
    try {
      return Buffer.concat([plaintext, decipher.final()])
    } catch {
      return null
    }
  },
}
