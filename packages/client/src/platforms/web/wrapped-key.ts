/**
 * A private key as it lies on the disk: PKCS #8 under AES-256-GCM, bound to its public half by the associated data. The nonces are
 * random; a wrapping key wraps a handful of times at most.
 */
import { type CryptoPort, type PublicJwk, thumbprint, utf8 } from '@holdfast/core'
import * as v from 'valibot'
import { p256, publicJwkSchema } from './key.ts'

export type WrappedKey = {
  readonly publicJwk: PublicJwk
  readonly nonce: Uint8Array
  readonly wrapped: Uint8Array
}
const schema: v.GenericSchema<unknown, WrappedKey> = v.strictObject({
  publicJwk: publicJwkSchema,
  nonce: v.pipe(
    v.instance(Uint8Array),
    v.check((nonce) => nonce.length === 12),
  ),
  wrapped: v.instance(Uint8Array),
})

/** Null for none; throws for what is no wrapped key. */
export function parseWrappedKey(value: unknown): WrappedKey | null {
  return value === undefined ? null : v.parse(schema, value)
}

/** TypeError unless there are 32 bytes. The key made of them cannot be exported. */
export async function importWrappingKey(bytes: Uint8Array): Promise<CryptoKey> {
  if (bytes.length !== 32) throw new TypeError('a wrapping key has 32 bytes')
  // Taken over before this returns, so the caller may overwrite his.
  const given = bytes as Uint8Array<ArrayBuffer>
  return crypto.subtle.importKey('raw', given, 'AES-GCM', false, ['wrapKey', 'unwrapKey'])
}

async function sealing(nonce: Uint8Array, publicJwk: PublicJwk, provider: CryptoPort): Promise<AesGcmParams> {
  const additionalData = new Uint8Array(utf8(await thumbprint(publicJwk, provider)))
  return { name: 'AES-GCM', iv: new Uint8Array(nonce), additionalData, tagLength: 128 }
}

export async function wrap(
  key: CryptoKey,
  publicJwk: PublicJwk,
  wrappingKey: CryptoKey,
  provider: CryptoPort,
): Promise<WrappedKey> {
  const nonce = provider.random(12)
  const parameters = await sealing(nonce, publicJwk, provider)
  const wrapped = await crypto.subtle.wrapKey('pkcs8', key, wrappingKey, parameters)
  return { publicJwk, nonce, wrapped: new Uint8Array(wrapped) }
}

/** Rejects when it does not open. `extractable` only to wrap it anew. */
export async function unwrap(
  { publicJwk, nonce, wrapped }: WrappedKey,
  wrappingKey: CryptoKey,
  extractable: boolean,
  provider: CryptoPort,
): Promise<CryptoKey> {
  const parameters = await sealing(nonce, publicJwk, provider)
  const bytes = new Uint8Array(wrapped)
  return crypto.subtle.unwrapKey('pkcs8', bytes, wrappingKey, parameters, p256, extractable, ['sign'])
}
