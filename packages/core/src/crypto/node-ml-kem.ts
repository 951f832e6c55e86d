/**
 * ML-KEM-768 (FIPS 203) for Node: OpenSSL's where it has one (Node 24 and later), some ten times as fast as the portable one, and
 * the same octets.
 */
import * as nodeCrypto from 'node:crypto'
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { ml_kem768 as portable } from '@noble/post-quantum/ml-kem.js'

declare const brand: unique symbol
/** Opaque: only the implementation that made them can read them. */
export type MlKemPublicKey = { readonly [brand]: 'public' }
export type MlKemPrivateKey = { readonly [brand]: 'private' }

export const mlKemPublicLength = 1184
export const mlKemCiphertextLength = 1088
/** d ‖ z of FIPS 203 section 7.1. */
export const mlKemSeedLength = 64

export interface MlKem {
  keysOf(seed: Uint8Array): { readonly octets: Uint8Array; readonly privateKey: MlKemPrivateKey }
  /** May throw for what is no public key; what it lets pass, `encapsulate` refuses. */
  importPublic(octets: Uint8Array): MlKemPublicKey
  encapsulate(key: MlKemPublicKey): { readonly sharedKey: Uint8Array; readonly ciphertext: Uint8Array }
  decapsulate(key: MlKemPrivateKey, ciphertext: Uint8Array): Uint8Array
  /** OpenSSL zeroes what it holds when the last reference is gone. */
  erase(key: MlKemPrivateKey): void
}

export const portableMlKem: MlKem = {
  keysOf(seed: Uint8Array) {
    const { publicKey, secretKey } = portable.keygen(seed)
    return { octets: publicKey, privateKey: secretKey as unknown as MlKemPrivateKey }
  },
  importPublic: (octets: Uint8Array) => octets as unknown as MlKemPublicKey,
  encapsulate(key: MlKemPublicKey) {
    const { sharedSecret, cipherText } = portable.encapsulate(key as unknown as Uint8Array)
    return { sharedKey: sharedSecret, ciphertext: cipherText }
  },
  decapsulate: (key: MlKemPrivateKey, ciphertext: Uint8Array) =>
    portable.decapsulate(ciphertext, key as unknown as Uint8Array),
  erase: (key: MlKemPrivateKey) => void (key as unknown as Uint8Array).fill(0),
}

type OpenSsl = {
  readonly encapsulate?: (key: KeyObject) => { sharedKey: Uint8Array; ciphertext: Uint8Array }
  readonly decapsulate?: (key: KeyObject, ciphertext: Uint8Array) => Uint8Array
}
const { encapsulate, decapsulate }: OpenSsl = nodeCrypto as unknown as OpenSsl

// What stands before the key in SPKI and before the seed in PKCS#8 (draft-ietf-lamps-kyber-certificates).
const spki = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex')
const pkcs8 = Buffer.from('3054020100300b060960864801650304040204428040', 'hex')

function importSeed(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([pkcs8, seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  der.fill(0)
  return key
}

/** Undefined where node:crypto has no ML-KEM, whatever its version says. */
function openSslMlKem(): MlKem | undefined {
  if (encapsulate === undefined || decapsulate === undefined) return undefined
  try {
    importSeed(new Uint8Array(mlKemSeedLength))
  } catch {
    return undefined
  }
  return {
    keysOf(seed: Uint8Array) {
      const key = importSeed(seed)
      const octets = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spki.length)
      return { octets, privateKey: key as unknown as MlKemPrivateKey }
    },
    importPublic(octets: Uint8Array) {
      const key = createPublicKey({ key: Buffer.concat([spki, octets]), format: 'der', type: 'spki' })
      return key as unknown as MlKemPublicKey
    },
    encapsulate: (key: MlKemPublicKey) => encapsulate(key as unknown as KeyObject),
    decapsulate: (key: MlKemPrivateKey, ciphertext: Uint8Array) =>
      decapsulate(key as unknown as KeyObject, ciphertext),
    erase: () => undefined,
  }
}

export const nativeMlKem: MlKem | undefined = openSslMlKem()
