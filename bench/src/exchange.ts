/**
 * The service's half of one sealed exchange as fast as Node does it: RFC 9458 over RFC 9180 (base mode, X25519, HKDF-SHA256,
 * AES-256-GCM) straight on node:crypto, with all that one key configuration fixes worked out before. 1 KiB comes, 1 KiB goes.
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** What an exchange carries in each direction, in octets. */
export const exchangedBytes = 1024

export interface Recipient {
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
}

const none = Buffer.alloc(0)
const kemSuite = Buffer.from('KEM\0\x20', 'latin1')
const hpkeSuite = Buffer.from('HPKE\0\x20\0\x01\0\x02', 'latin1')
const algorithms = [0, 0x20, 0, 1, 0, 2]
const spkiLength = 12

export function createRecipient(): Recipient {
  const pair = generateKeyPairSync('x25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  })
  return {
    publicKey: pair.publicKey.subarray(spkiLength),
    privateKey: createPrivateKey(pair.privateKey),
  }
}

/** Opens a message sealed to key number `id` and seals `answer` to it. */
export function createExchange(
  { publicKey, privateKey }: Recipient,
  id: number,
): (message: Uint8Array, answer: Uint8Array) => { plaintext: Uint8Array; sealed: Uint8Array } {
  const header = Buffer.from([id, ...algorithms])
  const info = Buffer.concat([Buffer.from('message/bhttp request\0'), header])
  const context = Buffer.concat([
    Buffer.of(0),
    extract(hpkeSuite, none, 'psk_id_hash', none),
    extract(hpkeSuite, none, 'info_hash', info),
  ])
  const answerContext = Buffer.from('message/bhttp response')
  return (message, answer) => {
    const enc = message.subarray(header.length, header.length + 32)
    const x = Buffer.from(enc).toString('base64url')
    const peer = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
    const prk = extract(kemSuite, none, 'eae_prk', diffieHellman({ privateKey, publicKey: peer }))
    const shared = expand(kemSuite, prk, 'shared_secret', Buffer.concat([enc, publicKey]), 32)
    const secret = extract(hpkeSuite, shared, 'secret', none)
    const key = expand(hpkeSuite, secret, 'key', context, 32)
    const nonce = expand(hpkeSuite, secret, 'base_nonce', context, 12)
    const plaintext = open(key, nonce, message.subarray(header.length + 32))
    const exporter = expand(hpkeSuite, secret, 'exp', context, 32)
    const answerNonce = randomBytes(32)
    const salt = Buffer.concat([enc, answerNonce])
    const answerPrk = hmac(salt, expand(hpkeSuite, exporter, 'sec', answerContext, 32))
    const answerKey = hmac(answerPrk, Buffer.from('key\x01'))
    const answerIv = hmac(answerPrk, Buffer.from('nonce\x01')).subarray(0, 12)
    return { plaintext, sealed: Buffer.concat([answerNonce, ...seal(answerKey, answerIv, answer)]) }
  }
}

function hmac(key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const code = createHmac('sha256', key)
  for (const part of parts) code.update(part)
  return code.digest()
}

/** LabeledExtract and LabeledExpand of RFC 9180 section 4; nothing here is longer than one block. */
function extract(suite: Uint8Array, salt: Uint8Array, label: string, secret: Uint8Array): Buffer {
  return hmac(salt, 'HPKE-v1', suite, label, secret)
}
function expand(
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return hmac(prk, Buffer.of(0, length), 'HPKE-v1', suite, label, info, Buffer.of(1)).subarray(0, length)
}

function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  decipher.setAuthTag(sealed.subarray(-16))
  const plaintext = decipher.update(sealed.subarray(0, -16))
  decipher.final()
  return plaintext
}

function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Buffer[] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]
}
