/** P-256 keys as WebCrypto has them, and what IndexedDB failing means for them. */
import { HoldfastError, parsePublicJwk, type PublicJwk } from '@holdfast/core'
import * as v from 'valibot'

export const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const es256 = { name: 'ECDSA', hash: 'SHA-256' } as const

export const publicJwkSchema: v.GenericSchema<unknown, PublicJwk> = v.pipe(
  v.unknown(),
  v.transform((value): PublicJwk => parsePublicJwk(value)),
)

export type MadeKey = { readonly publicJwk: PublicJwk; readonly key: CryptoKey }

export async function generateKey(extractable: boolean): Promise<MadeKey> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(p256, extractable, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  return { publicJwk: parsePublicJwk({ kty, crv, x, y }), key: privateKey }
}

export async function signWith(key: CryptoKey, data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(es256, key, new Uint8Array(data)))
}

/** Whatever fails in here says nothing about whether there is a key. */
export async function answering<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    throw new HoldfastError('key_unavailable', { cause })
  }
}
