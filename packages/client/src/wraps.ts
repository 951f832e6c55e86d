/** Which ways lead to the vault key: one record, written whole (docs/protocol.md 13.2). What it holds opens nothing by itself. */
import { idSchema } from '@holdfast/core'
import * as v from 'valibot'
import type { RecordStore } from './ports.ts'
import { type StoredRecord, storedRecord } from './record.ts'
import { type DeviceKeyName, keyNameSchema } from './state.ts'

type Wrap = {
  /** Passcode record or presence key, as the service names it. */
  way: string
  /** The number of the service's share it opens with. */
  held: number
  /** The vault key, {@link wrapKey}. */
  wrapped: string
  /** The vault key may have been changed since: this one leads to it (vault-rekey.ts). */
  behind: boolean
}
/** `attempt`: the key that signs logins with this passcode; null where the device key does. */
export type PasscodeWay = Wrap & { kind: 'passcode'; attempt: DeviceKeyName | null }
/** `label`: under which the platform has key and secret. `key`: the key's thumbprint, null for a passkey. */
export type PresenceWay = Wrap & { kind: 'presence'; label: string; key: string | null }
export type Way = PasscodeWay | PresenceWay

export type WrapsRecord = {
  version: 1
  /** The device these ways belong to. */
  device: string
  /** Names the vault, and the device's share. */
  vault: string
  /**
   * Newest first, but of passcodes the one last that a lock left no try after. Several stand here only between setting a new one and the
   * first unlock after that.
   */
  ways: Way[]
  /** Vaults that were never unlocked again; they go with their device. */
  left: string[]
}

const text = v.pipe(v.string(), v.minLength(1))
const wrap = {
  way: idSchema,
  held: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  wrapped: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/)),
  behind: v.boolean(),
} as const
const waySchema: v.GenericSchema<unknown, Way> = v.variant('kind', [
  v.strictObject({ kind: v.literal('passcode'), ...wrap, attempt: v.nullable(keyNameSchema) }),
  v.strictObject({ kind: v.literal('presence'), ...wrap, label: text, key: v.nullable(text) }),
])
const schema: v.GenericSchema<unknown, WrapsRecord> = v.strictObject({
  version: v.literal(1),
  device: idSchema,
  vault: idSchema,
  ways: v.array(waySchema),
  left: v.array(idSchema),
})

export function createWraps(storage: RecordStore, origin: string): StoredRecord<WrapsRecord> {
  return storedRecord(storage, `wraps ${origin}`, schema)
}

export function passcodeWays({ ways }: WrapsRecord): PasscodeWay[] {
  return ways.filter((way) => way.kind === 'passcode')
}

export function presenceWay({ ways }: WrapsRecord): PresenceWay | null {
  return ways.find((way) => way.kind === 'presence') ?? null
}

/** The record with this way in it, in the place of an older wrap of the same way, else in front. */
export function withWay(record: WrapsRecord, way: Way): WrapsRecord {
  const known = record.ways.some((other) => other.way === way.way)
  const ways = known
    ? record.ways.map((other) => (other.way === way.way ? way : other))
    : [way, ...record.ways]
  return { ...record, ways }
}

/** The record without the other ways of its kind. */
export function withOnly(record: WrapsRecord, way: Way): WrapsRecord {
  return { ...record, ways: record.ways.filter((other) => other.kind !== way.kind || other.way === way.way) }
}
