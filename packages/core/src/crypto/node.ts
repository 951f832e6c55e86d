/** The crypto port on node:crypto. Synchronous: on one thread a call costs half of what WebCrypto takes. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomFillSync,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto'
import { HoldfastError } from '../errors.ts'
import { type PublicJwk, parsePublicJwk } from '../jwk.ts'
import { isRawSignature, toDer } from './ecdsa.ts'
import { openAesGcm, sealAesGcm } from './node-aes-gcm.ts'
import { expandSha256, extractSha256, hmacSha256 } from './node-hkdf.ts'
import { nodeHpke } from './node-hpke.ts'
import type { KeyPair, PrivateKey, SyncCryptoPort, VerifyKey } from './port.ts'

export { toDer }

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

class ExternalKey {
  readonly sign: (data: Uint8Array) => Uint8Array

  constructor(sign: (data: Uint8Array) => Uint8Array) {
    this.sign = sign
  }
}

/**
 * A P-256 private key that is not in this process, e.g. in an HSM. `sign` makes what {@link SyncCryptoPort.sign} makes: 64 bytes
 * r ‖ s over the SHA-256 of the data. What it throws reaches whoever signs.
 */
export function externalKey(sign: (data: Uint8Array) => Uint8Array): PrivateKey {
  return new ExternalKey(sign) as unknown as PrivateKey
}

function signExternally(key: ExternalKey, data: Uint8Array): Uint8Array {
  const signature = key.sign(data)
  if (!isRawSignature(signature)) throw new TypeError('an external key made no P-256 signature')
  return signature
}

export const nodeCrypto: SyncCryptoPort = {
  hpke: nodeHpke,
  random: (length: number): Uint8Array => randomFillSync(new Uint8Array(length)),
  sha256: (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest(),
  hmacSha256: (key: Uint8Array, data: Uint8Array): Uint8Array => hmacSha256(key, data),
  hkdfSha256: (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
    expandSha256(extractSha256(salt, secret), info, length),
  generateKeyPair: (): KeyPair => importPrivateKey(generatePkcs8()),
  importPublicKey(jwk: PublicJwk): VerifyKey {
    try {
      return createPublicKey({ key: { ...jwk }, format: 'jwk' }) as unknown as VerifyKey
    } catch (cause) {
      throw new HoldfastError('bad_request', { cause })
    }
  },
  sign: (key: PrivateKey, data: Uint8Array): Uint8Array =>
    key instanceof ExternalKey
      ? signExternally(key, data)
      : nodeSign('sha256', data, { key: privateObject(key), dsaEncoding: 'ieee-p1363' }),
  verify: (key: VerifyKey, data: Uint8Array, signature: Uint8Array): boolean =>
    isRawSignature(signature) && nodeVerify('sha256', data, key as unknown as KeyObject, toDer(signature)),
  seal: sealAesGcm,
  open: openAesGcm,
}
