import type { ShortLivedStore } from '../../store.ts'
import { minute, name, second, t0 } from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

/**
 * Yields handles on one and the same memory that nothing was written to, one for each node: two where the store serves
 * several. `wipe` empties it as a crash or a flush would and yields the handles to go on with. Called for every test;
 * whoever makes them closes them.
 */
export type MakeShortLived = () => Promise<{
  nodes: readonly ShortLivedStore[]
  wipe: () => Promise<readonly ShortLivedStore[]>
}>

/** The suite every short-lived store has to pass. Pass the test runner's own functions: `{ describe, it, expect }`. */
export function shortLivedContract(title: string, make: MakeShortLived, runner: TestRunner): void {
  runner.describe(`${title}: short-lived store contract`, () => {
    nonceContract(make, runner)
    epochContract(make, runner)
    rateContract(make, runner)
  })
}

const use = (store: ShortLivedStore, key: string, nonce: string, now: number) =>
  store.useNonce(key, nonce, now, now + 65 * second)

function nonceContract(make: MakeShortLived, { it, expect }: TestRunner): void {
  it('gives the first use of a nonce to one of 50 racers', async () => {
    const { nodes } = await make()
    const [key, nonce] = [name('key'), name('nonce')]
    const results = await race(nodes, (node) => use(node, key, nonce, t0))
    expect(tally(results.map(({ first }) => first))).toEqual({ true: 1, false: 49 })
    expect(tally(results.map(({ epoch }) => epoch))).toEqual({ [t0]: 50 })
  })

  it('takes nonces of another key, and other nonces, as first uses', async () => {
    const { nodes } = await make()
    const store = nodeAt(nodes, 0)
    const [key, nonce] = [name('key'), name('nonce')]
    expect((await use(store, key, nonce, t0)).first).toBe(true)
    expect((await use(store, name('key'), nonce, t0)).first).toBe(true)
    expect((await use(store, key, name('nonce'), t0)).first).toBe(true)
    expect((await use(store, `${key}n`, nonce.slice(1), t0)).first).toBe(true)
    expect((await use(store, key, nonce, t0)).first).toBe(false)
  })

  it('remembers a nonce up to its end while others come and go', async () => {
    const { nodes } = await make()
    const [key, nonce] = [name('key'), name('nonce')]
    await use(nodeAt(nodes, 0), key, nonce, t0)
    for (const later of [10, 30, 50, 64]) {
      await use(nodeAt(nodes, 0), key, name('nonce'), t0 + later * second)
      expect((await use(nodeAt(nodes, 1), key, nonce, t0 + later * second)).first).toBe(false)
    }
  })
}

function epochContract(make: MakeShortLived, { it, expect }: TestRunner): void {
  it('begins its epoch with the first use, and keeps it', async () => {
    const { nodes } = await make()
    expect((await use(nodeAt(nodes, 0), name('key'), name('nonce'), t0 + 7)).epoch).toBe(t0 + 7)
    expect((await use(nodeAt(nodes, 1), name('key'), name('nonce'), t0 + minute)).epoch).toBe(t0 + 7)
    await nodeAt(nodes, 0).markPristine()
    expect((await use(nodeAt(nodes, 1), name('key'), name('nonce'), t0 + minute)).epoch).toBe(t0 + 7)
  })

  it('has one epoch for 50 racers with different clocks', async () => {
    const { nodes } = await make()
    const results = await race(nodes, (node, racer) => use(node, name('key'), name('nonce'), t0 + racer))
    const epochs = new Set(results.map(({ epoch }) => epoch))
    expect(epochs.size).toBe(1)
    for (const epoch of epochs) expect(epoch >= t0 && epoch < t0 + 50).toBe(true)
  })

  it('has epoch 0 when marked pristine before the first use', async () => {
    const { nodes } = await make()
    await nodeAt(nodes, 0).markPristine()
    expect(await use(nodeAt(nodes, 1), name('key'), name('nonce'), t0)).toEqual({ first: true, epoch: 0 })
  })

  it('begins a new epoch when it is wiped', async () => {
    const { nodes, wipe } = await make()
    const [key, nonce] = [name('key'), name('nonce')]
    await use(nodeAt(nodes, 0), key, nonce, t0)
    const wiped = await wipe()
    expect(await use(nodeAt(wiped, 1), key, nonce, t0 + second)).toEqual({ first: true, epoch: t0 + second })
  })
}

function rateContract(make: MakeShortLived, { it, expect }: TestRunner): void {
  it('gives 50 racers 50 numbers', async () => {
    const { nodes } = await make()
    const key = name('rate')
    const counts = await race(nodes, (node) => node.hit(key, minute, t0))
    expect(counts.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    )
  })

  it('counts in the window that began with the first hit, apart for each key', async () => {
    const { nodes } = await make()
    const store = nodeAt(nodes, 0)
    const key = name('rate')
    expect(await store.hit(key, minute, t0)).toBe(1)
    expect(await store.hit(key, minute, t0 + minute - 1)).toBe(2)
    expect(await store.hit(name('rate'), minute, t0)).toBe(1)
    expect(await store.hit(key, minute, t0 + minute)).toBe(1)
  })

  it('answers a ping', async () => {
    const { nodes } = await make()
    for (const node of nodes) expect(await node.ping()).toBe(undefined)
  })
}
