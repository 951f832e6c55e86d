/**
 * What the nodes of a service tell each other about sealing keys (docs/protocol.md 8): one document in the store, sealed under the
 * wrapping key. Seeds stand in it only encrypted to node keys that exist in memory alone, so no copy of it ever opens one.
 */
import { fromUtf8, HoldfastError, type SealingSuite, type ServiceStatement, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { KeyRing } from './keys.ts'

export type SealingKeyEntry = {
  /** One octet, never that of another key while a statement may name it. */
  readonly id: number
  readonly suite: SealingSuite
  /** Key configuration of RFC 9458 section 3.1, b64u. */
  readonly config: string
  /** Milliseconds since 1970. */
  readonly bornMs: number
  /** When clients are told of it: once all nodes had time to learn of it. */
  readonly toldMs: number
  /** When its private half is erased: earlier once it has a successor. */
  readonly endsMs: number
  /** When its id is free again. */
  readonly forgottenMs: number
  /** The seed, encrypted to each node key (b64u) that asked for it. */
  readonly seeds: Readonly<Record<string, string>>
}

export type SealingNode = {
  /** b64u. Names the entry, too: a node replaces it together with its key. */
  readonly publicKey: string
  readonly bornMs: number
  /** Ids of the keys it had when it wrote this. */
  readonly holds: readonly number[]
}

export type SealingDocument = {
  /** Oldest first. */
  readonly keys: readonly SealingKeyEntry[]
  readonly nodes: readonly SealingNode[]
  readonly lastId: number
}

export const documentName = 'sealing'

/** The sequence is authenticated: an old document passes for a new one nowhere. */
function contextOf(sequence: number): string {
  return `sealing:${sequence}`
}

export function writeDocument(document: SealingDocument, sequence: number, keys: KeyRing): string {
  return keys.seal(contextOf(sequence), utf8(JSON.stringify(document)))
}

/** Null when this service did not write it. */
export function readDocument(value: string, sequence: number, keys: KeyRing): SealingDocument | null {
  try {
    return JSON.parse(fromUtf8(keys.open(contextOf(sequence), value))) as SealingDocument
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'store_unavailable') return null
    throw error
  }
}

/** Begins anywhere: where a document was lost, the ids of before are not likely to come again. */
export function emptyDocument(): SealingDocument {
  return { keys: [], nodes: [], lastId: nodeCrypto.random(1)[0] as number }
}

/** Without what time has made worthless: keys nobody may ask for, nodes whose keys are erased, and seeds for those. */
export function pruned(document: SealingDocument, now: number, nodeKeyMs: number): SealingDocument {
  const nodes = document.nodes.filter(({ bornMs }) => now < bornMs + nodeKeyMs)
  const present = new Set(nodes.map(({ publicKey }) => publicKey))
  const lastingSeeds = ({ seeds, endsMs }: SealingKeyEntry): SealingKeyEntry['seeds'] =>
    Object.fromEntries(now < endsMs ? Object.entries(seeds).filter(([node]) => present.has(node)) : [])
  const keys: SealingKeyEntry[] = []
  for (const key of document.keys) if (now < key.forgottenMs) keys.push({ ...key, seeds: lastingSeeds(key) })
  return { ...document, keys, nodes }
}

/**
 * The id of the next key. When all 256 may still be in somebody's statement, that of the oldest key nobody has any more: what comes
 * sealed to that one could not be opened in any case, and its sender asks for the statement. Throws `overloaded` when there is none.
 */
export function nextId(
  { keys, lastId }: SealingDocument,
  isDead: (entry: SealingKeyEntry) => boolean,
): number {
  const used = new Set(keys.map(({ id }) => id))
  for (let step = 1; step <= 256; step++) {
    const id = (lastId + step) % 256
    if (!used.has(id)) return id
  }
  const dead = keys.find(isDead)
  if (dead === undefined) throw new HoldfastError('overloaded')
  return dead.id
}

/** The latest key, which no other has followed, or null. */
export function newest({ keys }: SealingDocument, suite: SealingSuite): SealingKeyEntry | null {
  return keys.findLast((key) => key.suite === suite) ?? null
}

/** With a new key; its predecessors end `overlapMs` after it came, if not before. */
export function withKey(document: SealingDocument, key: SealingKeyEntry, overlapMs: number): SealingDocument {
  const keys: SealingKeyEntry[] = []
  for (const older of document.keys) {
    if (older.id === key.id) continue
    const endsMs = older.suite === key.suite ? Math.min(older.endsMs, key.bornMs + overlapMs) : older.endsMs
    keys.push({ ...older, endsMs })
  }
  return { ...document, keys: [...keys, key], lastId: key.id }
}

/** What the statement says: a live key of each suite, best first. Its end in whole seconds, never too late. */
export function offered(
  { keys }: SealingDocument,
  suites: readonly SealingSuite[],
  now: number,
): NonNullable<ServiceStatement['sealing']> {
  return suites.flatMap((suite) => {
    const live = keys.filter((key) => key.suite === suite && now < key.endsMs)
    const key = live.findLast(({ toldMs }) => now >= toldMs) ?? live.at(-1)
    return key === undefined ? [] : [{ config: key.config, exp: Math.floor(key.endsMs / 1000) }]
  })
}
