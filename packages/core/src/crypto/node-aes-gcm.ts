/** AES-256-GCM on node:crypto, with tags of 16 octets and nonces of 12. */
import { createCipheriv, createDecipheriv } from 'node:crypto'

const tagLength = 16

/** Ciphertext ‖ tag. */
export function sealAesGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(aad)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** Null when the tag does not verify. */
export function openAesGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  if (sealed.length < tagLength) return null
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(aad)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
  const plaintext = decipher.update(sealed.subarray(0, sealed.length - tagLength))
  try {
    // Checks the tag; in this mode nothing is left to come.
    decipher.final()
    return plaintext
  } catch {
    return null
  }
}
