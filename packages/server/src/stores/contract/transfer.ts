import type { ApprovalRecord, SpendInput, SpendResult, TransferLimit } from '../../store-approvals.ts'
import type { DurableStore } from '../../store.ts'
import {
  approvedApproval,
  askedApproval,
  habitsOf,
  noted,
  phone,
  spending,
  stateOf,
  transferEntry,
  type Nodes,
  type Phone,
} from './approval-facts.ts'
import { auditEntry, minute, name, t0 } from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'
import { settleContract } from './transfer-settle.ts'

export function transferContract(nodes: Nodes, runner: TestRunner): void {
  spendContract(nodes, runner)
  spendEdgeContract(nodes, runner)
  limitContract(nodes, runner)
  scopeContract(nodes, runner)
  batchContract(nodes, runner)
  windowContract(nodes, runner)
  settleContract(nodes, runner)
}

const kindsOf = (results: readonly SpendResult[]): Record<string, number> =>
  tally(results.map(({ kind }) => kind))

export async function approvals(store: DurableStore, of: Phone, count: number): Promise<ApprovalRecord[]> {
  const records: ApprovalRecord[] = []
  for (let i = 0; i < count; i++) records.push(await approvedApproval(store, of))
  return records
}

export function limit(change: Partial<TransferLimit> = {}): TransferLimit {
  return { name: 'limit', of: 'user', windowMs: 60 * minute, sumMinor: null, count: null, ...change }
}

function spendContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is spent by one of 50 racers, and only then counted', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const record = await approvedApproval(store, own)
    const actor = name('actor')
    const results = await race(await nodes(), (node) =>
      node.spendApproval(spending(record, { audit: auditEntry('approval.spent', actor) })),
    )
    expect(kindsOf(results)).toEqual({ spent: 1, gone: 49 })
    expect(await store.findApproval(record.id)).toEqual({ ...record, state: 'spent' })
    expect(await noted(store, actor)).toBe(1)
    expect((await habitsOf(store, own.device.user)).count).toBe(1)
  })

  it('is gone for 49 of 50 racers also where the first one leaves no room for another', async () => {
    const store = nodeAt(await nodes(), 0)
    const record = await approvedApproval(store, await phone(store))
    const limits = [limit({ count: 1 })]
    const results = await race(await nodes(), (node) => node.spendApproval(spending(record, { limits })))
    expect(kindsOf(results)).toEqual({ spent: 1, gone: 49 })
  })

  it('is gone unknown, unapproved, expired, and of another device or request', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const other = await phone(store, own.device.user)
    const record = await approvedApproval(store, own)
    const actor = name('actor')
    const gone = async (change: Partial<SpendInput>, of: ApprovalRecord = record) => {
      const audit = auditEntry('approval.spent', actor)
      expect(await store.spendApproval(spending(of, { audit, ...change }))).toEqual({ kind: 'gone' })
    }
    await gone({ id: name('approval') })
    await gone({ deviceId: other.device.id })
    await gone({ requestDigest: name('request') })
    await gone({ now: record.expiresAt })
    await gone({}, await askedApproval(store, own.device))
    await store.revokeDevice(own.device.id, t0, auditEntry('device.revoked'))
    await gone({})
    expect(await store.findApproval(record.id)).toEqual(record)
    const suspended = await approvedApproval(store, other)
    await store.suspendDevice(other.device.id, 'clone', t0, auditEntry('device.clone_suspected'))
    await gone({}, suspended)
    expect(await noted(store, actor)).toBe(0)
    expect((await habitsOf(store, own.device.user)).count).toBe(0)
  })
}

function spendEdgeContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is spent by nobody once its device is revoked, though 50 racers try', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const records = await approvals(store, own, 51)
    let ended: Promise<unknown> | undefined
    const results = await race(await nodes(), (node, racer) => {
      if (racer === 25) ended = node.revokeDevice(own.device.id, t0, auditEntry('device.revoked'))
      return node.spendApproval(spending(nodeAt(records, racer)))
    })
    await ended
    expect((await store.spendApproval(spending(nodeAt(records, 50)))).kind).toBe('gone')
    expect((await habitsOf(store, own.device.user)).count).toBe(
      results.filter(({ kind }) => kind === 'spent').length,
    )
  })

  it('takes no amount that would make room for others', async () => {
    const store = nodeAt(await nodes(), 0)
    const record = await approvedApproval(store, await phone(store))
    for (const amountMinor of [0n, -1n]) {
      const entries = [transferEntry(record, { amountMinor })]
      const error: unknown = await store.spendApproval(spending(record, { entries })).catch((one) => one)
      expect(error instanceof TypeError).toBe(true)
    }
    expect(await stateOf(store, record)).toBe('approved')
  })

  it('counts amounts exactly that no number holds', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const [first, second, third] = await approvals(store, own, 3)
    if (!first || !second || !third) throw new Error('three were made')
    const large = 2n ** 62n + 1n
    const spend = (record: ApprovalRecord, sumMinor: bigint) =>
      store.spendApproval(
        spending(record, {
          entries: [transferEntry(record, { amountMinor: large })],
          limits: [limit({ sumMinor })],
        }),
      )
    expect((await spend(first, large)).kind).toBe('spent')
    expect((await spend(second, 2n * large - 1n)).kind).toBe('over')
    expect((await spend(second, 2n * large)).kind).toBe('spent')
    expect((await spend(third, 3n * large - 1n)).kind).toBe('over')
    expect((await habitsOf(store, own.device.user)).largestMinor).toBe(large)
  })
}

function limitContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('lets 50 racers with different approvals pass no sum and no number together', async () => {
    const store = nodeAt(await nodes(), 0)
    for (const bound of [{ sumMinor: 799n }, { count: 7 }]) {
      const own = await phone(store)
      const records = await approvals(store, own, 50)
      const actor = name('actor')
      const results = await race(await nodes(), (node, racer) =>
        node.spendApproval(
          spending(nodeAt(records, racer), {
            limits: [limit(bound)],
            audit: auditEntry('approval.spent', actor),
          }),
        ),
      )
      expect(kindsOf(results)).toEqual({ spent: 7, over: 43 })
      expect(await noted(store, actor)).toBe(7)
      expect((await habitsOf(store, own.device.user)).count).toBe(7)
      // Nothing was changed: each may be spent where there is room.
      const over = records.filter((_, racer) => results[racer]?.kind === 'over')
      expect(await store.findApproval(nodeAt(over, 0).id)).toEqual(nodeAt(over, 0))
      expect((await store.spendApproval(spending(nodeAt(over, 0)))).kind).toBe('spent')
    }
  })

  it('is held by 50 racers from several devices and nodes whose clocks differ', async () => {
    const store = nodeAt(await nodes(), 0)
    const user = name('user')
    const phones = [await phone(store, user), await phone(store, user), await phone(store, user)]
    const records: ApprovalRecord[] = []
    for (let i = 0; i < 50; i++) records.push(await approvedApproval(store, nodeAt(phones, i)))
    const results = await race(await nodes(), (node, racer) =>
      node.spendApproval(
        spending(nodeAt(records, racer), {
          now: t0 + ((racer * 17) % 50),
          limits: [limit({ count: 5, windowMs: 50 })],
        }),
      ),
    )
    expect(kindsOf(results)).toEqual({ spent: 5, over: 45 })
  })
}

function scopeContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('counts for a user, for a device, and for a payee of a user', async () => {
    const store = nodeAt(await nodes(), 0)
    const user = name('user')
    const [one, other] = [await phone(store, user), await phone(store, user)]
    const stranger = await phone(store)
    const payee = name('payee')
    const first = await approvedApproval(store, one)
    await store.spendApproval(spending(first, { entries: [transferEntry(first, { payee })] }))
    const limits = (['user', 'device', 'payee'] as const).map((of) => limit({ name: of, of, count: 1 }))
    const over = async (of: Phone, to: string) => {
      const record = await approvedApproval(store, of)
      const entries = [transferEntry(record, { payee: to })]
      const weighed = await store.weighTransfers(entries, limits)
      const result = await store.spendApproval(spending(record, { entries, limits }))
      expect(result).toEqual(weighed.length > 0 ? { kind: 'over', limits: weighed } : { kind: 'spent' })
      return weighed
    }
    expect(await over(one, payee)).toEqual(['user', 'device', 'payee'])
    expect(await over(one, name('payee'))).toEqual(['user', 'device'])
    expect(await over(other, payee)).toEqual(['user', 'payee'])
    expect(await over(other, name('payee'))).toEqual(['user'])
    expect(await over(stranger, payee)).toEqual([])
  })
}

function batchContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('adds up the new ones among themselves, for each payee and each currency', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const record = await approvedApproval(store, own)
    const [one, other] = [name('payee'), name('payee')]
    const batch = Array.from({ length: 10 }, (_, part) =>
      transferEntry(record, { part, payee: part < 6 ? one : other }),
    )
    const weigh = (change: Partial<TransferLimit>, entries = batch) =>
      store.weighTransfers(entries, [limit(change)])
    expect(await weigh({ of: 'payee', sumMinor: 599n })).toEqual(['limit'])
    expect(await weigh({ of: 'payee', sumMinor: 600n })).toEqual([])
    expect(await weigh({ of: 'payee', count: 5 })).toEqual(['limit'])
    expect(await weigh({ sumMinor: 999n })).toEqual(['limit'])
    expect(await weigh({ sumMinor: 1000n, count: 10 })).toEqual([])
    const mixed = batch.map((entry) => ({ ...entry, currency: entry.payee === one ? 'EUR' : 'CHF' }))
    expect(await weigh({ sumMinor: 600n }, mixed)).toEqual([])
    const entries = batch
    const limits = [limit({ of: 'payee', count: 5 })]
    const spend = (change: Partial<SpendInput>) =>
      store.spendApproval(spending(record, { entries, ...change }))
    expect(await spend({ limits })).toEqual({ kind: 'over', limits: ['limit'] })
    expect((await habitsOf(store, own.device.user)).count).toBe(0)
    expect((await spend({})).kind).toBe('spent')
    expect((await habitsOf(store, own.device.user)).count).toBe(10)
    const next = await approvedApproval(store, own)
    const more = [transferEntry(next, { payee: other })]
    expect(await weigh({ of: 'payee', sumMinor: 500n }, more)).toEqual([])
    expect(await weigh({ of: 'payee', sumMinor: 499n }, more)).toEqual(['limit'])
    const francs = [transferEntry(next, { currency: 'CHF' })]
    expect(await weigh({ sumMinor: 100n, count: 1 }, francs)).toEqual([])
  })

  it('names each limit once, in their order, and none of no bound or without transfers', async () => {
    const store = nodeAt(await nodes(), 0)
    const record = await approvedApproval(store, await phone(store))
    const entries = [0, 1].map((part) => transferEntry(record, { part, payee: name('payee') }))
    const limits = [
      limit({ name: 'b', of: 'payee', sumMinor: 99n, count: 0 }),
      limit({ name: 'unbound' }),
      limit({ name: 'a', count: 1 }),
    ]
    expect(await store.weighTransfers(entries, limits)).toEqual(['b', 'a'])
    expect(await store.weighTransfers([], limits)).toEqual([])
    expect((await store.spendApproval(spending(record, { entries: [], limits }))).kind).toBe('spent')
  })
}

function windowContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('rolls: what is as old as the window counts no more, what came a moment later does', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const [first, second] = await approvals(store, own, 2)
    if (!first || !second) throw new Error('two were made')
    await store.spendApproval(spending(first))
    const windowMs = 3 * minute
    const at = (now: number) =>
      spending(second, { now, limits: [limit({ windowMs, count: 1, sumMinor: 199n })] })
    expect((await store.spendApproval(at(t0 + windowMs - 1))).kind).toBe('over')
    expect(await store.weighTransfers(at(t0 + windowMs - 1).entries, at(t0 + windowMs - 1).limits)).toEqual([
      'limit',
    ])
    expect((await store.spendApproval(at(t0 + windowMs))).kind).toBe('spent')
  })

  it('counts what a node wrote whose clock is ahead', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const [first, second] = await approvals(store, own, 2)
    if (!first || !second) throw new Error('two were made')
    await store.spendApproval(spending(first, { now: t0 + minute }))
    const entries = [transferEntry(second)]
    expect(await store.weighTransfers(entries, [limit({ count: 1 })])).toEqual(['limit'])
  })
}
