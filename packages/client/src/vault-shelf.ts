/** Where the cache's answers lie: sealed, in files, listed in the manifest; bounded in octets. */
import { type CryptoPort, concat } from '@holdfast/core'
import type { Clock, FileStore } from './ports.ts'
import {
  decodeAnswer,
  encodeAnswer,
  type KeptAnswer,
  type Policies,
  type Respond,
  streamOf,
} from './vault-answer.ts'
import { fileName } from './vault-files.ts'
import type { VaultKeys } from './vault-keys.ts'
import { type ListedAnswer, type Manifest, newId } from './vault-manifest.ts'
import { openBytes, sealBytes } from './vault-seal.ts'

export type CacheParts = {
  readonly vault: string
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly respond: Respond
  readonly keys: VaultKeys
  readonly manifest: Manifest
  readonly files: FileStore
}

export type FoundAnswer = KeptAnswer & { readonly id: string }

export type Shelf = {
  /** Kept answers to this URL that still open. */
  find(url: string): Promise<FoundAnswer[]>
  /** In place of `replaced`; nothing when something was forgotten since `generation`: it may have been this. */
  put(url: string, answer: KeptAnswer, replaced: string | null, generation: number): Promise<void>
  /** Without a URL: all; and what is on its way here. */
  forget(url?: string): Promise<void>
  drop(id: string): Promise<void>
  generation(): number
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader()
  const pieces: Uint8Array[] = []
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(...pieces)
    pieces.push(value)
  }
}

export function createShelf(parts: CacheParts, policies: Policies, budget: number): Shelf {
  const { vault, crypto, keys, manifest, files } = parts
  const lastUse = new Map<string, number>()
  let uses = 0
  let generation = 0

  const discard = (gone: readonly ListedAnswer[]): Promise<unknown> =>
    Promise.all(gone.map(({ id }) => files.delete(fileName(vault, id)).catch(() => undefined)))

  async function read(id: string): Promise<KeptAnswer | null> {
    const stored = await files.read(fileName(vault, id))
    if (stored === null) return null
    const sealed = await readAll(stored)
    const bytes = await openBytes(keys.get('cache'), fileName(vault, id), sealed, crypto)
    return bytes === null ? null : decodeAnswer(bytes, policies)
  }
  /** Takes the least recently used ones out until the rest fits; gives those taken out. */
  function evict(listed: ListedAnswer[]): ListedAnswer[] {
    listed.sort((a, b) => (lastUse.get(a.id) ?? 0) - (lastUse.get(b.id) ?? 0))
    let size = listed.reduce((sum, answer) => sum + answer.size, 0)
    const gone: ListedAnswer[] = []
    while (size > budget) {
      const oldest = listed.shift() as ListedAnswer
      size -= oldest.size
      gone.push(oldest)
    }
    return gone
  }

  async function remove(isGone: (answer: ListedAnswer) => boolean): Promise<void> {
    if (!manifest.content.cache.some(isGone)) return
    const gone = await manifest.commit((content) => {
      const out = content.cache.filter(isGone)
      content.cache = content.cache.filter((answer) => !isGone(answer))
      return out
    })
    await discard(gone)
  }

  return {
    generation: () => generation,
    async find(url: string): Promise<FoundAnswer[]> {
      const found: FoundAnswer[] = []
      for (const { id } of manifest.content.cache.filter((answer) => answer.url === url)) {
        const answer = await read(id).catch(() => null)
        keys.check()
        if (answer === null) continue
        lastUse.set(id, ++uses)
        found.push({ ...answer, id })
      }
      return found
    },
    async put(url: string, answer: KeptAnswer, replaced: string | null, since: number): Promise<void> {
      const id = newId(crypto)
      const sealed = await sealBytes(keys.get('cache'), fileName(vault, id), encodeAnswer(answer), crypto)
      await files.write(fileName(vault, id), streamOf(sealed))
      const listed = { url, id, size: sealed.length }
      lastUse.set(id, ++uses)
      const gone = await manifest.commit((content) => {
        // Forgotten meanwhile: what was asked for before must not come back.
        if (generation !== since) return [listed]
        const old = content.cache.filter((other) => other.id === replaced)
        content.cache = [...content.cache.filter((other) => other.id !== replaced), listed]
        return [...old, ...evict(content.cache)]
      })
      await discard(gone)
    },
    async forget(url?: string): Promise<void> {
      keys.check()
      generation++
      await remove((answer) => url === undefined || answer.url === url)
    },
    drop: (id: string): Promise<void> => remove((answer) => answer.id === id),
  }
}
