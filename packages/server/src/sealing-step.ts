/** What one node adds to the document of sealing keys: keys that are due, itself, and seeds for the others (docs/protocol.md 8). */
import { encodeKeyConfiguration, type SealingSuite, toBase64url } from '@holdfast/core'
import {
  newest,
  nextId,
  type SealingDocument,
  type SealingKeyEntry,
  type SealingNode,
  withKey,
} from './sealing-document.ts'
import {
  encryptSeed,
  type HeldKey,
  heldKeyOf,
  newHeldKey,
  newNodeKey,
  type NodeKey,
  type SealingMemory,
} from './sealing-memory.ts'

/** What a node looks at the document with. Times in milliseconds. */
export type Outlook = {
  readonly suites: readonly SealingSuite[]
  readonly memory: SealingMemory
  readonly rotateMs: number
  readonly nodeKeyMs: number
  readonly now: number
  /** Whether nobody will hand over this key, which is not in memory. */
  readonly isLost: (id: number) => boolean
  /** Every suite gets a new key, due or not. */
  readonly all: boolean
}

/** A document to be written, and what is in memory once it is: before that, these keys do not exist. */
export type Step = {
  readonly document: SealingDocument
  readonly made: readonly HeldKey[]
  readonly node: NodeKey | null
}

export function isHeld(memory: SealingMemory, entry: SealingKeyEntry, now: number): boolean {
  return now < (heldKeyOf(memory, entry)?.endsMs ?? 0)
}

/** Whether the suite has no key clients should still take. */
export function isDue(
  suite: SealingSuite,
  document: SealingDocument,
  { rotateMs, now }: Pick<Outlook, 'rotateMs' | 'now'>,
): boolean {
  const key = newest(document, suite)
  return key === null || now >= key.bornMs + rotateMs || now >= key.endsMs
}

/** Clients are told of a key when every node had this long to learn of it, two polls, unless the one before is lost. */
const tellAfterMs = 1000

async function withNewKeys(document: SealingDocument, outlook: Outlook): Promise<Step> {
  const { suites, memory, rotateMs, now, isLost, all } = outlook
  const made: HeldKey[] = []
  const isNew = ({ id }: SealingKeyEntry): boolean =>
    made.some(({ configuration }) => configuration.id === id)
  const isDead = (entry: SealingKeyEntry): boolean =>
    now >= entry.endsMs || (!isHeld(memory, entry, now) && isLost(entry.id))
  let next = document
  for (const suite of suites) {
    const last = newest(next, suite)
    const usable = last !== null && (isHeld(memory, last, now) || !isLost(last.id))
    if (usable && !all && !isDue(suite, next, outlook)) continue
    const [id, endsMs] = [nextId(next, (entry) => isDead(entry) && !isNew(entry)), now + 2 * rotateMs]
    const key = await newHeldKey({ id, suite }, endsMs)
    made.push(key)
    const config = toBase64url(encodeKeyConfiguration(key.configuration))
    const toldMs = usable ? now + tellAfterMs : now
    const entry = { id, suite, config, bornMs: now, toldMs, endsMs, forgottenMs: endsMs, seeds: {} }
    next = withKey(next, entry, rotateMs)
  }
  return { document: next, made, node: null }
}

/** Says who this node is, with a new key when the old one is half through its life. */
async function withThisNode(step: Step, { memory, nodeKeyMs, now }: Outlook): Promise<Step> {
  const { node } = memory
  const isMine = ({ publicKey }: SealingNode): boolean => publicKey === node?.publicKey
  const young = node !== null && now < node.bornMs + nodeKeyMs / 2
  if (young && step.document.nodes.some(isMine)) return step
  const fresh = await newNodeKey(now)
  const known = step.document.keys.filter((entry) => heldKeyOf(memory, entry) !== null)
  const holds = [...known.map(({ id }) => id), ...step.made.map(({ configuration }) => configuration.id)]
  const entry: SealingNode = { publicKey: fresh.publicKey, bornMs: now, holds }
  const nodes = [...step.document.nodes.filter((other) => !isMine(other)), entry]
  return { ...step, document: { ...step.document, nodes }, node: fresh }
}

/** Encrypts what this node holds to every other one that lacks it and will have erased its own key before that ends. */
async function withSeeds(step: Step, { memory, nodeKeyMs, now }: Outlook): Promise<Step> {
  const mine = (step.node ?? memory.node)?.publicKey
  const others = step.document.nodes.filter(({ publicKey }) => publicKey !== mine)
  const held = new Map([...memory.held, ...step.made.map((key) => [key.configuration.id, key] as const)])
  let shared = false
  const entries = step.document.keys.map(async (entry) => {
    const key = heldKeyOf({ held }, entry)
    if (key === null || now >= key.endsMs) return entry
    const seeds: Record<string, string> = { ...entry.seeds }
    for (const node of others) {
      const has = node.holds.includes(entry.id) || seeds[node.publicKey] !== undefined
      if (has || node.bornMs + nodeKeyMs > entry.endsMs) continue
      seeds[node.publicKey] = await encryptSeed(key, node)
      shared = true
    }
    return { ...entry, seeds }
  })
  const keys = await Promise.all(entries)
  return shared ? { ...step, document: { ...step.document, keys } } : step
}

/** The very same document when there is nothing to add. */
export async function stepFrom(document: SealingDocument, outlook: Outlook): Promise<Step> {
  const keyed = await withNewKeys(document, outlook)
  return withSeeds(await withThisNode(keyed, outlook), outlook)
}
