/** How the store has OPAQUE uploads: sealed, each for its place. One put into another record, or under another device, does not open. */
import { fromUtf8, opaqueIdentifiers, utf8 } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import type { OpaqueIdentifiers } from './opaque.ts'
import type { DeviceRecord } from './store.ts'
import type { PasscodeRecord } from './store-factors.ts'

// Ids are b64u, so no two places read alike.
type Place = { readonly device: string; readonly record: string }
const contextOf = ({ device, record }: Place): string => `passcode ${device} ${record}`

/** For good: a passcode lives longer than a wrapping key, and depends on the OPAQUE setup, which is as old as the service. */
export function sealUpload(place: Place, upload: string, { keys }: Deployment): string {
  return keys.sealForGood(contextOf(place), utf8(upload))
}

/** Throws `store_unavailable`. */
export function openUpload({ id, deviceId, sealedUpload }: PasscodeRecord, { keys }: Deployment): string {
  return fromUtf8(keys.openForGood(contextOf({ device: deviceId, record: id }), sealedUpload))
}

export function identifiersOf({ keyThumbprint }: DeviceRecord, { origin }: Deployment): OpaqueIdentifiers {
  return opaqueIdentifiers(keyThumbprint, origin)
}
