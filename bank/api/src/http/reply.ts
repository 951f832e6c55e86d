/**
 * A secret for the app alone (docs/protocol.md 8.7): encrypted to the one-time key of its request by HPKE (RFC 9180, base mode). The
 * gateway passes it on and cannot read it; that the key is the app's is the gateway's word.
 */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { Refusal } from '../refusal.ts'

const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
const info = new TextEncoder().encode('holdfast reply v1')
/** 32 octets in base64url, in their one canonical form. */
const keyForm = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

export const replyType = 'application/holdfast-reply'

/** Body of type {@link replyType}. `key`: the field Holdfast-Reply-Key. Throws `reply_key_missing` when it is none. */
export async function sealReply(key: string | undefined, secret: Uint8Array): Promise<Uint8Array> {
  if (key === undefined || !keyForm.test(key)) throw new Refusal('reply_key_missing')
  try {
    const publicKey = await suite.DeserializePublicKey(Buffer.from(key, 'base64url'))
    const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, secret, { info })
    return Buffer.concat([encapsulatedSecret, ciphertext])
  } catch {
    // A point nobody can agree with.
    throw new Refusal('reply_key_missing')
  }
}
