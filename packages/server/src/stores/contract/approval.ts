import type { ApprovalRecord } from '../../store-approvals.ts'
import type { DurableStore } from '../../store.ts'
import {
  approval,
  approvalRecord,
  approvedApproval,
  askedApproval,
  begunLogin,
  noted,
  phone,
  stateOf,
  type ApproveInput,
  type Nodes,
  type Phone,
} from './approval-facts.ts'
import { approvalLoginContract } from './approval-login.ts'
import { auditEntry, enrolledDevice, minute, name, t0 } from './facts.ts'
import { holdContract } from './hold.ts'
import { addedPasscode } from './passcode-facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'
import { transferContract } from './transfer.ts'

export function approvalContract(nodes: Nodes, runner: TestRunner): void {
  runner.describe('approval', () => {
    askContract(nodes, runner)
    presenceContract(nodes, runner)
    presenceRefusalContract(nodes, runner)
    approvalLoginContract(nodes, runner)
    endContract(nodes, runner)
    holdContract(nodes, runner)
    transferContract(nodes, runner)
  })
}

function askContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is asked of a device as often at a time as it may be, by 50 racers', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    const actor = name('actor')
    const records = Array.from({ length: 50 }, () => approvalRecord(device))
    const ask = (node: DurableStore, record: ApprovalRecord) =>
      node.addApproval(record, 5, auditEntry('approval.asked', actor))
    const results = await race(await nodes(), (node, racer) => ask(node, nodeAt(records, racer)))
    expect(tally(results)).toEqual({ true: 5, false: 45 })
    expect(await noted(store, actor)).toBe(5)
    for (const [racer, record] of records.entries())
      expect(await store.findApproval(record.id)).toEqual(results[racer] === true ? record : null)
    const open = records.filter((_, racer) => results[racer] === true)
    // Whatever is not asked any more leaves its place, and so does what has expired; other devices have places of their own.
    await store.declineApproval(nodeAt(open, 0).id, device.id, t0, auditEntry('approval.declined'))
    expect(await ask(store, approvalRecord(device))).toBe(true)
    const late = { createdAt: t0 + 5 * minute, expiresAt: t0 + 10 * minute }
    expect(await ask(store, approvalRecord(device, { ...late, createdAt: late.createdAt - 1 }))).toBe(false)
    expect(await ask(store, approvalRecord(device, late))).toBe(true)
    expect(await ask(store, approvalRecord(await enrolledDevice(store, device.user)))).toBe(true)
  })

  it('is asked of no device that is unknown, revoked or suspended', async () => {
    const store = nodeAt(await nodes(), 0)
    const [revoked, suspended] = [await enrolledDevice(store), await enrolledDevice(store)]
    await store.revokeDevice(revoked.id, t0, auditEntry('device.revoked'))
    await store.suspendDevice(suspended.id, 'clone', t0, auditEntry('device.clone_suspected'))
    for (const device of [revoked, suspended, { ...revoked, id: name('device') }]) {
      const record = approvalRecord(device)
      expect(await store.addApproval(record, 5, auditEntry('approval.asked'))).toBe(false)
      expect(await store.findApproval(record.id)).toBe(null)
    }
  })

  it('is listed newest first: of one device, or of all in one state that were held and have not expired', async () => {
    const store = nodeAt(await nodes(), 0)
    const one = await phone(store)
    const other = await phone(store)
    // An hour of its own, so that no other approval of the suite stands in the list.
    const hour = t0 + 1000 * minute
    const times = (minutes: number) => ({
      createdAt: hour + minutes * minute,
      expiresAt: hour + (minutes + 5) * minute,
    })
    const was = (minutes: number) => ({ ...times(minutes), reasons: ['new_payee'] as const })
    const first = await approvedApproval(store, one, was(0))
    const second = await approvedApproval(store, other, was(1))
    const third = await approvedApproval(store, one, was(2))
    await approvedApproval(store, other, times(2))
    const fourth = await askedApproval(store, one.device, { ...times(3), reasons: ['new_payee', 'velocity'] })
    const { id: deviceId } = one.device
    expect(await store.listApprovals({ deviceId, limit: 10 })).toEqual([fourth, third, first])
    expect(await store.listApprovals({ deviceId, limit: 2 })).toEqual([fourth, third])
    const approved = (now: number, limit = 10) => store.listApprovals({ state: 'approved', now, limit })
    expect(await approved(hour)).toEqual([third, second, first])
    expect(await approved(hour, 1)).toEqual([third])
    expect(await approved(first.expiresAt)).toEqual([third, second])
    expect(await approved(third.expiresAt)).toEqual([])
    expect(await store.findApproval(name('approval'))).toBe(null)
  })
}

const byPresence = (record: ApprovalRecord, { presence }: Phone, change: Partial<ApproveInput> = {}) =>
  approval(record, { login: null, presence: { id: presence, counter: 0 }, ...change })

function presenceContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is approved by presence for one of 50 racers', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const record = await askedApproval(store, own.device)
    const actor = name('actor')
    const inputs = Array.from({ length: 50 }, () =>
      byPresence(record, own, { audit: auditEntry('approval.approved', actor) }),
    )
    const results = await race(await nodes(), (node, racer) => node.approve(nodeAt(inputs, racer)))
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    const { sealedEvidence } = nodeAt(inputs, results.indexOf(true))
    const approved = { ...record, state: 'approved', acr: 'presence', sealedEvidence }
    expect(await store.findApproval(record.id)).toEqual(approved)
    expect(await noted(store, actor)).toBe(1)
  })

  it('raises the counter of a passkey, and takes none that was seen: of 50 racers with one number one approves', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const records: ApprovalRecord[] = []
    for (let i = 0; i < 50; i++) records.push(await askedApproval(store, own.device))
    const counted = (record: ApprovalRecord, counter: number) =>
      byPresence(record, own, { presence: { id: own.presence, counter } })
    const results = await race(await nodes(), (node, racer) =>
      node.approve(counted(nodeAt(records, racer), 7)),
    )
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    const left = records.filter((_, racer) => results[racer] === false)
    for (const counter of [0, 6, 7])
      expect(await store.approve(counted(nodeAt(left, 0), counter))).toBe(false)
    expect((await store.findPresence(own.presence))?.counter).toBe(7)
    expect(await store.findApproval(nodeAt(left, 0).id)).toEqual(nodeAt(left, 0))
    expect(await store.approve(counted(nodeAt(left, 0), 8))).toBe(true)
    expect((await store.findPresence(own.presence))?.counter).toBe(8)
  })
}

function presenceRefusalContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is not approved unknown, expired, of another device or key, by nothing or by two things, and then nothing changes', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const other = await phone(store)
    const record = await askedApproval(store, own.device)
    const login = await begunLogin(
      store,
      { device: own.device, passcode: await addedPasscode(store, own.device) },
      { approvalId: record.id },
    )
    const counted = { id: own.presence, counter: 3 }
    const refused = async (change: Partial<ApproveInput>) => {
      const actor = name('actor')
      const audit = auditEntry('approval.approved', actor)
      expect(await store.approve(byPresence(record, own, { presence: counted, audit, ...change }))).toBe(
        false,
      )
      expect(await store.findApproval(record.id)).toEqual(record)
      expect((await store.findPresence(own.presence))?.counter).toBe(0)
      expect(await store.findLogin(login.id, t0)).toEqual(login)
      expect(await noted(store, actor)).toBe(0)
    }
    await refused({ id: name('approval') })
    await refused({ deviceId: other.device.id })
    await refused({ deviceId: other.device.id, presence: { id: other.presence, counter: 3 } })
    await refused({ presence: { id: other.presence, counter: 3 } })
    await refused({ now: record.expiresAt })
    await refused({ presence: null })
    await refused({ login: login.id })
    await store.removePresence(own.device.id, auditEntry('presence.removed'))
    expect(await store.approve(byPresence(record, own))).toBe(false)
  })

  it('is approved by no device that is revoked or suspended, though 50 racers try', async () => {
    const store = nodeAt(await nodes(), 0)
    for (const act of ['revoke', 'suspend'] as const) {
      const own = await phone(store)
      const { id } = own.device
      const records: ApprovalRecord[] = []
      for (let i = 0; i < 51; i++) records.push(await askedApproval(store, own.device))
      let ended: Promise<unknown> | undefined
      await race(await nodes(), (node, racer) => {
        if (racer === 25)
          ended =
            act === 'revoke'
              ? node.revokeDevice(id, t0, auditEntry('device.revoked'))
              : node.suspendDevice(id, 'clone', t0, auditEntry('device.clone_suspected'))
        return node.approve(byPresence(nodeAt(records, racer), own))
      })
      await ended
      expect(await store.approve(byPresence(nodeAt(records, 50), own))).toBe(false)
      expect(await stateOf(store, nodeAt(records, 50))).toBe('asked')
    }
  })
}

function endContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is declined for one of 50 racers, and by its own device alone', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const record = await askedApproval(store, own.device)
    const actor = name('actor')
    const decline = (node: DurableStore, change: { id?: string; deviceId?: string; now?: number } = {}) => {
      const { id, deviceId, now } = { id: record.id, deviceId: own.device.id, now: t0, ...change }
      return node.declineApproval(id, deviceId, now, auditEntry('approval.declined', actor))
    }
    expect(await decline(store, { deviceId: name('device') })).toBe(false)
    expect(await decline(store, { id: name('approval') })).toBe(false)
    expect(await decline(store, { now: record.expiresAt })).toBe(false)
    expect(await noted(store, actor)).toBe(0)
    const results = await race(await nodes(), (node) => decline(node))
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    expect(await store.findApproval(record.id)).toEqual({ ...record, state: 'refused' })
    expect(await noted(store, actor)).toBe(1)
    expect(await decline(store, { id: (await approvedApproval(store, own)).id })).toBe(false)
  })

  it('is approved or declined, never both, though 50 racers try', async () => {
    const store = nodeAt(await nodes(), 0)
    const own = await phone(store)
    const record = await askedApproval(store, own.device)
    const presence = { id: own.presence, counter: 0 }
    const results = await race(await nodes(), async (node, racer) => {
      const approve = racer % 2 === 0
      const won = approve
        ? await node.approve(approval(record, { login: null, presence }))
        : await node.declineApproval(record.id, own.device.id, t0, auditEntry('approval.declined'))
      return won ? (approve ? 'approved' : 'refused') : 'late'
    })
    const state = results.find((one) => one !== 'late') ?? ''
    expect(tally(results)).toEqual({ [state]: 1, late: 49 })
    expect(await stateOf(store, record)).toBe(state)
  })
}
