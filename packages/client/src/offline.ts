/**
 * Opening the last data without the service (docs/protocol.md 13.6): by finger or face, and by the passcode only where secrets lie in
 * hardware. What may be in it is the bank's decision; how long it opens goes by the phone's clock, and so binds this code and nobody who
 * changes either.
 */
import { HoldfastError, idSchema } from '@holdfast/core'
import * as v from 'valibot'
import { type OfflineReader, openContent, removeContent, type VaultOffline } from './offline-store.ts'
import { createOfflineWays, type OfflineWay, type UsedFactor, waySchema } from './offline-way.ts'
import type { Platform } from './ports.ts'
import type { Factor } from './prompt.ts'
import { storedRecord } from './record.ts'
import { derivedKey, zero } from './vault-key.ts'

export type OpenedOffline = {
  readonly last: OfflineReader
  /** When it opens no more without an unlock, by the phone's clock; milliseconds since 1970. */
  readonly until: number
  /** Forgets the keys; from now on everything rejects with `locked`. */
  lock(): void
}

/** Wrong passcodes before only an unlock with the service makes the passcode count here again. */
const maxTries = 5

type Ways = { version: 1; vault: string; tries: number; ways: OfflineWay[] }
const schema: v.GenericSchema<unknown, Ways> = v.strictObject({
  version: v.literal(1),
  vault: idSchema,
  tries: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  ways: v.array(waySchema),
})
/** Milliseconds since 1970 by the phone's clock. */
const limitSchema = v.strictObject({ from: v.number(), until: v.number() })

/** The vault whose offline key it is. */
export type VaultRoot = { readonly vault: string; readonly vaultKey: Uint8Array }

export type Offline = {
  /** After an unlock: this way opens it from now on, and it opens for so many seconds. Null: it is not allowed, and what there was goes. */
  refresh(seconds: number | null, root: VaultRoot, by: UsedFactor): Promise<void>
  /** Its content, for whoever has the vault key, and the caller's to close. */
  store(root: VaultRoot): Promise<VaultOffline>
  /** Whether a factor may still open what was kept with this vault; its time may be over all the same: that is read with the key alone. */
  has(vault: string): Promise<boolean>
  /** Rejects with `offline_refused`, `passcode_refused`, `presence_failed`, `key_missing`. */
  open(factor: Factor): Promise<OpenedOffline>
  /** This kind of factor opens it no more. */
  dropWay(kind: OfflineWay['kind']): Promise<void>
  remove(): Promise<void>
}

export function createOffline(platform: Platform, origin: string): Offline {
  const { crypto, storage, clock } = platform
  const record = storedRecord(storage, `offline ${origin}`, schema)
  const keys = createOfflineWays(platform)
  const offlineKey = ({ vaultKey }: VaultRoot): Promise<Uint8Array> => derivedKey(vaultKey, 'offline', crypto)

  /** Counted before it is tried, and forgotten when it was right. */
  async function openKey(ways: Ways, factor: Factor): Promise<Uint8Array> {
    if (!('passcode' in factor)) {
      const key = await keys.unwrapBy(ways, factor)
      if (key === null) throw new HoldfastError('presence_failed')
      return key
    }
    if (ways.tries >= maxTries) throw new HoldfastError('offline_refused')
    await record.write({ ...ways, tries: ways.tries + 1 })
    const key = await keys.unwrapBy(ways, factor)
    if (key === null) throw new HoldfastError('passcode_refused')
    await record.write({ ...ways, tries: 0 })
    return key
  }

  /** Null when its time is over, or has not come. */
  function endOf(note: string | null): number | null {
    const limit = v.safeParse(limitSchema, note === null ? null : JSON.parse(note))
    if (!limit.success) return null
    const { from, until } = limit.output
    return from <= clock.now() && clock.now() < until ? until : null
  }

  async function remove(): Promise<void> {
    await record.remove()
    await removeContent(platform, origin)
  }

  return {
    async refresh(seconds, root, by): Promise<void> {
      if (seconds === null) return remove()
      const key = await offlineKey(root)
      // One that cannot be read is made anew: each way comes back with its next unlock.
      const before = await record.read().catch(() => null)
      const kept = before?.vault === root.vault ? before.ways : []
      const others = kept.filter(({ kind }) => kind !== by.kind)
      const same = kept.filter(({ kind, way }) => kind === by.kind && way === by.way)
      const possible = by.kind === 'presence' || keys.takesPasscode
      const made = same.length > 0 || !possible ? same : [await keys.wrapFor(root.vault, key, by)]
      const content = await openContent(key, platform, origin)
      zero(key)
      const now = clock.now()
      await content.saveNote(JSON.stringify({ from: now, until: now + seconds * 1000 }))
      content.close()
      await record.write({ version: 1, vault: root.vault, tries: 0, ways: [...made, ...others] })
    },
    async store(root): Promise<VaultOffline> {
      const key = await offlineKey(root)
      const content = await openContent(key, platform, origin)
      zero(key)
      return { ...content, until: async () => endOf(await content.note()) }
    },
    async has(vault): Promise<boolean> {
      const kept = await record.read()
      if (kept?.vault !== vault) return false
      return kept.ways.some(({ kind }) => kind === 'presence' || kept.tries < maxTries)
    },
    async open(factor): Promise<OpenedOffline> {
      const ways = await record.read()
      if (ways === null) throw new HoldfastError('offline_refused')
      const key = await openKey(ways, factor)
      const content = await openContent(key, platform, origin)
      zero(key)
      const until = endOf(await content.note())
      if (until === null) {
        content.close()
        throw new HoldfastError('offline_refused')
      }
      return { last: { get: (name) => content.get(name) }, until, lock: () => content.close() }
    },
    async dropWay(kind): Promise<void> {
      const ways = await record.read()
      if (ways !== null) await record.write({ ...ways, ways: ways.ways.filter((way) => way.kind !== kind) })
    },
    remove,
  }
}
