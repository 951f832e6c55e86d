import type { DurableStore } from '../../store.ts'
import { hearing } from './hearing.ts'
import {
  auditEntry,
  deviceRecord,
  enrolledDevice,
  familyRecord,
  minute,
  name,
  repeatRecord,
  rotation,
  second,
  startedFamily,
  t0,
} from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

type Nodes = () => Promise<readonly DurableStore[]>

export function sessionContract(nodes: Nodes, runner: TestRunner): void {
  runner.describe('session', () => {
    familyContract(nodes, runner)
    rotationContract(nodes, runner)
    reuseContract(nodes, runner)
  })
}

function familyContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('starts on a live device only, with its answer', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    const family = familyRecord(device)
    const repeat = repeatRecord()
    expect(await store.startFamily(family, repeat, auditEntry('session.started'))).toBe(true)
    expect(await store.findSession(family.sid)).toEqual({ family, device })
    expect(await store.findFamilyByRefresh(family.refreshDigest)).toEqual({ family, device })
    expect(await store.findRepeat(repeat.requestHash, t0)).toBe(repeat.sealedAnswer)

    const stray = familyRecord(deviceRecord(name('user')))
    const unkept = repeatRecord()
    expect(await store.startFamily(stray, unkept, auditEntry('session.started'))).toBe(false)
    expect(await store.findSession(stray.sid)).toBe(null)
    expect(await store.findFamilyByRefresh(stray.refreshDigest)).toBe(null)
    expect(await store.findRepeat(unkept.requestHash, t0)).toBe(null)
  })

  it('is ended by one of 50 racers, and every node hears it', async () => {
    const store = nodeAt(await nodes(), 0)
    const { sid } = await startedFamily(store, await enrolledDevice(store))
    const heard = await hearing(await nodes(), (event) => 'sid' in event && event.sid === sid)
    const results = await race(await nodes(), (node) =>
      node.endFamily(sid, t0 + minute, auditEntry('session.ended')),
    )
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    await heard()
    expect((await store.findSession(sid))?.family.endedAt).toBe(t0 + minute)
    expect(await store.endFamily(name('sid'), t0, auditEntry('session.ended'))).toBe(false)
  })
}

function rotationContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('rotates for one of 50 racers and repeats its answer to the others', async () => {
    const store = nodeAt(await nodes(), 0)
    const family = await startedFamily(store, await enrolledDevice(store))
    const inputs = Array.from({ length: 50 }, () => rotation(family, family.refreshDigest, t0 + minute))
    const results = await race(await nodes(), (node, racer) => node.rotateRefresh(nodeAt(inputs, racer)))
    expect(tally(results.map(({ kind }) => kind))).toEqual({ rotated: 1, repeated: 49 })

    const winner = nodeAt(
      inputs,
      results.findIndex(({ kind }) => kind === 'rotated'),
    )
    const { sealedAnswer } = winner.repeat
    const repeated = results.filter(({ kind }) => kind === 'repeated')
    expect(repeated).toEqual(repeated.map(() => ({ kind: 'repeated', sealedAnswer })))
    const kept = inputs.map(({ repeat }) => store.findRepeat(repeat.requestHash, repeat.expiresAt - 1))
    expect(tally(await Promise.all(kept))).toEqual({ [sealedAnswer]: 50 })
    const session = await store.findFamilyByRefresh(family.refreshDigest)
    expect(session?.family.refreshDigest).toBe(winner.nextDigest)
    expect(session?.family.idleAt).toBe(winner.nextIdleAt)
    expect((await store.findFamilyByRefresh(winner.nextDigest))?.family.sid).toBe(family.sid)
  })

  it('refuses what is unknown, idle, past its end, ended or of another device, and ends nothing', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    const family = await startedFamily(store, device)
    const { refreshDigest } = family
    const refused = async (change: Partial<ReturnType<typeof rotation>>) => {
      const result = await store.rotateRefresh({ ...rotation(family, refreshDigest, t0 + minute), ...change })
      expect(result).toEqual({ kind: 'refused' })
    }
    await refused({ presentedDigest: name('refresh') })
    await refused({ deviceId: (await enrolledDevice(store, device.user)).id })
    await refused({ now: family.idleAt })
    await refused({ now: family.expiresAt })
    expect((await store.findSession(family.sid))?.family.endedAt).toBe(null)
    await store.revokeDevice(device.id, t0 + minute, auditEntry('device.revoked'))
    await refused({})
  })
}

function reuseContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('takes the predecessor after the grace as reuse: the family ends and every node hears it', async () => {
    const store = nodeAt(await nodes(), 0)
    const family = await startedFamily(store, await enrolledDevice(store))
    const first = rotation(family, family.refreshDigest, t0)
    await store.rotateRefresh(first)
    const inGrace = rotation(family, family.refreshDigest, t0 + first.graceMs)
    expect(await store.rotateRefresh(inGrace)).toEqual({
      kind: 'repeated',
      sealedAnswer: first.repeat.sealedAnswer,
    })
    const heard = await hearing(await nodes(), (event) => 'sid' in event && event.sid === family.sid)
    const late = rotation(family, family.refreshDigest, t0 + first.graceMs + 1)
    expect(await store.rotateRefresh(late)).toEqual({ kind: 'reused', sid: family.sid })
    expect(await store.findRepeat(late.repeat.requestHash, t0)).toBe(null)
    await heard()
    expect((await store.findSession(family.sid))?.family.endedAt).toBe(late.now)
    const current = rotation(family, first.nextDigest, late.now)
    expect(await store.rotateRefresh(current)).toEqual({ kind: 'refused' })
  })

  it('takes an older token as reuse even within the grace, once among 50 racers', async () => {
    const store = nodeAt(await nodes(), 0)
    const family = await startedFamily(store, await enrolledDevice(store))
    const first = rotation(family, family.refreshDigest, t0)
    await store.rotateRefresh(first)
    await store.rotateRefresh(rotation(family, first.nextDigest, t0 + second))
    const results = await race(await nodes(), (node) =>
      node.rotateRefresh(rotation(family, family.refreshDigest, t0 + 2 * second)),
    )
    expect(tally(results.map(({ kind }) => kind))).toEqual({ reused: 1, refused: 49 })
  })
}
