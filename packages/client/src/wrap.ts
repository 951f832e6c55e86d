/** A key wrapped under another (docs/protocol.md 13.3): AES-256-GCM, bound to what it is for. */
import { type CryptoPort, fromBase64url, toBase64url } from '@holdfast/core'
import { vaultKeyBytes } from './vault-key.ts'
import { openBytes, sealBytes } from './vault-seal.ts'

/** What a wrap is for: put in another's place it does not open. */
export type WrapPlace = { readonly vault: string; readonly way: string; readonly number: number }

/** A JSON array of strings and a number has one reading. */
function nameOf({ vault, way, number }: WrapPlace): string {
  return JSON.stringify(['holdfast wrap v1', vault, way, number])
}

/** b64u of {@link sealBytes}. TypeError for a key that was zeroed already. */
export async function wrapKey(
  key: Uint8Array,
  wrappingKey: Uint8Array,
  place: WrapPlace,
  crypto: CryptoPort,
): Promise<string> {
  if (isZeroed(key) || isZeroed(wrappingKey)) throw new TypeError('this key was zeroed')
  return toBase64url(await sealBytes(wrappingKey, nameOf(place), key, crypto))
}

/** Null when it does not open. */
export async function unwrapKey(
  wrapped: string,
  wrappingKey: Uint8Array,
  place: WrapPlace,
  crypto: CryptoPort,
): Promise<Uint8Array | null> {
  const key = await openBytes(wrappingKey, nameOf(place), fromBase64url(wrapped), crypto)
  return key?.length === vaultKeyBytes ? key : null
}

function isZeroed(key: Uint8Array): boolean {
  return key.every((octet) => octet === 0)
}
