/** The crypto port on WebCrypto: browsers, and every runtime with `crypto.subtle`. */
import { HoldfastError } from '../errors.ts'
import { type PublicJwk, parsePublicJwk } from '../jwk.ts'
import { isRawSignature } from './ecdsa.ts'
import { webHpke } from './web-hpke.ts'
import type { CryptoPort, KeyPair, PrivateKey, VerifyKey } from './port.ts'

const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const es256 = { name: 'ECDSA', hash: 'SHA-256' } as const

/** TypeScript's DOM types want a view over a plain ArrayBuffer; a copy also shields us from later changes by the caller. */
function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** `webcrypto` is usually `globalThis.crypto`. */
export function webCrypto(webcrypto: Crypto): CryptoPort {
  const { subtle } = webcrypto
  const aesKey = (key: Uint8Array, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
    subtle.importKey('raw', copy(key), 'AES-GCM', false, [usage])
  const gcm = (nonce: Uint8Array, aad: Uint8Array): AesGcmParams => ({
    name: 'AES-GCM',
    iv: copy(nonce),
    additionalData: copy(aad),
    tagLength: 128,
  })
  return {
    hpke: webHpke,
    random: (length: number): Uint8Array => webcrypto.getRandomValues(new Uint8Array(length)),
    sha256: async (data: Uint8Array): Promise<Uint8Array> =>
      new Uint8Array(await subtle.digest('SHA-256', copy(data))),
    async hmacSha256(key: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
      const hmac = { name: 'HMAC', hash: 'SHA-256' }
      const imported = await subtle.importKey('raw', copy(key), hmac, false, ['sign'])
      return new Uint8Array(await subtle.sign('HMAC', imported, copy(data)))
    },
    async hkdfSha256(
      secret: Uint8Array,
      salt: Uint8Array,
      info: Uint8Array,
      length: number,
    ): Promise<Uint8Array> {
      const imported = await subtle.importKey('raw', copy(secret), 'HKDF', false, ['deriveBits'])
      const parameters = { name: 'HKDF', hash: 'SHA-256', salt: copy(salt), info: copy(info) }
      return new Uint8Array(await subtle.deriveBits(parameters, imported, length * 8))
    },
    async generateKeyPair(): Promise<KeyPair> {
      const pair = await subtle.generateKey(p256, false, ['sign'])
      const { kty, crv, x, y } = await subtle.exportKey('jwk', pair.publicKey)
      return {
        publicJwk: parsePublicJwk({ kty, crv, x, y }),
        privateKey: pair.privateKey as unknown as PrivateKey,
      }
    },
    async importPublicKey(jwk: PublicJwk): Promise<VerifyKey> {
      try {
        return (await subtle.importKey('jwk', { ...jwk }, p256, true, ['verify'])) as unknown as VerifyKey
      } catch (cause) {
        throw new HoldfastError('bad_request', { cause })
      }
    },
    sign: async (key: PrivateKey, data: Uint8Array): Promise<Uint8Array> =>
      new Uint8Array(await subtle.sign(es256, key as unknown as CryptoKey, copy(data))),
    verify: async (key: VerifyKey, data: Uint8Array, signature: Uint8Array): Promise<boolean> =>
      isRawSignature(signature) &&
      (await subtle.verify(es256, key as unknown as CryptoKey, copy(signature), copy(data))),
    seal: async (
      key: Uint8Array,
      nonce: Uint8Array,
      aad: Uint8Array,
      plaintext: Uint8Array,
    ): Promise<Uint8Array> =>
      new Uint8Array(await subtle.encrypt(gcm(nonce, aad), await aesKey(key, 'encrypt'), copy(plaintext))),
    async open(
      key: Uint8Array,
      nonce: Uint8Array,
      aad: Uint8Array,
      sealed: Uint8Array,
    ): Promise<Uint8Array | null> {
      const imported = await aesKey(key, 'decrypt')
      try {
        return new Uint8Array(await subtle.decrypt(gcm(nonce, aad), imported, copy(sealed)))
      } catch {
        return null
      }
    },
  }
}
