/**
 * Ways to hide what is said, each as a server uses it: a request of 1 KiB is opened, an answer of 1 KiB is closed. Each is tried
 * once with what the other side would do, so that a row cannot be that of a call that fails.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { encapsulate, decapsulate } from '@holdfast/core'
import type { SealingSuite } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK } from 'jose'
import * as openpgp from 'openpgp'
import { createExchange, createRecipient, exchangedBytes } from './exchange.ts'

const request = randomBytes(exchangedBytes)
const answer = randomBytes(exchangedBytes)

function check(actual: Uint8Array, expected: Uint8Array): void {
  if (!Buffer.from(expected).equals(actual)) throw new Error('something else came out')
}

/** The yardstick of exchange.ts. */
export async function exchange(): Promise<() => unknown> {
  const recipient = createRecipient()
  const once = createExchange(recipient, 1)
  const configuration = { id: 1, suite: 'x25519', publicKey: recipient.publicKey } as const
  const { message, open } = await encapsulate(request, configuration, nodeCrypto)
  const { plaintext, sealed } = once(message, answer)
  check(plaintext, request)
  check(await open(sealed), answer)
  return () => once(message, answer)
}

/** Holdfast's own code for the same. */
export async function core(suite: SealingSuite): Promise<() => unknown> {
  const { publicKey, privateKey } = await nodeCrypto.hpke.deriveKeyPair(suite, nodeCrypto.random(32))
  const key = { configuration: { id: 1, suite, publicKey }, privateKey }
  const { message, open } = await encapsulate(request, key.configuration, nodeCrypto)
  const { plaintext, seal } = await decapsulate(message, key, nodeCrypto)
  check(plaintext, request)
  check(await open(await seal(answer)), answer)
  return async () => (await decapsulate(message, key, nodeCrypto)).seal(answer)
}

/** JWE (RFC 7516) compact, ECDH-ES and A256GCM, to the service's key and back to the phone's. */
export async function jwe(crv: 'X25519' | 'P-256'): Promise<() => unknown> {
  const [service, phone] = await Promise.all([
    generateKeyPair('ECDH-ES', { crv, extractable: true }),
    generateKeyPair('ECDH-ES', { crv, extractable: true }),
  ])
  const close = (text: Uint8Array, key: typeof service.publicKey): Promise<string> =>
    new CompactEncrypt(text).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' }).encrypt(key)
  // As a server holds them: read once.
  const key = await importJWK(await exportJWK(service.privateKey), 'ECDH-ES')
  const message = await close(request, service.publicKey)
  check((await compactDecrypt(message, key)).plaintext, request)
  check((await compactDecrypt(await close(answer, phone.publicKey), phone.privateKey)).plaintext, answer)
  return async () => {
    await compactDecrypt(message, key)
    await close(answer, phone.publicKey)
  }
}

/** OpenPGP (RFC 9580): decrypt and verify, then sign and encrypt; Curve25519 keys, the library's defaults. */
export async function pgp(): Promise<() => unknown> {
  const keyOf = (name: string) =>
    openpgp.generateKey({ type: 'curve25519', userIDs: [{ name }], format: 'object' })
  const [service, phone] = await Promise.all([keyOf('service'), keyOf('phone')])
  async function close(binary: Uint8Array, from: typeof phone, to: typeof phone): Promise<Uint8Array> {
    const message = await openpgp.createMessage({ binary })
    const keys = { encryptionKeys: to.publicKey, signingKeys: from.privateKey }
    return (await openpgp.encrypt({ message, ...keys, format: 'binary' })) as Uint8Array
  }
  async function open(binaryMessage: Uint8Array, from: typeof phone, to: typeof phone): Promise<Uint8Array> {
    const message = await openpgp.readMessage({ binaryMessage })
    const keys = { decryptionKeys: to.privateKey, verificationKeys: from.publicKey }
    // Throws for a message that is unsigned or signed by somebody else.
    const { data } = await openpgp.decrypt({ message, ...keys, expectSigned: true, format: 'binary' })
    return data as Uint8Array
  }
  const message = await close(request, phone, service)
  check(await open(message, phone, service), request)
  check(await open(await close(answer, service, phone), service, phone), answer)
  return async () => {
    await open(message, phone, service)
    await close(answer, service, phone)
  }
}

/** AES-256-GCM under one key both ends have. */
export function builtInKey(): () => unknown {
  const key = randomBytes(32)
  function close(text: Uint8Array): Buffer {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
  }
  function open(message: Uint8Array): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', key, message.subarray(0, 12))
    decipher.setAuthTag(message.subarray(-16))
    return Buffer.concat([decipher.update(message.subarray(12, -16)), decipher.final()])
  }
  const message = close(request)
  check(open(message), request)
  return () => {
    open(message)
    return close(answer)
  }
}
