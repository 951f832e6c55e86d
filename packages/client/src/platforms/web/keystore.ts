/**
 * Device keys in a browser. A CryptoKey that cannot be exported still lies on the disk in plain text, so none is stored: what is stored
 * is wrapped, and what signs is in memory only.
 */
import { type CryptoPort, HoldfastError, type PublicJwk, thumbprint } from '@holdfast/core'
import type { Keystore, StoredKey, WrappedKeys } from '../../ports.ts'
import { attemptKeys } from './attempt-keys.ts'
import type { Database } from './database.ts'
import { answering, generateKey, signWith } from './key.ts'
import { importWrappingKey, parseWrappedKey, unwrap, wrap, type WrappedKey } from './wrapped-key.ts'

/** A key in memory. `wrappingKey` is what it lies under on the disk; null: it lies nowhere yet, and can be exported until it does. */
type Held = {
  readonly publicJwk: PublicJwk
  readonly key: CryptoKey
  readonly wrappingKey: CryptoKey | null
}
/** `closings`: how often the keys were closed. What began before a closing opens nothing after it. */
type Memory = { readonly held: Map<string, Held>; closings: number }

const isSame = (a: PublicJwk, b: PublicJwk): boolean => a.x === b.x && a.y === b.y

export function webKeystore(
  database: Database,
  provider: CryptoPort,
): Keystore & { readonly wrapped: WrappedKeys } {
  const memory: Memory = { held: new Map(), closings: 0 }
  const load = (label: string): Promise<WrappedKey | null> =>
    answering(async () => parseWrappedKey(await database.get('keys', label)))
  async function find(label: string): Promise<StoredKey | null> {
    const unkept = memory.held.get(label)
    const found = unkept?.wrappingKey === null ? unkept : await load(label)
    if (found === null || found === undefined) return null
    const { publicJwk } = found
    return { publicJwk, thumbprint: await thumbprint(publicJwk, provider) }
  }

  return {
    async create(label: string): Promise<StoredKey> {
      if ((await find(label)) !== null) throw new TypeError('this label is in use')
      const { publicJwk, key } = await answering(() => generateKey(true))
      memory.held.set(label, { publicJwk, key, wrappingKey: null })
      return { publicJwk, thumbprint: await thumbprint(publicJwk, provider) }
    },
    find,
    async sign(label: string, data: Uint8Array): Promise<Uint8Array> {
      const held = memory.held.get(label)
      if (held !== undefined) return answering(() => signWith(held.key, data))
      throw new HoldfastError((await load(label)) === null ? 'key_missing' : 'locked')
    },
    async remove(label: string): Promise<void> {
      memory.held.delete(label)
      await answering(() => database.delete('keys', label))
    },
    wrapped: wrappedKeys(memory, load, database, provider),
  }
}

function wrappedKeys(
  memory: Memory,
  load: (label: string) => Promise<WrappedKey | null>,
  database: Database,
  provider: CryptoPort,
): WrappedKeys {
  async function kept(label: string): Promise<WrappedKey> {
    const found = await load(label)
    if (found === null) throw new HoldfastError('key_missing')
    return found
  }
  async function hold(
    label: string,
    wrapped: WrappedKey,
    wrappingKey: CryptoKey,
    closings: number,
  ): Promise<void> {
    const key = await unwrap(wrapped, wrappingKey, false, provider)
    if (memory.closings === closings)
      memory.held.set(label, { publicJwk: wrapped.publicJwk, key, wrappingKey })
    else memory.held.delete(label)
  }
  /** Of a key that is in memory: to be wrapped, then dropped. */
  async function exportable(label: string, { key, wrappingKey }: Held): Promise<CryptoKey> {
    return wrappingKey === null ? key : unwrap(await kept(label), wrappingKey, true, provider)
  }
  /** False when the label is another key's: another page may have used it meanwhile. */
  async function store(label: string, wrapped: WrappedKey): Promise<boolean> {
    let own = true
    await database.update('keys', label, (before) => {
      const other = parseWrappedKey(before)
      own = other === null || isSame(other.publicJwk, wrapped.publicJwk)
      return own ? wrapped : before
    })
    return own
  }

  return {
    async keep(label: string, bytes: Uint8Array): Promise<void> {
      const { closings } = memory
      const wrappingKey = await importWrappingKey(bytes)
      const held = memory.held.get(label)
      if (held === undefined) {
        await kept(label)
        throw new HoldfastError('locked')
      }
      const own = await answering(async () => {
        const wrapped = await wrap(await exportable(label, held), held.publicJwk, wrappingKey, provider)
        const stored = await store(label, wrapped)
        if (stored) await hold(label, wrapped, wrappingKey, closings)
        return stored
      })
      if (!own) throw new TypeError('this label is in use')
    },
    async open(label: string, bytes: Uint8Array): Promise<void> {
      const { closings } = memory
      const wrappingKey = await importWrappingKey(bytes)
      const wrapped = await kept(label)
      await answering(() => hold(label, wrapped, wrappingKey, closings))
      if (!memory.held.has(label)) throw new HoldfastError('locked')
    },
    close(): void {
      memory.closings++
      for (const [label, { wrappingKey }] of memory.held) if (wrappingKey !== null) memory.held.delete(label)
    },
    attempts: attemptKeys(database, provider),
  }
}
