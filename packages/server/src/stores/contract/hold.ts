import type { ApprovalRecord, HoldDecision } from '../../store-approvals.ts'
import type { DurableStore } from '../../store.ts'
import {
  approvedApproval,
  askedApproval,
  noted,
  phone,
  spending,
  stateOf,
  type Nodes,
  type Phone,
} from './approval-facts.ts'
import { auditEntry, minute, name, t0 } from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

const expiresAt = t0 + 1000 * minute
const releasedUntil = t0 + 2000 * minute

const most = 3

const hold = (
  store: DurableStore,
  { id }: ApprovalRecord,
  now: number = t0,
): ReturnType<DurableStore['holdApproval']> =>
  store.holdApproval(
    id,
    { reasons: ['over_limit', 'new_payee'], expiresAt, now, most },
    auditEntry('transfer.held'),
  )

function word(decision: HoldDecision['decision'], change: Partial<HoldDecision> = {}): HoldDecision {
  return { operator: name('operator'), decision, note: name('note'), at: t0 + minute, ...change }
}

const decide = (
  store: DurableStore,
  { id }: ApprovalRecord,
  decision: HoldDecision,
  needed: number,
  actor?: string,
): ReturnType<DurableStore['decideHold']> =>
  store.decideHold(id, decision, { needed, releasedUntil }, (decides) =>
    auditEntry(decides ? 'transfer.decided' : 'transfer.noted', actor),
  )

async function held(store: DurableStore, of?: Phone): Promise<ApprovalRecord> {
  const record = await approvedApproval(store, of ?? (await phone(store)))
  if ((await hold(store, record)) !== 'held') throw new Error('what was approved was not held')
  return { ...record, state: 'held', reasons: ['over_limit', 'new_payee'], expiresAt }
}

export function holdContract(nodes: Nodes, runner: TestRunner): void {
  beginContract(nodes, runner)
  decisionContract(nodes, runner)
  decisionLimitContract(nodes, runner)
}

function beginContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is held for one of 50 racers, with its reasons, until another time', async () => {
    const store = nodeAt(await nodes(), 0)
    const record = await approvedApproval(store, await phone(store))
    const actor = name('actor')
    const results = await race(await nodes(), (node) =>
      node.holdApproval(
        record.id,
        { reasons: ['velocity'], expiresAt, now: t0, most },
        auditEntry('transfer.held', actor),
      ),
    )
    expect(tally(results)).toEqual({ held: 1, gone: 49 })
    expect(await noted(store, actor)).toBe(1)
    const after: ApprovalRecord = { ...record, state: 'held', reasons: ['velocity'], expiresAt }
    expect(await store.findApproval(record.id)).toEqual(after)
    const listed = await store.listApprovals({ state: 'held', now: record.expiresAt, limit: 1000 })
    expect(listed.filter(({ id }) => id === record.id)).toEqual([after])
    expect((await store.spendApproval(spending(record))).kind).toBe('gone')
  })

  it('is not held before it is approved, expired, unknown, or of a device that is revoked', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const waiting = await askedApproval(store, own.device)
    expect(await hold(store, waiting)).toBe('gone')
    expect(await hold(store, { ...waiting, id: name('approval') })).toBe('gone')
    const record = await approvedApproval(store, own)
    expect(await hold(store, record, record.expiresAt)).toBe('gone')
    await store.revokeDevice(own.device.id, t0, auditEntry('device.revoked'))
    expect(await hold(store, record)).toBe('gone')
    expect(await store.findApproval(record.id)).toEqual(record)
  })

  it('is held by 50 racers of one user no more often than told, whatever the device', async () => {
    const store = nodeAt(await nodes(), 0)
    const one = await phone(store)
    const other = await phone(store, one.device.user)
    const records: ApprovalRecord[] = []
    for (let i = 0; i < 50; i++) records.push(await approvedApproval(store, i % 2 === 0 ? one : other))
    const results = await race(await nodes(), (node, racer) => hold(node, nodeAt(records, racer)))
    expect(tally(results)).toEqual({ held: most, full: 50 - most })
    const left = records.filter((_, racer) => results[racer] === 'full')
    expect(await stateOf(store, nodeAt(left, 0))).toBe('approved')
    expect(await hold(store, await approvedApproval(store, await phone(store)))).toBe('held')
    const first = nodeAt(records, results.indexOf('held'))
    expect(await decide(store, first, word('refuse'), 2)).toBe('refused')
    expect(await hold(store, nodeAt(left, 0))).toBe('held')
    expect(await hold(store, nodeAt(left, 1))).toBe('full')
  })

  it('is held or spent, never both, though 50 racers try', async () => {
    const store = nodeAt(await nodes(), 0)
    const record = await approvedApproval(store, await phone(store))
    const results = await race(await nodes(), async (node, racer) => {
      if (racer % 2 === 0) return (await hold(node, record)) === 'held' ? 'held' : 'late'
      return (await node.spendApproval(spending(record))).kind === 'spent' ? 'spent' : 'late'
    })
    const state = results.find((one) => one !== 'late') ?? ''
    expect(tally(results)).toEqual({ [state]: 1, late: 49 })
    expect(await stateOf(store, record)).toBe(state)
  })

  it('is held again after its release, and then nobody has decided yet', async () => {
    const store = nodeAt(await nodes(), 0)
    const record = await held(store)
    const [one, two] = [word('release'), word('release')]
    expect(await decide(store, record, one, 2)).toBe('noted')
    expect(await decide(store, record, two, 2)).toBe('released')
    expect(await hold(store, record, t0 + minute)).toBe('held')
    expect(await store.listHoldDecisions([record.id])).toEqual([])
    expect(await decide(store, record, one, 2)).toBe('noted')
    expect(await decide(store, record, two, 2)).toBe('released')
  })
}

function decisionContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is released once by as many of 50 operators as it needs', async () => {
    const store = nodeAt(await nodes(), 0)
    for (const needed of [1, 2, 3]) {
      const record = await held(store)
      const actor = name('actor')
      const words = Array.from({ length: 50 }, () => word('release'))
      const results = await race(await nodes(), (node, racer) =>
        decide(node, record, nodeAt(words, racer), needed, actor),
      )
      expect(results.filter((one) => one === 'released').length).toBe(1)
      expect(results.filter((one) => one === 'noted').length).toBe(needed - 1)
      expect(results.filter((one) => one === 'gone').length).toBe(50 - needed)
      const written = (await store.readAudit({ limit: 1_000_000 })).filter((entry) => entry.actor === actor)
      expect(tally(written.map(({ action }) => action === 'transfer.decided'))).toEqual(
        needed === 1 ? { true: 1 } : { true: 1, false: needed - 1 },
      )
      const released = { ...record, state: 'released', expiresAt: releasedUntil }
      expect(await store.findApproval(record.id)).toEqual(released)
      const kept = words.filter((_, racer) => results[racer] !== 'gone')
      const decisions = await store.listHoldDecisions([record.id])
      const notes = (some: readonly HoldDecision[]) => some.map((one) => one.note).toSorted()
      expect(notes(decisions)).toEqual(notes(kept))
    }
  })

  it('counts one operator once, though he says it 50 times', async () => {
    const store = nodeAt(await nodes(), 0)
    const record = await held(store)
    const operator = name('operator')
    const actor = name('actor')
    const results = await race(await nodes(), (node) =>
      decide(node, record, word('release', { operator }), 2, actor),
    )
    expect(tally(results)).toEqual({ noted: 1, same_operator: 49 })
    expect(await noted(store, actor)).toBe(1)
    expect(await decide(store, record, word('refuse', { operator }), 2)).toBe('same_operator')
    expect(await stateOf(store, record)).toBe('held')
    expect((await store.listHoldDecisions([record.id])).length).toBe(1)
  })

  it('is refused at the first word against it, and ended once by 50 operators who disagree', async () => {
    const store = nodeAt(await nodes(), 0)
    const first = await held(store)
    expect(await decide(store, first, word('release'), 3)).toBe('noted')
    expect(await decide(store, first, word('refuse'), 3)).toBe('refused')
    expect(await decide(store, first, word('release'), 3)).toBe('gone')
    expect(await store.findApproval(first.id)).toEqual({ ...first, state: 'refused' })
    const record = await held(store)
    const results = await race(await nodes(), (node, racer) =>
      decide(node, record, word(racer % 2 === 0 ? 'release' : 'refuse'), 2),
    )
    const ends = results.filter((one) => one === 'released' || one === 'refused')
    expect(ends.length).toBe(1)
    expect(await stateOf(store, record)).toBe(ends[0])
    expect(results.filter((one) => one === 'gone').length).toBe(results.includes('noted') ? 48 : 49)
  })
}

function decisionLimitContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is decided only while it is held, and released to no device that is revoked or suspended', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const approved = await approvedApproval(store, own)
    expect(await decide(store, approved, word('release'), 1)).toBe('gone')
    expect(await decide(store, { ...approved, id: name('approval') }, word('release'), 1)).toBe('gone')
    const record = await held(store, own)
    const late = word('release', { at: record.expiresAt })
    expect(await decide(store, record, late, 1)).toBe('gone')
    await store.suspendDevice(own.device.id, 'clone', t0, auditEntry('device.clone_suspected'))
    expect(await decide(store, record, word('release'), 1)).toBe('gone')
    expect(await store.listHoldDecisions([record.id])).toEqual([])
    expect(await stateOf(store, record)).toBe('held')
    expect(await decide(store, record, word('refuse'), 1)).toBe('refused')
  })

  it('lists decisions of the approvals asked for, oldest first', async () => {
    const store = nodeAt(await nodes(), 0)
    const [one, two, three] = [await held(store), await held(store), await held(store)]
    const words = [0, 1, 2].map((minutes) => word('release', { at: t0 + minutes * minute }))
    await decide(store, two, nodeAt(words, 1), 9)
    await decide(store, one, nodeAt(words, 2), 9)
    await decide(store, one, nodeAt(words, 0), 9)
    await decide(store, three, word('release'), 9)
    expect(await store.listHoldDecisions([two.id, one.id])).toEqual([
      { ...words[0], approvalId: one.id },
      { ...words[1], approvalId: two.id },
      { ...words[2], approvalId: one.id },
    ])
    expect(await store.listHoldDecisions([])).toEqual([])
    expect(await store.listHoldDecisions([name('approval')])).toEqual([])
  })
}
