import type { ApprovalRecord } from '../../store-approvals.ts'
import type { LoginRecord } from '../../store-factors.ts'
import {
  approval,
  askedApproval,
  begunLogin,
  noted,
  stateOf,
  type ApproveInput,
  type Nodes,
} from './approval-facts.ts'
import { auditEntry, minute, name, t0 } from './facts.ts'
import { addedPasscode, asked, finish, kinds, tryOf, type Asked } from './passcode-facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

async function begun(ask: Asked): Promise<{ record: ApprovalRecord; login: LoginRecord }> {
  const record = await askedApproval(ask.store, ask.device)
  return { record, login: await begunLogin(ask.store, ask, { approvalId: record.id }) }
}

const by = (record: ApprovalRecord, login: string, change: Partial<ApproveInput> = {}): ApproveInput =>
  approval(record, { login, presence: null, ...change })

export function approvalLoginContract(nodes: Nodes, runner: TestRunner): void {
  loginContract(nodes, runner)
  loginEndContract(nodes, runner)
}

function loginContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is approved by passcode for one of 50 racers: the login ends, the tries are forgotten', async () => {
    const ask = await asked(nodes)
    const { store } = ask
    const { record, login } = await begun(ask)
    for (let i = 0; i < 4; i++) await store.takePasscodeTry(tryOf(ask))
    expect((await store.takePasscodeTry(tryOf(ask))).kind).toBe('locked')
    expect(await store.countFailures(ask.device.user, t0)).toBe(5)
    const actor = name('actor')
    const inputs = Array.from({ length: 50 }, () =>
      by(record, login.id, { audit: auditEntry('approval.approved', actor) }),
    )
    const results = await race(await nodes(), (node, racer) => node.approve(nodeAt(inputs, racer)))
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    const { sealedEvidence } = nodeAt(inputs, results.indexOf(true))
    const approved = { ...record, state: 'approved', acr: 'passcode', sealedEvidence }
    expect(await store.findApproval(record.id)).toEqual(approved)
    expect(await noted(store, actor)).toBe(1)
    expect(await store.findLogin(login.id, t0)).toBe(null)
    // It proves nothing else.
    expect(await store.findFactor(login.id, t0)).toBe(null)
    expect(await store.countFailures(ask.device.user, t0)).toBe(4)
    expect(await store.takePasscodeTry(tryOf(ask))).toEqual({ kind: 'taken', left: 4 })
    expect((await store.takePasscodeTry(tryOf(ask, { login }))).kind).toBe('known')
  })

  it('is not approved by a login of another approval or device, for an unlock, unknown, expired, ended or of a passcode that is gone', async () => {
    const ask = await asked(nodes)
    const { store } = ask
    const { record, login } = await begun(ask)
    const refused = async (id: string, change: Partial<ApproveInput> = {}) => {
      const actor = name('actor')
      const audit = auditEntry('approval.approved', actor)
      const failures = await store.countFailures(ask.device.user, t0)
      expect(await store.approve(by(record, id, { audit, ...change }))).toBe(false)
      expect(await stateOf(store, record)).toBe('asked')
      expect(await store.countFailures(ask.device.user, t0)).toBe(failures)
      expect(await noted(store, actor)).toBe(0)
    }
    const second = await begun(ask)
    const unlock = await begunLogin(store, ask, { approvalId: null })
    for (const id of [second.login.id, unlock.id, name('login')]) await refused(id)
    expect(await store.findLogin(second.login.id, t0)).toEqual(second.login)
    expect(await store.findLogin(unlock.id, t0)).toEqual(unlock)
    await refused(login.id, { now: login.expiresAt })
    const stranger = await begun(await asked(nodes, ask.device.user))
    await refused(stranger.login.id)
    await refused(login.id, { deviceId: stranger.record.deviceId })
    expect(await store.approve(by(second.record, second.login.id))).toBe(true)
    await refused(second.login.id)
    await addedPasscode(store, ask.device)
    await refused(login.id)
  })
}

function loginEndContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('keeps its login when it is over or too late', async () => {
    const ask = await asked(nodes)
    const { store } = ask
    const { record, login } = await begun(ask)
    await store.declineApproval(record.id, ask.device.id, t0, auditEntry('approval.declined'))
    expect(await store.approve(by(record, login.id))).toBe(false)
    expect(await store.findLogin(login.id, t0)).toEqual(login)
    expect(await store.countFailures(ask.device.user, t0)).toBe(1)
    const short = await askedApproval(store, ask.device, { expiresAt: t0 + minute })
    const late = await begunLogin(store, ask, { approvalId: short.id })
    expect(await store.approve(by(short, late.id, { now: short.expiresAt }))).toBe(false)
    expect(await store.findLogin(late.id, t0)).toEqual(late)
  })

  it('is approved by no device that is revoked or suspended', async () => {
    const [revoked, suspended] = [await asked(nodes), await asked(nodes)]
    const { store } = revoked
    const [first, second] = [await begun(revoked), await begun(suspended)]
    await store.revokeDevice(revoked.device.id, t0, auditEntry('device.revoked'))
    await store.suspendDevice(suspended.device.id, 'clone', t0, auditEntry('device.clone_suspected'))
    for (const { record, login } of [first, second])
      expect(await store.approve(by(record, login.id))).toBe(false)
  })

  it('has a login that opens no session', async () => {
    const ask = await asked(nodes)
    const { record, login } = await begun(ask)
    const results = await race(await nodes(), (node) => finish(node, login))
    expect(tally(results)).toEqual({ false: 50 })
    expect(await ask.store.findFactor(login.id, t0)).toBe(null)
    expect(await ask.store.approve(by(record, login.id))).toBe(true)
  })

  it('leaves nothing of itself to a login that takes its place under one KE1', async () => {
    const ask = await asked(nodes)
    const { login } = await begun(ask)
    const now = login.expiresAt
    const next = { ...login, id: name('login'), approvalId: null, createdAt: now, expiresAt: now + minute }
    expect(kinds([await ask.store.takePasscodeTry(tryOf(ask, { login: next, now }))])).toEqual({ taken: 1 })
    expect(await ask.store.findLogin(next.id, now)).toEqual(next)
  })

  it('counts wrong passcodes of a user until their window ends', async () => {
    const ask = await asked(nodes)
    const { store, device } = ask
    const { limits } = tryOf(ask)
    expect(await store.countFailures(device.user, t0)).toBe(0)
    const others = await asked(nodes, device.user)
    for (const one of [ask, ask, others]) await store.takePasscodeTry(tryOf(one))
    const end = t0 + limits.accountWindowMs
    expect(await store.countFailures(device.user, end - 1)).toBe(3)
    expect(await store.countFailures(device.user, end)).toBe(0)
    expect(await store.countFailures(name('user'), t0)).toBe(0)
  })
}
