/** A PIN at rest: AES-256-GCM, bound to its card, so that no record opens in another's place. */
import { createCipheriv, createDecipheriv, randomBytes, randomInt } from 'node:crypto'
import type { PinKeys } from './pin-keys.ts'

const cipher = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16

/** Four ASCII digits. */
export function makePin(): Buffer {
  return Buffer.from(String(randomInt(10_000)).padStart(4, '0'), 'ascii')
}

/** `keyid.base64url(nonce ‖ ciphertext ‖ tag)` */
export function sealPin([{ id, key }]: PinKeys, card: string, pin: Uint8Array): string {
  const nonce = randomBytes(nonceLength)
  const sealing = createCipheriv(cipher, key, nonce).setAAD(boundTo(id, card))
  const bytes = Buffer.concat([nonce, sealing.update(pin), sealing.final(), sealing.getAuthTag()])
  return `${id}.${bytes.toString('base64url')}`
}

/** Throws when the record was changed, is another card's, or its key is gone; the error says nothing of the PIN. */
export function openPin(keys: PinKeys, card: string, sealed: string): Buffer {
  const [id = '', text = ''] = sealed.split('.')
  const found = keys.find((key) => key.id === id)
  if (found === undefined) throw new Error('the key of this PIN is not in the key file')
  const bytes = Buffer.from(text, 'base64url')
  const opening = createDecipheriv(cipher, found.key, bytes.subarray(0, nonceLength), {
    authTagLength: tagLength,
  })
    .setAAD(boundTo(id, card))
    .setAuthTag(bytes.subarray(-tagLength))
  return Buffer.concat([opening.update(bytes.subarray(nonceLength, -tagLength)), opening.final()])
}

function boundTo(keyId: string, card: string): Buffer {
  return Buffer.from(`alder bank pin\n${keyId}\n${card}`)
}
