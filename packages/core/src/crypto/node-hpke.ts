/** HPKE on node:crypto: several times as fast as WebCrypto, which crosses a thread for every small step. */
import type { AEAD, KDF } from 'hpke'
import { hpkeOf } from './hpke.ts'
import { openAesGcm, sealAesGcm } from './node-aes-gcm.ts'
import { expandSha256, extractSha256 } from './node-hkdf.ts'
import { eraseXWing, nodeXWingKem } from './node-hpke-x-wing.ts'
import { nodeX25519Kem } from './node-hpke-x25519.ts'
import { nativeMlKem, portableMlKem } from './node-ml-kem.ts'
import type { HpkePort } from './port.ts'

const kdf: KDF = {
  id: 0x0001,
  type: 'KDF',
  name: 'HKDF-SHA256',
  Nh: 32,
  stages: 2,
  Extract: async (salt, ikm) => extractSha256(salt, ikm),
  Expand: async (prk, info, length) => expandSha256(prk, info, length),
  Derive: () => Promise.reject(new TypeError('HKDF has two stages')),
}

const aead: AEAD = {
  id: 0x0002,
  type: 'AEAD',
  name: 'AES-256-GCM',
  Nk: 32,
  Nn: 12,
  Nt: 16,
  Seal: async (key, nonce, aad, plaintext) => sealAesGcm(key, nonce, aad, plaintext),
  async Open(key, nonce, aad, sealed) {
    const plaintext = openAesGcm(key, nonce, aad, sealed)
    if (plaintext === null) throw new TypeError('the tag does not verify')
    return plaintext
  },
}

const x25519 = nodeX25519Kem(kdf)
const mlKem = nativeMlKem ?? portableMlKem
const xWing = nodeXWingKem(mlKem)

export const nodeHpke: HpkePort = hpkeOf({
  kems: { x25519: () => x25519, 'x-wing': () => xWing },
  kdf: () => kdf,
  aead: () => aead,
  erase: { 'x-wing': (key) => eraseXWing(key, mlKem) },
})
