/**
 * The manifest: one sealed record that says what belongs to the vault. What preferences, files and cache hold lies on the disk under names
 * made for it once and is never written again; a change is a new thing under a new name and then one atomic write of the manifest, so a
 * crash leaves the old content or the new one. What the manifest does not name is nobody's: an old value put back is not found, and one
 * put in another's place does not open. The database is written in place, so it carries a number.
 *
 * What remains: until the service's mark moves, at the next unlock, somebody with the disk can put all of it back at once. And pages of
 * the database are authenticated each by itself (that is SQLCipher's format): an older one in its own place is not noticed as such.
 */
import { type CryptoPort, fromUtf8, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import * as v from 'valibot'
import type { SealedRecords } from './vault-seal.ts'

/** A file of the vault: where it lies, and the SHA-256 of its age header, which no other file has (b64u). */
export type ListedFile = { readonly id: string; readonly head: string }
/** A kept answer: what it answers, where it lies, and its size there in octets. */
export type ListedAnswer = { readonly url: string; readonly id: string; readonly size: number }

export type ManifestContent = {
  /** The service's high-water mark (docs/protocol.md 13.2): lower than the service knows it, the manifest is an old one. */
  mark: number
  /** Of the database, see vault-sql.ts; 0 before there is one. */
  sql: number
  /** The record with the age identity. */
  identity: string | null
  preferences: Map<string, string>
  files: Map<string, ListedFile>
  /** Least recently used first. */
  cache: ListedAnswer[]
}

export type Manifest = {
  readonly content: Readonly<ManifestContent>
  /**
   * `change` gets a copy and alters it; what it returns is returned once the copy is durable. Commits run one after another. Rejects
   * with `storage_full`, `vault_unavailable`, and the manifest is as before.
   */
  commit<Result>(change: (content: ManifestContent) => Result): Promise<Result>
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/))
const schema = v.strictObject({
  version: v.literal(1),
  mark: count,
  sql: count,
  identity: v.nullable(id),
  preferences: v.array(v.tuple([v.string(), id])),
  files: v.array(v.tuple([v.string(), v.strictObject({ id, head: v.string() })])),
  cache: v.array(v.strictObject({ url: v.string(), id, size: count })),
})

export function emptyManifest(): ManifestContent {
  return { mark: 0, sql: 0, identity: null, preferences: new Map(), files: new Map(), cache: [] }
}

export const manifestName = (vault: string): string => `vault ${vault} manifest`

/** A name nothing had before: 128 random bits, b64u. */
export function newId(crypto: CryptoPort): string {
  return toBase64url(crypto.random(16))
}

function encode({ preferences, files, ...content }: ManifestContent): Uint8Array {
  return utf8(JSON.stringify({ version: 1, ...content, preferences: [...preferences], files: [...files] }))
}

function decode(bytes: Uint8Array): ManifestContent {
  try {
    const { version: _, preferences, files, ...content } = v.parse(schema, JSON.parse(fromUtf8(bytes)))
    return { ...content, preferences: new Map(preferences), files: new Map(files) }
  } catch (cause) {
    throw new HoldfastError('vault_damaged', { cause })
  }
}

/** Null only when there certainly is none. Rejects with `vault_damaged` when it is not one of this vault and key. */
export async function readManifest(records: SealedRecords, vault: string): Promise<ManifestContent | null> {
  const bytes = await records.read('manifest', manifestName(vault))
  return bytes === null ? null : decode(bytes)
}

export function writeManifest(
  records: SealedRecords,
  vault: string,
  content: ManifestContent,
): Promise<void> {
  return records.write('manifest', manifestName(vault), encode(content))
}

function copyOf(content: ManifestContent): ManifestContent {
  const { preferences, files, cache } = content
  return { ...content, preferences: new Map(preferences), files: new Map(files), cache: [...cache] }
}

/** `write` makes a content durable. */
export function createManifest(
  first: ManifestContent,
  write: (content: ManifestContent) => Promise<void>,
): Manifest {
  let content = first
  let last: Promise<unknown> = Promise.resolve()
  async function take<Result>(change: (content: ManifestContent) => Result): Promise<Result> {
    const next = copyOf(content)
    const result = change(next)
    await write(next)
    content = next
    return result
  }
  return {
    get content(): ManifestContent {
      return content
    },
    commit<Result>(change: (content: ManifestContent) => Result): Promise<Result> {
      const run = last.then(() => take(change))
      last = run.catch(() => undefined)
      return run
    },
  }
}
