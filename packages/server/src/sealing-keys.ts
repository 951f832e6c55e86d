/**
 * Sealing keys of all nodes (docs/protocol.md 8): made every hour, shared through the store, erased an hour after their successor
 * came. Requests are opened with what is in memory; the store is asked by a timer.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type SealingKey, type SealingSuite, type ServiceStatement } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import {
  documentName,
  emptyDocument,
  offered,
  pruned,
  readDocument,
  type SealingDocument,
  type SealingNode,
  writeDocument,
} from './sealing-document.ts'
import {
  erase,
  heldKeyOf,
  newSealingMemory,
  openSeed,
  type SealingMemory,
  takeKey,
  takeNode,
} from './sealing-memory.ts'
import { isDue, isHeld, stepFrom } from './sealing-step.ts'

export interface SealingKeys {
  /**
   * The key of this id, waiting a moment for one that another node made or still has to hand over; null when no node knows it.
   * Rejects with `store_unavailable` only for a key that is not in memory.
   */
  find(id: number): Promise<SealingKey | null>
  /** The statement's `sealing`, as this node knows it. */
  offered(): NonNullable<ServiceStatement['sealing']>
  /** Makes the keys that are due. */
  settle(): Promise<void>
  /** Changes when {@link SealingKeys.offered} does. */
  version(): string
  /** Makes new keys at once; those of before open what was sealed to them for as long as after any rotation. */
  rotate(): Promise<void>
  close(): Promise<void>
}

const pollMs = 500
/** A node that lacks a key asks more often; however many requests wait for however many ids, it asks once in this time. */
const impatientPollMs = 100
/** A key that nobody hands over within this time has died with those who held it: three polls of theirs. */
const patienceMs = 1500
/** Requests that may wait at once. To more than these a key that is not in memory is unknown. */
const maxWaiting = 1000
const waitRounds = (2 * patienceMs) / impatientPollMs
const attempts = 100
/** A node key lives for this part of a rotation. */
const nodeKeyPart = 30

type Known = { readonly document: SealingDocument; readonly sequence: number }

export async function createSealingKeys(
  deployment: Deployment,
  suites: readonly SealingSuite[],
  memory: SealingMemory = newSealingMemory(),
): Promise<SealingKeys> {
  const { store, keys, clock, policy } = deployment
  const rotateMs = policy.sealing.rotateSeconds * 1000
  const nodeKeyMs = rotateMs / nodeKeyPart
  let known: Known = { document: emptyDocument(), sequence: 0 }
  /** Live keys others have, or had, and since when (monotonic) this node waits for them. */
  const missing = new Map<number, number>()
  /** Looks into the store, counted when they begin, and the last of them that was completed. */
  const looks = { begun: 0, done: 0 }
  let waitingRequests = 0
  let running: Promise<void> | null = null
  let waiting: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let closed = false

  const isMine = ({ publicKey }: SealingNode): boolean => publicKey === memory.node?.publicKey

  function noteMissing({ keys: entries }: SealingDocument, now: number): void {
    const ids = entries
      .filter((entry) => now < entry.endsMs && !isHeld(memory, entry, now))
      .map(({ id }) => id)
    for (const id of missing.keys()) if (!ids.includes(id)) missing.delete(id)
    for (const id of ids) if (!missing.has(id)) missing.set(id, clock.monotonic())
  }
  const waited = (id: number): number => clock.monotonic() - (missing.get(id) ?? -Infinity)
  const isWaiting = (): boolean => [...missing.keys()].some((id) => waited(id) < 2 * patienceMs)

  /** Takes over the seeds others encrypted to this node. */
  async function learn(document: SealingDocument, now: number): Promise<void> {
    for (const entry of document.keys) {
      if (memory.node === null || heldKeyOf(memory, entry) !== null || now >= entry.endsMs) continue
      const key = await openSeed(entry, memory.node)
      if (key !== null) takeKey(memory, key)
    }
    noteMissing(document, now)
  }

  /** Ends of keys come forward when they are followed early. */
  function takeEnds({ keys: entries }: SealingDocument): void {
    for (const entry of entries) {
      const held = heldKeyOf(memory, entry)
      if (held !== null) held.endsMs = Math.min(held.endsMs, entry.endsMs)
    }
  }

  /** The newest of what the store says and what this node knew: a store that was set back loses nothing. */
  async function look(): Promise<Known & { readonly stored: number }> {
    const found = await store.getDocument(documentName)
    const stored = found?.sequence ?? 0
    if (found === null || stored <= known.sequence) return { ...known, stored }
    const document = readDocument(found.value, stored, keys)
    return document === null ? { ...known, stored } : { document, sequence: stored, stored }
  }

  /** Of racers with one sequence exactly one gets true. */
  async function put(document: SealingDocument, after: number): Promise<Known | null> {
    const sequence = after + 1
    const written = await store.putDocument(documentName, sequence, writeDocument(document, sequence, keys))
    return written ? { document, sequence } : null
  }

  /** True when the document says all this node has to say. */
  async function converged(all: boolean): Promise<boolean> {
    const mine = ++looks.begun
    const { stored, document: found, sequence } = await look()
    const now = clock.now()
    await learn(found, now)
    const document = pruned(found, now, nodeKeyMs)
    const alone = document.nodes.every(isMine)
    const isLost = (id: number): boolean => alone || waited(id) >= patienceMs
    const outlook = { suites, memory, rotateMs, nodeKeyMs, now, isLost, all }
    const step = await stepFrom(document, outlook)
    const silent = step.document === document && stored === sequence
    const next = silent ? { document, sequence } : await put(step.document, Math.max(stored, sequence))
    if (next === null) return false
    known = next
    for (const key of step.made) takeKey(memory, key)
    takeNode(memory, step.node ?? memory.node)
    takeEnds(known.document)
    erase(memory, now, nodeKeyMs)
    noteMissing(known.document, now)
    looks.done = mine
    return true
  }

  async function converge(all: boolean): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (await converged(all)) return
      // Nodes that lost a race do not all come back at the same moment.
      await sleep(randomInt(5, 50))
    }
    throw new HoldfastError('store_unavailable')
  }

  /** One after the other. */
  function start(all: boolean): Promise<void> {
    const before = running?.catch(() => undefined) ?? Promise.resolve()
    const mine = before
      .then(() => converge(all))
      .finally(() => {
        if (running === mine) running = null
      })
    running = mine
    return mine
  }
  const refresh = (): Promise<void> => running ?? start(false)

  function refreshSoon(): Promise<void> {
    waiting ??= sleep(impatientPollMs)
      .then(() => (closed ? undefined : refresh()))
      .finally(() => {
        waiting = null
      })
    return waiting
  }

  async function tick(): Promise<void> {
    // Whether or not the store can be reached.
    erase(memory, clock.now(), nodeKeyMs)
    await refresh()
  }

  function schedule(): void {
    if (closed) return
    // What failed is tried again, and whoever asks for a key meanwhile hears of it.
    const next = (): void => void tick().then(schedule, schedule)
    timer = setTimeout(next, isWaiting() ? impatientPollMs : pollMs).unref()
  }

  const inMemory = (id: number): SealingKey | null => {
    const key = memory.held.get(id)
    return key !== undefined && clock.now() < key.endsMs && !missing.has(id) ? key : null
  }

  async function awaitKey(id: number): Promise<SealingKey | null> {
    const asked = looks.begun
    for (let round = 0; round < waitRounds; round++) {
      if (closed) return null
      // A look that began later saw all that was published when this was asked for.
      if (waited(id) >= 2 * patienceMs && looks.done > asked) return null
      await refreshSoon()
      const key = inMemory(id)
      if (key !== null) return key
    }
    return null
  }

  const offers = (): NonNullable<ServiceStatement['sealing']> => offered(known.document, suites, clock.now())

  /** Hands over what others lack; whoever comes next does not wait for a key from here. */
  async function leave(): Promise<void> {
    await start(false)
    const { stored, document, sequence } = await look()
    if (!document.nodes.some(isMine)) return
    const nodes = document.nodes.filter((node) => !isMine(node))
    await put({ ...document, nodes }, Math.max(stored, sequence))
  }

  await refresh()
  schedule()

  return {
    async find(id: number): Promise<SealingKey | null> {
      const key = inMemory(id)
      if (key !== null || closed || waitingRequests >= maxWaiting) return key
      waitingRequests++
      try {
        return await awaitKey(id)
      } finally {
        waitingRequests--
      }
    },
    offered: offers,
    async settle(): Promise<void> {
      const now = clock.now()
      if (suites.some((suite) => isDue(suite, known.document, { rotateMs, now }))) await refresh()
    },
    version: () =>
      offers()
        .map(({ config }) => config)
        .join(' '),
    rotate: () => start(true),
    async close(): Promise<void> {
      closed = true
      if (timer !== null) clearTimeout(timer)
      await running?.catch(() => undefined)
      await waiting?.catch(() => undefined)
      // A courtesy: where it fails, the next node waits a moment.
      await leave().catch(() => undefined)
      erase(memory, Infinity, nodeKeyMs)
    },
  }
}
