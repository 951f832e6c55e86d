/**
 * The split vault key on the phone (docs/protocol.md 13.3): the device's share, and what a proved factor makes of the service's share. A wrap
 * opens with the share it has, and is made anew under the next one.
 */
import {
  type CryptoPort,
  fromBase64url,
  HoldfastError,
  type passcodeGrant,
  type presenceGrant,
  shareBytes,
  type ShareRelease,
} from '@holdfast/core'
import type { SecretStore } from './ports.ts'
import { zero } from './vault-key.ts'
import { unwrapKey, wrapKey } from './wrap.ts'
import type { Way } from './wraps.ts'

/** A factor the service took: what it released, and what the release is opened with. */
export type Proved = {
  readonly grant: typeof passcodeGrant | typeof presenceGrant
  /** The login or challenge, which opens one session. */
  readonly factor: string
  readonly release: ShareRelease
  /** The key that wraps the vault key under this share of the service (32 octets). */
  wrappingKey(deviceShare: Uint8Array, serverShare: Uint8Array): Promise<Uint8Array>
  /** Zeroes what the factor gave. */
  forget(): void
}

function shareName(vault: string): string {
  return `holdfast share ${vault}`
}

function secretError(cause: unknown): HoldfastError {
  return cause instanceof HoldfastError ? cause : new HoldfastError('key_unavailable', { cause })
}

/** Rejects with `key_missing` when there certainly is none (restored from a backup), else with `key_unavailable`. */
export async function deviceShare(secrets: SecretStore, vault: string): Promise<Uint8Array> {
  const share = await secrets.get(shareName(vault)).catch((cause: unknown) => {
    throw secretError(cause)
  })
  if (share?.length !== shareBytes) throw new HoldfastError('key_missing')
  return share
}

export async function createDeviceShare(
  secrets: SecretStore,
  vault: string,
  crypto: CryptoPort,
): Promise<Uint8Array> {
  const share = crypto.random(shareBytes)
  await secrets.put(shareName(vault), share).catch((cause: unknown) => {
    throw secretError(cause)
  })
  return share
}

export async function removeDeviceShare(secrets: SecretStore, vault: string): Promise<void> {
  await secrets.delete(shareName(vault))
}

type Sharing = { readonly share: Uint8Array; readonly proved: Proved }

async function underShare<Result>(
  { share, proved }: Sharing,
  serverShare: string,
  act: (wrappingKey: Uint8Array) => Promise<Result>,
): Promise<Result> {
  const service = fromBase64url(serverShare)
  const key = await proved.wrappingKey(share, service)
  try {
    return await act(key)
  } finally {
    zero(key, service)
  }
}

/** The vault key out of a way's wrap. Throws `share_gone` for a way the service knows no share of, `vault_damaged`. */
export async function openWay(
  way: Way,
  vault: string,
  { share, proved }: Sharing,
  crypto: CryptoPort,
): Promise<Uint8Array> {
  const { number, share: serverShare } = proved.release
  // The service has none of a number that was never acknowledged; and one of another number opens nothing here.
  if (serverShare === null || number !== way.held) throw new HoldfastError('share_gone')
  const place = { vault, way: way.way, number }
  const key = await underShare({ share, proved }, serverShare, (wrapping) =>
    unwrapKey(way.wrapped, wrapping, place, crypto),
  )
  if (key === null) throw new HoldfastError('vault_damaged')
  return key
}

/** The vault key wrapped under the next share: number and wrap of that way from now on. */
export async function nextWrap(
  vaultKey: Uint8Array,
  { way, vault }: { readonly way: string; readonly vault: string },
  { share, proved }: Sharing,
  crypto: CryptoPort,
): Promise<{ held: number; wrapped: string }> {
  const { number, next_share: next } = proved.release
  const place = { vault, way, number: number + 1 }
  const wrapped = await underShare({ share, proved }, next, (key) => wrapKey(vaultKey, key, place, crypto))
  return { held: number + 1, wrapped }
}
