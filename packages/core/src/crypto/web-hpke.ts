/** HPKE on WebCrypto; X-Wing in portable code. */
import { AEAD_AES_256_GCM, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { hpkeOf, portableXWing } from './hpke.ts'
import type { HpkePort } from './port.ts'

export const webHpke: HpkePort = hpkeOf({
  kems: { x25519: KEM_DHKEM_X25519_HKDF_SHA256, 'x-wing': portableXWing },
  kdf: KDF_HKDF_SHA256,
  aead: AEAD_AES_256_GCM,
})
