/** One JSON record of this device. Parsed strictly: what cannot be read or understood rejects, and is never taken for nothing. */
import { HoldfastError } from '@holdfast/core'
import * as v from 'valibot'
import type { RecordStore } from './ports.ts'

/** What a platform says of its storage that is more than that it failed. */
const clear: ReadonlySet<string> = new Set(['storage_full', 'storage_evicted'])

/** Rejects with `storage_full`, `storage_evicted`, else with `state_unavailable`. */
export async function attemptStorage<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    if (cause instanceof HoldfastError && clear.has(cause.code)) throw cause
    throw new HoldfastError('state_unavailable', { cause })
  }
}

export type StoredRecord<Value> = {
  /** Null only when there certainly is none. */
  read(): Promise<Value | null>
  /** Atomic: after a crash it is the old one or the new one. */
  write(value: Value): Promise<void>
  remove(): Promise<void>
}

export function storedRecord<Value>(
  storage: RecordStore,
  name: string,
  schema: v.GenericSchema<unknown, Value>,
): StoredRecord<Value> {
  return {
    read: () =>
      attemptStorage(async () => {
        const record = await storage.get(name)
        return record === null ? null : v.parse(schema, JSON.parse(record))
      }),
    write: (value) => attemptStorage(() => storage.put(name, JSON.stringify(value))),
    remove: () => attemptStorage(() => storage.delete(name)),
  }
}
