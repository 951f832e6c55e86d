import type { DurableStore } from '../../store.ts'
import type { PresenceRecord, ReleaseInput, ReleaseResult, ShareStore } from '../../store-factors.ts'
import { auditEntry, familyRecord, minute, name, repeatRecord, startedFamily, t0 } from './facts.ts'
import { hearing } from './hearing.ts'
import { factorBy, withPresence } from './presence.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

type Nodes = () => Promise<readonly DurableStore[]>

const inputOf = ({ deviceId, id }: PresenceRecord, held: number): ReleaseInput => ({
  deviceId,
  way: id,
  held,
  askedAt: t0,
  fresh: name('fresh'),
  now: t0,
})

type Released = Extract<ReleaseResult, { kind: 'released' }>
async function release(store: ShareStore, presence: PresenceRecord, held: number): Promise<Released> {
  const result = await store.releaseShare(inputOf(presence, held))
  if (result.kind !== 'released') throw new Error(`the share is ${result.kind}`)
  return result
}

/** As the token call does: the device says that it holds `number` now. */
async function acknowledge(
  store: DurableStore,
  presence: PresenceRecord,
  ack: { number: number; mark: number },
): Promise<string> {
  const factor = factorBy(presence)
  await store.passPresence(factor, 0, repeatRecord(), auditEntry('presence.proved'))
  const device = await store.findDevice(presence.deviceId)
  if (device === null) throw new Error('the device is there')
  return store.startFamilyByFactor({
    family: familyRecord(device),
    factor: factor.id,
    kind: 'presence',
    ack,
    now: t0,
    repeat: repeatRecord(),
    audit: auditEntry('session.started'),
  })
}

export function shareContract(nodes: Nodes, runner: TestRunner): void {
  runner.describe('share', () => {
    releaseContract(nodes, runner)
    acknowledgedContract(nodes, runner)
    wipeContract(nodes, runner)
    restoreContract(nodes, runner)
  })
}

function releaseContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('gives 50 racers one next share, and each another mark', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const results = await race(await nodes(), (node) => release(node, presence, 0))
    expect(tally(results.map(({ sealedNext }) => sealedNext))).toEqual({
      [results[0]?.sealedNext ?? '']: 50,
    })
    expect(tally(results.map(({ number, sealedShare, mark }) => `${number} ${sealedShare} ${mark}`))).toEqual(
      {
        '0 null 0': 50,
      },
    )
    const marks = results.map(({ nextMark }) => nextMark).toSorted((one, other) => one - other)
    expect(marks).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  })

  it('moves on once for 50 racers that hold the one that waits', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const first = await release(store, presence, 0)
    const results = await race(await nodes(), (node) => release(node, presence, 1))
    const next = results[0]?.sealedNext ?? ''
    expect(next === first.sealedNext).toBe(false)
    expect(
      tally(
        results.map(
          (one) => `${one.number} ${one.sealedShare === first.sealedNext} ${one.sealedNext === next}`,
        ),
      ),
    ).toEqual({ '1 true true': 50 })
  })

  it('keeps the ways of one device apart, and the marks together', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    await release(store, presence, 0)
    await release(store, presence, 1)
    const other = { ...presence, id: name('record') }
    const { number, sealedShare, nextMark } = await release(store, other, 0)
    expect({ number, sealedShare, nextMark }).toEqual({ number: 0, sealedShare: null, nextMark: 3 })
  })

  it('gives nothing to a share it never gave, nor to devices that are unknown, revoked or suspended', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const kind = async (held: number, of = presence) => (await store.releaseShare(inputOf(of, held))).kind
    expect(await kind(1)).toBe('gone')
    await release(store, presence, 0)
    expect(await kind(2)).toBe('gone')
    expect(await kind(0, { ...presence, deviceId: name('device') })).toBe('gone')
    const suspended = await withPresence(store)
    await store.suspendDevice(suspended.deviceId, 'clone', t0, auditEntry('device.clone_suspected'))
    expect(await kind(0, suspended)).toBe('suspended')
  })
}

function acknowledgedContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('takes the word of the device, and then an older one for a clone', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const first = await release(store, presence, 0)
    expect(await acknowledge(store, presence, { number: 1, mark: first.nextMark })).toBe('started')
    const results = await race(await nodes(), (node) => node.releaseShare(inputOf(presence, 0)))
    expect(tally(results.map(({ kind }) => kind))).toEqual({ clone: 50 })
    const second = await release(store, presence, 1)
    expect({ share: second.sealedShare, mark: second.mark, next: second.nextMark }).toEqual({
      share: first.sealedNext,
      mark: 1,
      next: 2,
    })
    // Cut off before it could say so: what waits counts as held.
    expect((await release(store, presence, 2)).sealedShare).toBe(second.sealedNext)
    expect((await store.releaseShare(inputOf(presence, 1))).kind).toBe('clone')
  })

  it('calls nobody a clone whose share moved on after he asked', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    await release(store, presence, 0)
    const moved = { ...inputOf(presence, 1), now: t0 + minute }
    expect((await store.releaseShare(moved)).kind).toBe('released')
    const late = { ...inputOf(presence, 0), now: t0 + minute }
    const results = await race(await nodes(), (node) => node.releaseShare(late))
    expect(tally(results.map(({ kind }) => kind))).toEqual({ late: 50 })
    expect((await store.releaseShare({ ...late, askedAt: t0 + minute })).kind).toBe('clone')
  })

  it('never lowers the mark, whatever comes late', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    await race(await nodes(), (node) => release(node, presence, 0))
    expect(await acknowledge(store, presence, { number: 1, mark: 40 })).toBe('started')
    expect(await acknowledge(store, presence, { number: 1, mark: 30 })).toBe('started')
    expect((await release(store, presence, 1)).mark).toBe(40)
  })
}

function wipeContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('wipes for one of 50 racers, for good, ends the sessions, and counts', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    await release(store, presence, 0)
    const device = await store.findDevice(presence.deviceId)
    if (device === null) throw new Error('the device is there')
    const { sid } = await startedFamily(store, device)
    const factor = factorBy(presence)
    await store.passPresence(factor, 0, repeatRecord(), auditEntry('presence.proved'))
    const wipes = await store.wipeCount()
    const heard = await hearing(await nodes(), (event) => 'device' in event && event.device === device.id)
    expect(await store.wasWiped(device.id)).toBe(false)
    const results = await race(await nodes(), (node) =>
      node.wipeShares(device.id, t0 + minute, auditEntry('device.wiped')),
    )
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    for (const node of await nodes()) expect(await node.wasWiped(device.id)).toBe(true)
    await heard()
    expect(await store.wipeCount()).toBe(wipes + 1)
    expect((await store.findSession(sid))?.family.endedAt).toBe(t0 + minute)
    expect(await store.findFactor(factor.id, t0)).toBe(null)
    for (const held of [0, 1]) expect((await store.releaseShare(inputOf(presence, held))).kind).toBe('gone')
    const other = { ...presence, id: name('record') }
    expect((await store.releaseShare(inputOf(other, 0))).kind).toBe('gone')
    expect(await store.wipeShares(name('device'), t0, auditEntry('device.wiped'))).toBe(false)
  })

  it('wipes a device that never had a share, so that it never gets one', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const wipes = await store.wipeCount()
    expect(await store.wipeShares(presence.deviceId, t0, auditEntry('device.wiped'))).toBe(false)
    expect(await store.wipeCount()).toBe(wipes + 1)
    expect((await store.releaseShare(inputOf(presence, 0))).kind).toBe('gone')
  })

  it('leaves nothing to 50 releases that race with a wipe or a revocation', async () => {
    const store = nodeAt(await nodes(), 0)
    for (const act of ['wipe', 'revoke'] as const) {
      const presence = await withPresence(store)
      const wipes = await store.wipeCount()
      const end = (node: DurableStore): Promise<unknown> =>
        act === 'wipe'
          ? node.wipeShares(presence.deviceId, t0, auditEntry('device.wiped'))
          : node.revokeDevice(presence.deviceId, t0, auditEntry('device.revoked'))
      let ended: Promise<unknown> | undefined
      await race(await nodes(), (node, racer) => {
        if (racer === 25) ended = end(node)
        return node.releaseShare(inputOf(presence, 0))
      })
      await ended
      expect((await store.releaseShare(inputOf(presence, 0))).kind).toBe('gone')
      expect((await store.releaseShare(inputOf(presence, 1))).kind).toBe('gone')
      expect((await store.wipeCount()) > wipes).toBe(true)
    }
  })

  it('counts the share of a presence key that is replaced', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    await release(store, presence, 0)
    const wipes = await store.wipeCount()
    const next = { ...presence, id: name('presence') }
    await store.addPresence(next, auditEntry('presence.registered'))
    expect(await store.wipeCount()).toBe(wipes + 1)
    expect((await store.releaseShare(inputOf(presence, 1))).kind).toBe('gone')
  })
}

function restoreContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is settled by raising the count, for 50 racers alike', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const { sealedNext } = await release(store, presence, 0)
    const least = (await store.wipeCount()) + 100
    const counts = await race(await nodes(), (node) =>
      node.settleWipes({ least, forget: false }, auditEntry('shares.restored')),
    )
    expect(tally(counts)).toEqual({ [least]: 50 })
    expect(
      (await store.settleWipes({ least: 1, forget: false }, auditEntry('shares.restored'))) === least,
    ).toBe(true)
    expect((await release(store, presence, 0)).sealedNext).toBe(sealedNext)
  })

  it('forgets every share there is, though 50 releases race with it', async () => {
    const store = nodeAt(await nodes(), 0)
    const given = await Promise.all(Array.from({ length: 5 }, () => withPresence(store)))
    await Promise.all(given.map((presence) => release(store, presence, 0)))
    const least = (await store.wipeCount()) + 10
    await race(await nodes(), async (node, racer) => {
      if (racer === 25) await node.settleWipes({ least, forget: true }, auditEntry('shares.restored'))
      else await node.releaseShare(inputOf(nodeAt(given, racer), 0))
    })
    for (const presence of given) {
      expect((await store.releaseShare(inputOf(presence, 0))).kind).toBe('gone')
      expect((await store.releaseShare(inputOf(presence, 1))).kind).toBe('gone')
    }
    expect((await store.wipeCount()) >= least).toBe(true)
  })
}
