import type { ApprovalRecord } from '../../store-approvals.ts'
import {
  approvedApproval,
  askedApproval,
  habitsOf,
  phone,
  spending,
  stateOf,
  transferEntry,
  type Nodes,
} from './approval-facts.ts'
import { auditEntry, minute, name, t0 } from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

const day = 1440 * minute
const outcomes = ['committed', 'released', 'unsent'] as const
/** How it stands, and how many transfers of it are counted. */
const ends = {
  committed: { state: 'spent', count: 1 },
  released: { state: 'spent', count: 0 },
  unsent: { state: 'approved', count: 0 },
} as const

export function settleContract(nodes: Nodes, runner: TestRunner): void {
  outcomeContract(nodes, runner)
  roomContract(nodes, runner)
  habitContract(nodes, runner)
  purgeContract(nodes, runner)
}

function outcomeContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is settled by the first word about it', async () => {
    const store = nodeAt(await nodes(), 0)
    for (const outcome of outcomes) {
      const own = await phone(store)
      const record = await approvedApproval(store, own)
      await store.settleApproval(record.id, outcome, t0)
      expect(await stateOf(store, record)).toBe('approved')
      await store.spendApproval(spending(record))
      await store.settleApproval(record.id, outcome, t0)
      for (const late of outcomes) await store.settleApproval(record.id, late, t0 + minute)
      expect(await store.findApproval(record.id)).toEqual({ ...record, state: ends[outcome].state })
      const { count } = await habitsOf(store, own.device.user)
      expect(count).toBe(ends[outcome].count)
      const again = await store.spendApproval(spending(record))
      expect(again.kind).toBe(outcome === 'unsent' ? 'spent' : 'gone')
    }
  })

  it('is settled once among 50 racers who say different things', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const record = await approvedApproval(store, own)
    await store.spendApproval(spending(record))
    await race(await nodes(), (node, racer) => node.settleApproval(record.id, nodeAt(outcomes, racer), t0))
    const state = await stateOf(store, record)
    const { count } = await habitsOf(store, own.device.user)
    const fitting = outcomes.filter((one) => ends[one].state === state && ends[one].count === count)
    expect(fitting.length).toBe(1)
  })
}

function roomContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('gives the room of what was not sent, or refused, to one of 50 racers', async () => {
    const store = nodeAt(await nodes(), 0)
    for (const outcome of ['released', 'unsent'] as const) {
      const own = await phone(store)
      const first = await approvedApproval(store, own)
      const limits = [
        {
          name: 'one',
          of: 'user',
          windowMs: day,
          sumMinor: 100n,
          count: null,
        } as const,
      ]
      await store.spendApproval(spending(first, { limits }))
      const records: ApprovalRecord[] = []
      for (let i = 0; i < 50; i++) records.push(await approvedApproval(store, own))
      const spend = async () => {
        const results = await race(await nodes(), (node, racer) =>
          node.spendApproval(spending(nodeAt(records, racer), { limits })),
        )
        return tally(results.map(({ kind }) => kind))
      }
      expect(await spend()).toEqual({ over: 50 })
      await store.settleApproval(first.id, outcome, t0)
      expect(await spend()).toEqual({ spent: 1, over: 49 })
    }
  })

  it('stands as released when it was that and was not sent', async () => {
    const store = nodeAt(await nodes(), 0)
    const record = await approvedApproval(store, await phone(store))
    const until = t0 + 60 * minute
    const hold = { reasons: ['new_payee'], expiresAt: until, now: t0, most: 5 } as const
    await store.holdApproval(record.id, hold, auditEntry('transfer.held'))
    const decision = { operator: name('operator'), decision: 'release', note: '', at: t0 } as const
    const rule = { needed: 1, releasedUntil: until + 1 }
    const decided = await store.decideHold(record.id, decision, rule, () => auditEntry('transfer.decided'))
    expect(decided).toBe('released')
    const results = await race(await nodes(), (node) => node.spendApproval(spending(record, { now: until })))
    expect(tally(results.map(({ kind }) => kind))).toEqual({ spent: 1, gone: 49 })
    await store.settleApproval(record.id, 'unsent', t0)
    const released = { ...record, state: 'released', reasons: ['new_payee'], expiresAt: until + 1 }
    expect(await store.findApproval(record.id)).toEqual(released)
    const late = await store.spendApproval(spending(record, { now: until + 1 }))
    expect(late.kind).toBe('gone')
    expect((await store.spendApproval(spending(record, { now: until }))).kind).toBe('spent')
  })
}

function habitContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('tells when payee and network were first used, how much of late, and the most of it', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const { user } = own.device
    const nothing = { payeeSince: null, networkSince: null, count: 0, largestMinor: 0n }
    expect(await habitsOf(store, user)).toEqual(nothing)
    const pay = async (minutes: number, amountMinor: bigint, change = {}) => {
      const record = await approvedApproval(store, own)
      const now = t0 + minutes * minute
      const entries = [transferEntry(record, { at: now, amountMinor, ...change })]
      await store.spendApproval(spending(record, { now, entries }))
      return record
    }
    const committed = await pay(0, 900n)
    await store.settleApproval(committed.id, 'committed', t0)
    await pay(1, 50n, { payee: 'other' })
    await pay(2, 70n, { network: 'other' })
    await pay(3, 5000n, { currency: 'CHF' })
    const times = { payeeSince: t0, networkSince: t0 }
    expect(await habitsOf(store, user)).toEqual({ ...times, count: 3, largestMinor: 900n })
    const since = t0 + minute
    expect(await habitsOf(store, user, { since })).toEqual({ ...times, count: 2, largestMinor: 70n })
    expect((await habitsOf(store, user, { since: since + 1 })).count).toBe(1)
    const others = await habitsOf(store, user, { payee: 'other', network: 'other' })
    expect([others.payeeSince, others.networkSince]).toEqual([t0 + minute, t0 + 2 * minute])
    const unknown = await habitsOf(store, user, { payee: 'new', network: 'new', currency: 'CHF' })
    expect(unknown).toEqual({ payeeSince: null, networkSince: null, count: 1, largestMinor: 5000n })
    expect(await habitsOf(store, name('user'))).toEqual(nothing)
  })
}

function purgeContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('forgets what was never approved a day after its end, an approval after 90, its transfers and what goes with them after 400', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const made = async () => approvedApproval(store, own)
    const [unspent, free, refused, unsent, paid, heldOne] = [
      await made(),
      await made(),
      await made(),
      await made(),
      await made(),
      await made(),
    ]
    await store.spendApproval(spending(free, { entries: [] }))
    for (const record of [refused, unsent, paid]) await store.spendApproval(spending(record))
    await store.settleApproval(refused.id, 'released', t0)
    await store.settleApproval(unsent.id, 'unsent', t0)
    await store.settleApproval(paid.id, 'committed', t0)
    const heldUntil = unspent.expiresAt + day
    const hold = { reasons: ['velocity'], expiresAt: heldUntil, now: t0, most: 5 } as const
    await store.holdApproval(heldOne.id, hold, auditEntry('transfer.held'))
    const decision = { operator: name('operator'), decision: 'release', note: '', at: t0 } as const
    const rule = { needed: 2, releasedUntil: heldUntil }
    await store.decideHold(heldOne.id, decision, rule, () => auditEntry('transfer.decided'))

    const [asked, declined] = [await askedApproval(store, own.device), await askedApproval(store, own.device)]
    await store.declineApproval(declined.id, own.device.id, t0, auditEntry('approval.declined'))

    const all = [unspent, free, refused, unsent, paid, heldOne]
    const left = async () => {
      const listed = await store.listApprovals({ deviceId: own.device.id, limit: 10 })
      const decisions = (await store.listHoldDecisions([heldOne.id])).length
      const { count } = await habitsOf(store, own.device.user)
      return { ids: listed.map(({ id }) => id).toSorted(), decisions, count }
    }
    const idsOf = (records: readonly ApprovalRecord[]) => records.map(({ id }) => id).toSorted()
    const purge = async (now: number) => race(await nodes(), (node) => node.purge(now))
    await purge(asked.expiresAt + day - 1)
    expect((await left()).ids).toEqual(idsOf([...all, asked, declined]))
    await purge(asked.expiresAt + day)
    expect((await left()).ids).toEqual(idsOf(all))
    await purge(unspent.expiresAt + 90 * day - 1)
    expect(await left()).toEqual({ ids: idsOf(all), decisions: 1, count: 1 })
    await purge(unspent.expiresAt + 90 * day)
    expect(await left()).toEqual({ ids: idsOf([paid, heldOne]), decisions: 1, count: 1 })
    await purge(heldUntil + 90 * day)
    expect(await left()).toEqual({ ids: [paid.id], decisions: 0, count: 1 })
    await purge(t0 + 400 * day - 1)
    expect(await left()).toEqual({ ids: [paid.id], decisions: 0, count: 1 })
    await purge(t0 + 400 * day)
    expect(await left()).toEqual({ ids: [], decisions: 0, count: 0 })
  })
}
