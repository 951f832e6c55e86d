/**
 * Encrypts a secret to the one-time key of a request (docs/protocol.md 8.7). Copy it into your backend, and `npm install hpke`.
 *
 * The gateway passes on what it cannot read, and nothing of the secret is in its logs or memory. That the key is the app's is the
 * gateway's word, though: who changes its code or holds its forward key can ask with a key of his own.
 */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'

const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
const info = new TextEncoder().encode('holdfast reply v1')
// 32 octets in base64url, in their one canonical form.
const keyForm = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

export const replyType = 'application/holdfast-reply'

/**
 * The body of the answer, of type `application/holdfast-reply`. `key`: the field Holdfast-Reply-Key of a request whose identity
 * was checked; `secret`: bytes. Null when the key is none.
 */
export async function sealReply(key, secret) {
  if (!keyForm.test(key ?? '')) return null
  try {
    const publicKey = await suite.DeserializePublicKey(Buffer.from(key, 'base64url'))
    const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, secret, { info })
    return Buffer.concat([encapsulatedSecret, ciphertext])
  } catch {
    // A point nobody can agree with.
    return null
  }
}
