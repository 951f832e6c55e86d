/** HPKE in portable code. Every random octet comes from whoever made the provider: on Hermes there is no global source of them. */
import {
  AEAD_AES_256_GCM,
  KDF_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
  KEM_MLKEM768_X25519,
} from '@panva/hpke-noble'
import { MLKEM768X25519 } from '@noble/post-quantum/hybrid.js'
import type { KEM, Key } from 'hpke'
import { hpkeOf } from './hpke.ts'
import type { HpkePort } from './port.ts'

type Random = (length: number) => Uint8Array

/** The KEM's ephemeral keys are derived from our octets, as RFC 9180 section 7.1.3 derives keys. */
function withRandom(kem: KEM, random: Random): KEM {
  return { ...kem, GenerateKeyPair: (extractable) => kem.DeriveKeyPair(random(kem.Nsk), extractable) }
}

/** As draft-ietf-hpke-pq has it: 32 octets for ML-KEM's encapsulation, 32 for the ephemeral X25519 key. */
function xWing(random: Random): KEM {
  const kem = KEM_MLKEM768_X25519()
  return {
    ...withRandom(kem, random),
    async Encap(recipient: Key) {
      const octets = await kem.SerializePublicKey(recipient)
      const { cipherText, sharedSecret } = MLKEM768X25519.encapsulate(octets, random(64))
      return { enc: cipherText, shared_secret: sharedSecret }
    },
  }
}

export function nobleHpke(random: Random): HpkePort {
  return hpkeOf({
    kems: {
      x25519: () => withRandom(KEM_DHKEM_X25519_HKDF_SHA256(), random),
      'x-wing': () => xWing(random),
    },
    kdf: KDF_HKDF_SHA256,
    aead: AEAD_AES_256_GCM,
  })
}
