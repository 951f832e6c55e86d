/**
 * One-time reply keys (docs/protocol.md 8.7): a secret the gateway passes on and cannot read. The app sends a fresh public key;
 * whoever knows the secret encrypts it to that key by HPKE (RFC 9180 section 6.1, base mode). That the key is the app's, the
 * backend has from the gateway alone.
 */
import { base64url32, concat, fromBase64url, toBase64url, utf8 } from './bytes.ts'
import type { CryptoPort } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'

export const replyType = 'application/holdfast-reply'

const suite = 'x25519'
const encLength = 32
const info = utf8('holdfast reply v1')
const none = new Uint8Array(0)

export type ReplyKey = {
  /** The value of the field `Holdfast-Reply-Key`. */
  readonly field: string
  /** Throws `reply_refused` unless the body was encrypted to this key. */
  readonly open: (body: Uint8Array) => Promise<Uint8Array>
}

/** A new key pair for one request; its private half lives in what this returns and nowhere else. */
export async function createReplyKey(crypto: CryptoPort): Promise<ReplyKey> {
  const { publicKey, privateKey } = await crypto.hpke.deriveKeyPair(suite, crypto.random(32))
  return {
    field: toBase64url(publicKey),
    async open(body: Uint8Array): Promise<Uint8Array> {
      const recipient = await crypto.hpke.recipient(suite, privateKey, body.subarray(0, encLength), info)
      const plaintext = await recipient?.open(none, body.subarray(encLength))
      if (plaintext === null || plaintext === undefined) throw new HoldfastError('reply_refused')
      return plaintext
    },
  }
}

/** Whether a field has the form of a reply key: 32 octets in b64u. */
export function isReplyKey(value: string): boolean {
  return base64url32.test(value)
}

/** The body of a reply, of media type {@link replyType}. Throws `bad_request` when the field is no key. */
export async function sealReply(
  field: string,
  plaintext: Uint8Array,
  crypto: CryptoPort,
): Promise<Uint8Array> {
  if (!isReplyKey(field)) throw new HoldfastError('bad_request')
  const sender = await crypto.hpke.sender(suite, fromBase64url(field), info)
  return concat(sender.enc, await sender.seal(none, plaintext))
}
