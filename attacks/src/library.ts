/** The server as a library in this process, with a clock that is moved: for attackers who wait hours, or hold its store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  chooseSealingKey,
  decodeJws,
  fromBase64url,
  fromUtf8,
  sealedPath,
  sealedRequestType,
  sealRequest,
  type ServiceStatement,
  statementPath,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { DurableStore, SealingMemory } from '@holdfast/server'
import { refusalOf } from './app.ts'
import type { Target } from './target.ts'

const origin = 'https://api.bank.example'

export type Library = {
  /** What a node holds in memory alone. */
  readonly memory: SealingMemory
  readonly store: DurableStore
  readonly rotateMs: number
  readonly now: () => number
  readonly advance: (ms: number) => void
  /** New sealing keys. */
  readonly rotate: () => Promise<void>
  /** A sealed request to the service, as it passes. */
  readonly seal: (path: string) => Promise<Uint8Array>
  /** The code a sealed message is refused with, or null. */
  readonly refusal: (message: Uint8Array) => Promise<string | null>
  /** How often the store was asked for a document. */
  readonly asked: () => number
  readonly close: () => Promise<void>
}

/** Counts what is asked of it. */
function counting(store: DurableStore): { store: DurableStore; asked: () => number } {
  let times = 0
  const getDocument: DurableStore['getDocument'] = (name) => {
    times += 1
    return store.getDocument(name)
  }
  return { store: { ...store, getDocument }, asked: () => times }
}

export async function startLibrary(target: Target): Promise<Library> {
  const entry = (await target.load('@holdfast/server/index.js')) as typeof import('@holdfast/server')
  const memoryStores = await target.load('@holdfast/server/stores/memory/index.js')
  const { memoryStore, memoryShortLived } = memoryStores as typeof import('@holdfast/server/memory')
  let passed = 0
  const now = (): number => Date.now() + passed
  const clock = { now, monotonic: () => performance.now() + passed }
  const home = await mkdtemp(join(tmpdir(), 'holdfast-library-'))
  const keys = await entry.openKeyFile(join(home, 'keys.json'), { clock, crypto: nodeCrypto })
  await rm(home, { recursive: true })
  const { store, asked } = counting(memoryStore())
  const [memory, policy] = [entry.newSealingMemory(), entry.defaultPolicy]
  const outbox = { send: async (): Promise<void> => undefined }
  const sealing = { suites: ['x25519'] as const }
  const stores = { store, shortLived: memoryShortLived() }
  const server = await entry.createServer(
    { origin, ...stores, keys, policy, routes: [], outbox, clock, sealing },
    memory,
  )
  return {
    memory,
    store,
    rotateMs: policy.sealing.rotateSeconds * 1000,
    now,
    advance(ms) {
      passed += ms
    },
    rotate: async () => server.sealing.rotate('lab'),
    async seal(path) {
      const head = entry.parseHead('GET', statementPath, [], '192.0.2.1')
      const { body } = await server.answer(head, new Uint8Array(0))
      const statement = decodeJws('hf-statement+jwt', fromUtf8(body))?.payload as ServiceStatement
      const key = chooseSealingKey(statement.sealing, nodeCrypto.hpke.suites)
      if (key === null) throw new Error('the library takes no sealed requests')
      const [scheme, authority] = origin.split('://') as [string, string]
      const request = { method: 'GET', scheme, authority, path, fields: [], body: new Uint8Array(0) }
      return (await sealRequest(request, key, nodeCrypto)).message
    },
    async refusal(message) {
      if (!server.sealing.offered) throw new Error('the library takes no sealed requests')
      const outer = entry.parseHead('POST', sealedPath, ['content-type', sealedRequestType], '192.0.2.1')
      return refusalOf(server.sealing.open(outer, message))
    },
    asked,
    close: () => server.close(),
  }
}

/** Where nodes hand each other sealing keys. */
export const documentName = 'sealing'

export type ForeignNode = {
  /** Says that there is one node, and that it is this one. */
  readonly document: string
  /** Whether the document holds a seed this node can open. */
  readonly opens: (document: string) => Promise<boolean>
}

/** A document as nodes write it before they seal it (docs/protocol.md 8), in the hand of somebody else. */
export async function foreignNode(bornMs: number): Promise<ForeignNode> {
  const { hpke } = nodeCrypto
  const own = await hpke.deriveKeyPair('x25519', nodeCrypto.random(32))
  const publicKey = toBase64url(own.publicKey)
  return {
    document: JSON.stringify({ keys: [], nodes: [{ publicKey, bornMs, holds: [] }], lastId: 1 }),
    async opens(document) {
      for (const { config, seeds } of entriesOf(document)) {
        const message = fromBase64url(seeds[publicKey] ?? '')
        const info = utf8('holdfast sealing seed v1')
        const recipient = await hpke.recipient('x25519', own.privateKey, message.subarray(0, 32), info)
        const seed = await recipient?.open(fromBase64url(config), message.subarray(32))
        if (seed !== null && seed !== undefined) return true
      }
      return false
    },
  }
}

type Entry = { readonly config: string; readonly seeds: Readonly<Record<string, string>> }

function entriesOf(document: string): readonly Entry[] {
  try {
    return (JSON.parse(document) as { keys: Entry[] }).keys
  } catch {
    return []
  }
}
