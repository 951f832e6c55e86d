/**
 * Documents on this phone: each stored as the bank encrypted it for this phone, and opened in memory alone. One its user wants to see
 * without a connection lies in the offline store as well, which no bank can close again (docs/protocol.md 13.6): he is asked first.
 */
import { HoldfastError, type OfflineReader } from '@holdfast/client'
import { concat, fromBase64url, toBase64url } from '@holdfast/core'
import * as v from 'valibot'
import { type BankDocument, documents as schema } from '../bank/shapes.ts'
import type { Open } from './standing.ts'

/** Octets; the offline store is for small things. */
export const awayLimit = 524_288

export type DocumentList = {
  readonly documents: readonly BankDocument[]
  /** Ids of those on this phone. */
  readonly stored: ReadonlySet<string>
  /** False: the bank could not be reached, and this is what it last said. */
  readonly current: boolean
}

export type KeptDocuments = {
  /** Rejects when the bank does, unless it cannot be reached and there is an earlier list. */
  list(): Promise<DocumentList>
  /** `storing` is called when it has come and is being written. Durable when it returns. */
  keep(id: string, storing: () => void): Promise<void>
  /** Null when it is not on this phone. Rejects with `vault_damaged` when it was changed on the disk. */
  open(id: string): Promise<Uint8Array | null>
  /** From this phone; the bank keeps its own. */
  remove(id: string): Promise<void>
  /** Whether it opens without a connection, too. */
  isAway(id: string): Promise<boolean>
  takeAway(document: BankDocument, pdf: Uint8Array): Promise<void>
  leaveBehind(id: string): Promise<void>
}

const nameOf = (id: string): string => `document ${id}`
/** In the preferences: what the bank last listed. In the offline store: what is there. */
const index = 'documents'

function parse(content: unknown): readonly BankDocument[] {
  const parsed = v.safeParse(schema, content)
  return parsed.success ? parsed.output.documents : []
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader()
  const pieces: Uint8Array[] = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value)
  return concat(...pieces)
}

/** Those that open without a connection. */
export async function listAway(last: OfflineReader): Promise<readonly BankDocument[]> {
  const text = await last.get(index)
  return text === null ? [] : parse(JSON.parse(text))
}

/** Null when it is not there. */
export async function openAway(last: OfflineReader, id: string): Promise<Uint8Array | null> {
  const text = await last.get(nameOf(id))
  return text === null ? null : fromBase64url(text)
}

export function keptDocuments({ session, bank }: Pick<Open, 'session' | 'bank'>): KeptDocuments {
  const { files, preferences, offline } = session.vault

  async function fetchList(): Promise<Pick<DocumentList, 'documents' | 'current'>> {
    try {
      const documents = await bank.documents()
      await preferences.set(index, { documents })
      return { documents, current: true }
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'network_unreachable') throw error
      const documents = parse(await preferences.get(index))
      if (documents.length === 0) throw error
      return { documents, current: false }
    }
  }
  async function saveAway(documents: readonly BankDocument[]): Promise<void> {
    await offline?.put(index, JSON.stringify({ documents }))
  }
  async function awayWithout(id: string): Promise<readonly BankDocument[]> {
    if (offline === null) return []
    return (await listAway(offline)).filter((document) => document.id !== id)
  }
  async function leaveBehind(id: string): Promise<void> {
    await saveAway(await awayWithout(id))
    await offline?.delete(nameOf(id))
  }

  return {
    async list(): Promise<DocumentList> {
      const names = new Set(await files.list())
      const { documents, current } = await fetchList()
      const stored = documents.map(({ id }) => id).filter((id) => names.has(nameOf(id)))
      return { documents, stored: new Set(stored), current }
    },
    async keep(id, storing): Promise<void> {
      const file = await bank.sealedDocument(id, await files.recipient())
      storing()
      await files.putEncrypted(nameOf(id), file)
    },
    async open(id): Promise<Uint8Array | null> {
      const stored = await files.get(nameOf(id))
      return stored === null ? null : collect(stored)
    },
    async remove(id): Promise<void> {
      await leaveBehind(id)
      await files.delete(nameOf(id))
    },
    isAway: async (id) => offline !== null && (await listAway(offline)).some((one) => one.id === id),
    async takeAway(document, pdf): Promise<void> {
      await offline?.put(nameOf(document.id), toBase64url(pdf))
      await saveAway([...(await awayWithout(document.id)), document])
    },
    leaveBehind,
  }
}
