/**
 * The private halves of sealing, in memory and nowhere else (docs/protocol.md 8). Two kinds: sealing keys, and the node key to
 * which other nodes encrypt their seeds. A node key is erased before any sealing key that was encrypted to it would end, so
 * neither a copy of the store nor what a node holds today opens what was sealed to a key that has ended.
 */
import {
  concat,
  encodeKeyConfiguration,
  equal,
  fromBase64url,
  type HpkePrivateKey,
  type KeyConfiguration,
  parseKeyConfiguration,
  type SealingKey,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { SealingKeyEntry, SealingNode } from './sealing-document.ts'

export type HeldKey = SealingKey & { readonly seed: Uint8Array; endsMs: number }
export type NodeKey = {
  readonly publicKey: string
  readonly privateKey: HpkePrivateKey
  readonly bornMs: number
}

export type SealingMemory = { readonly held: Map<number, HeldKey>; node: NodeKey | null }

const { hpke } = nodeCrypto
const seedBytes = 32
const encBytes = 32
const seedInfo = utf8('holdfast sealing seed v1')

export function newSealingMemory(): SealingMemory {
  return { held: new Map(), node: null }
}

function eraseKey({ seed, privateKey }: HeldKey): void {
  seed.fill(0)
  hpke.erase(privateKey)
}

/** A key that had its id before is erased. */
export function takeKey({ held }: SealingMemory, key: HeldKey): void {
  const before = held.get(key.configuration.id)
  if (before !== undefined && before !== key) eraseKey(before)
  held.set(key.configuration.id, key)
}

/** Erases what has ended. `now` Infinity erases all. */
export function erase(memory: SealingMemory, now: number, nodeKeyMs: number): void {
  for (const [id, key] of memory.held) {
    if (now < key.endsMs) continue
    eraseKey(key)
    memory.held.delete(id)
  }
  if (memory.node !== null && now >= memory.node.bornMs + nodeKeyMs) takeNode(memory, null)
}

/** A node key takes the place of the one before, which is erased. */
export function takeNode(memory: SealingMemory, node: NodeKey | null): void {
  if (memory.node !== null && memory.node !== node) hpke.erase(memory.node.privateKey)
  memory.node = node
}

export async function newNodeKey(bornMs: number): Promise<NodeKey> {
  const seed = nodeCrypto.random(seedBytes)
  const { publicKey, privateKey } = await hpke.deriveKeyPair('x25519', seed)
  seed.fill(0)
  return { publicKey: toBase64url(publicKey), privateKey, bornMs }
}

async function heldKey(
  seed: Uint8Array,
  { id, suite }: Pick<KeyConfiguration, 'id' | 'suite'>,
  endsMs: number,
): Promise<HeldKey> {
  const { publicKey, privateKey } = await hpke.deriveKeyPair(suite, seed)
  return { configuration: { id, suite, publicKey }, privateKey, seed, endsMs }
}

export function newHeldKey(
  { id, suite }: Pick<KeyConfiguration, 'id' | 'suite'>,
  endsMs: number,
): Promise<HeldKey> {
  return heldKey(nodeCrypto.random(seedBytes), { id, suite }, endsMs)
}

/** The key of this entry, if it is here. A store put back from a backup may have given its id to another key: that one is not it. */
export function heldKeyOf(
  memory: Pick<SealingMemory, 'held'>,
  { id, config }: Pick<SealingKeyEntry, 'id' | 'config'>,
): HeldKey | null {
  const key = memory.held.get(id)
  return key !== undefined && toBase64url(encodeKeyConfiguration(key.configuration)) === config ? key : null
}

export async function encryptSeed({ configuration, seed }: HeldKey, node: SealingNode): Promise<string> {
  const sender = await hpke.sender('x25519', fromBase64url(node.publicKey), seedInfo)
  return toBase64url(concat(sender.enc, await sender.seal(encodeKeyConfiguration(configuration), seed)))
}

/** The key another node encrypted to ours; null when it is not what its entry says. */
export async function openSeed(entry: SealingKeyEntry, node: NodeKey): Promise<HeldKey | null> {
  const message = entry.seeds[node.publicKey]
  if (message === undefined) return null
  const bytes = fromBase64url(message)
  const config = fromBase64url(entry.config)
  const enc = bytes.subarray(0, encBytes)
  const recipient = await hpke.recipient('x25519', node.privateKey, enc, seedInfo)
  const seed = (await recipient?.open(config, bytes.subarray(encBytes))) ?? null
  const configuration = parseKeyConfiguration(config)
  if (seed === null || configuration === null) return null
  const key = await heldKey(seed, configuration, entry.endsMs)
  return equal(encodeKeyConfiguration(key.configuration), config) ? key : null
}
