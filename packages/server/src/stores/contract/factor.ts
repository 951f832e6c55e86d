import type { DeviceRecord, DurableStore, FamilyRecord } from '../../store.ts'
import type { FactorRecord, PasscodeRecord, StartByFactor } from '../../store-factors.ts'
import {
  auditEntry,
  enrolledDevice,
  familyRecord,
  minute,
  name,
  repeatRecord,
  startedFamily,
  t0,
} from './facts.ts'
import { hearing } from './hearing.ts'
import { addedPasscode } from './passcode-facts.ts'
import { factorBy, withPresence } from './presence.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

type Nodes = () => Promise<readonly DurableStore[]>

const limits = { tries: 100, locksMs: [], accountTries: 1000, accountWindowMs: minute }

/** A login with this passcode, passed. */
async function proved(
  store: DurableStore,
  device: DeviceRecord,
  { id: recordId }: PasscodeRecord,
): Promise<FactorRecord> {
  const times = { createdAt: t0, expiresAt: t0 + 2 * minute }
  const login = {
    id: name('login'),
    deviceId: device.id,
    recordId,
    approvalId: null,
    ke1Digest: name('ke1'),
    ...times,
  }
  const { user } = device
  const audit = auditEntry('passcode.try')
  await store.takePasscodeTry({ login: { ...login, sealedState: null }, user, limits, now: t0, audit })
  const factor: FactorRecord = {
    id: login.id,
    deviceId: device.id,
    kind: 'passcode',
    way: recordId,
    provedAt: t0,
    expiresAt: t0 + 2 * minute,
  }
  if (!(await store.finishLogin(factor, repeatRecord(), auditEntry('passcode.proved'))))
    throw new Error('a login of a live device was refused')
  return factor
}

function startOf(
  device: DeviceRecord,
  factor: FactorRecord,
  change: Partial<StartByFactor> = {},
): StartByFactor {
  return {
    family: { ...familyRecord(device), acr: factor.kind },
    factor: factor.id,
    kind: factor.kind,
    ack: { number: 0, mark: 0 },
    now: t0,
    repeat: repeatRecord(),
    audit: auditEntry('session.started'),
    ...change,
  }
}

async function released(store: DurableStore, factor: FactorRecord, held: number): Promise<number> {
  const { deviceId, way } = factor
  const result = await store.releaseShare({
    deviceId,
    way,
    held,
    askedAt: t0,
    fresh: name('share'),
    now: t0,
  })
  if (result.kind !== 'released') throw new Error(`a share was ${result.kind}`)
  return result.nextMark
}

type Entered = { store: DurableStore; device: DeviceRecord; passcode: PasscodeRecord; family: FamilyRecord }

/** A device whose passcode is the current one, with an open session. */
async function entered(nodes: Nodes): Promise<Entered> {
  const store = nodeAt(await nodes(), 0)
  const device = await enrolledDevice(store)
  const passcode = await addedPasscode(store, device)
  const start = startOf(device, await proved(store, device, passcode))
  if ((await store.startFamilyByFactor(start)) !== 'started') throw new Error('no session was started')
  return { store, device, passcode, family: start.family }
}

export function factorContract(nodes: Nodes, runner: TestRunner): void {
  runner.describe('factor', () => {
    startContract(nodes, runner)
    refusalContract(nodes, runner)
    changeContract(nodes, runner)
    ackContract(nodes, runner)
    suspensionContract(nodes, runner)
    noticeContract(nodes, runner)
  })
}

function startContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('opens one session for one of 50 racers, with its answer and its entry', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    const factor = await proved(store, device, await addedPasscode(store, device))
    expect(await store.findFactor(factor.id, t0)).toEqual(factor)
    const actor = name('actor')
    const starts = Array.from({ length: 50 }, () =>
      startOf(device, factor, { audit: auditEntry('session.started', actor) }),
    )
    const results = await race(await nodes(), (node, racer) =>
      node.startFamilyByFactor(nodeAt(starts, racer)),
    )
    expect(tally(results)).toEqual({ started: 1, refused: 49 })
    for (const [racer, { family, repeat }] of starts.entries()) {
      const won = results[racer] === 'started'
      expect(await store.findSession(family.sid)).toEqual(won ? { family, device } : null)
      expect(await store.findFamilyByRefresh(family.refreshDigest)).toEqual(won ? { family, device } : null)
      expect(await store.findRepeat(repeat.requestHash, t0)).toBe(won ? repeat.sealedAnswer : null)
    }
    const written = (await store.readAudit({ limit: 1_000_000 })).filter((entry) => entry.actor === actor)
    expect(written.length).toBe(1)
    expect(await store.findFactor(factor.id, t0)).toBe(null)
  })

  it('opens one by presence, and ends no other', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const device = await store.findDevice(presence.deviceId)
    if (device === null) throw new Error('the device is there')
    const open = await startedFamily(store, device)
    const factor = factorBy(presence)
    await store.passPresence(factor, 0, repeatRecord(), auditEntry('presence.proved'))
    expect(await store.startFamilyByFactor(startOf(device, factor))).toBe('started')
    expect((await store.findSession(open.sid))?.family.endedAt).toBe(null)
  })
}

function refusalContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is refused unknown, expired, of another device, of another kind, or when its way in is gone', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const device = await store.findDevice(presence.deviceId)
    const other = await enrolledDevice(store)
    if (device === null) throw new Error('the device is there')
    const factor = factorBy(presence)
    await store.passPresence(factor, 0, repeatRecord(), auditEntry('presence.proved'))
    const refused = async (change: Partial<StartByFactor>, of: DeviceRecord = device) => {
      const start = startOf(of, factor, change)
      expect(await store.startFamilyByFactor(start)).toBe('refused')
      expect(await store.findSession(start.family.sid)).toBe(null)
      expect(await store.findRepeat(start.repeat.requestHash, t0)).toBe(null)
    }
    await refused({ factor: name('challenge') })
    await refused({ now: factor.expiresAt })
    await refused({}, other)
    await refused({ kind: 'passcode' })
    expect(await store.findFactor(factor.id, t0)).toEqual(factor)
    expect(await store.findFactor(factor.id, factor.expiresAt)).toBe(null)
    await store.removePresence(device.id, auditEntry('presence.removed'))
    await refused({})
  })

  it('opens nothing on a device that is revoked or suspended, though 50 racers try', async () => {
    for (const act of ['device_revoked', 'suspended'] as const) {
      const { store, device, passcode } = await entered(nodes)
      const factors: FactorRecord[] = []
      for (let i = 0; i < 10; i++) factors.push(await proved(store, device, passcode))
      const starts = Array.from({ length: 50 }, (_, racer) => startOf(device, nodeAt(factors, racer)))
      let ended: Promise<unknown> | undefined
      const end = (node: DurableStore): Promise<unknown> =>
        act === 'suspended'
          ? node.suspendDevice(device.id, 'clone', t0 + minute, auditEntry('device.clone_suspected'))
          : node.revokeDevice(device.id, t0 + minute, auditEntry('device.revoked'))
      const results = await race(await nodes(), (node, racer) => {
        if (racer === 25) ended = end(node)
        return node.startFamilyByFactor(nodeAt(starts, racer))
      })
      await ended
      for (const [racer, { family }] of starts.entries()) {
        const session = await store.findSession(family.sid)
        expect(session === null).toBe(results[racer] !== 'started')
        expect(session?.family.endedAt ?? t0 + minute).toBe(t0 + minute)
      }
      expect(await store.startFamilyByFactor(startOf(device, nodeAt(factors, 0)))).toBe(act)
    }
  })
}

function changeContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('makes a pending passcode the current one: the one before goes, and so do other sessions, on every node', async () => {
    const { store, device, passcode: former, family } = await entered(nodes)
    await released(store, await proved(store, device, former), 0)
    const wipes = await store.wipeCount()
    const next = await addedPasscode(store, device)
    expect((await store.listPasscodes(device.id)).map(({ state }) => state).toSorted()).toEqual([
      'current',
      'pending',
    ])
    const late = await proved(store, device, former)
    const heard = await hearing(await nodes(), (event) => 'device' in event && event.device === device.id)
    const start = startOf(device, await proved(store, device, next), { now: t0 + minute })
    expect(await store.startFamilyByFactor(start)).toBe('started')
    await heard()
    expect(await store.listPasscodes(device.id)).toEqual([{ ...next, state: 'current' }])
    expect((await store.findSession(family.sid))?.family.endedAt).toBe(t0 + minute)
    expect((await store.findSession(start.family.sid))?.family.endedAt).toBe(null)
    expect(await store.wipeCount()).toBe(wipes + 1)
    // Proved with the old passcode a moment before: it opens nothing any more.
    expect(await store.startFamilyByFactor(startOf(device, late))).toBe('refused')
  })

  it('keeps the current passcode and its sessions until the new one has opened one', async () => {
    const { store, device, passcode, family } = await entered(nodes)
    const next = await addedPasscode(store, device)
    await proved(store, device, next)
    expect(await store.startFamilyByFactor(startOf(device, await proved(store, device, passcode)))).toBe(
      'started',
    )
    expect((await store.listPasscodes(device.id)).length).toBe(2)
    expect((await store.findSession(family.sid))?.family.endedAt).toBe(null)
  })

  it('leaves no session by the device key alone, though 50 starts race with the first passcode', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    const factor = await proved(store, device, await addedPasscode(store, device))
    const families = Array.from({ length: 50 }, () => familyRecord(device))
    let change: Promise<unknown> | undefined
    const started = await race(await nodes(), (node, racer) => {
      if (racer === 25) change = node.startFamilyByFactor(startOf(device, factor, { now: t0 + minute }))
      return node.startFamily(nodeAt(families, racer), repeatRecord(), auditEntry('session.started'))
    })
    expect(await change).toBe('started')
    for (const [racer, { sid }] of families.entries()) {
      const session = await store.findSession(sid)
      expect(session === null).toBe(started[racer] === false)
      expect(session?.family.endedAt ?? t0 + minute).toBe(t0 + minute)
    }
    const late = await store.startFamily(familyRecord(device), repeatRecord(), auditEntry('session.started'))
    expect(late).toBe(false)
  })
}

function ackContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('takes the device’s word for the next share and the mark, and gives them at the next release', async () => {
    const { store, device, passcode } = await entered(nodes)
    const mark = await released(store, await proved(store, device, passcode), 0)
    const ack = { number: 1, mark }
    const start = startOf(device, await proved(store, device, passcode), { ack })
    expect(await store.startFamilyByFactor(start)).toBe('started')
    const times = { askedAt: t0, now: t0 }
    const input = { deviceId: device.id, way: passcode.id, held: 1, fresh: name('share'), ...times }
    const next = await store.releaseShare(input)
    expect(next.kind === 'released' && [next.number, next.mark, next.sealedNext]).toEqual([
      1,
      mark,
      input.fresh,
    ])
    expect((await store.releaseShare({ ...input, held: 0 })).kind).toBe('clone')
  })

  it('refuses a share that was never given, an older one, and a mark that was never issued: nothing is used up', async () => {
    const { store, device, passcode } = await entered(nodes)
    const first = await proved(store, device, passcode)
    const mark = await released(store, first, 0)
    const refused = async (ack: StartByFactor['ack']) =>
      expect(await store.startFamilyByFactor(startOf(device, first, { ack }))).toBe('refused')
    await refused({ number: 2, mark })
    await refused({ number: 1, mark: mark + 1 })
    const start = startOf(device, first, { ack: { number: 1, mark } })
    expect(await store.startFamilyByFactor(start)).toBe('started')
    const second = await proved(store, device, passcode)
    const older = startOf(device, second, { ack: { number: 0, mark } })
    expect(await store.startFamilyByFactor(older)).toBe('refused')
    const unwaited = startOf(device, second, { ack: { number: 2, mark } })
    expect(await store.startFamilyByFactor(unwaited)).toBe('refused')
    const same = startOf(device, second, { ack: { number: 1, mark: 0 } })
    expect(await store.startFamilyByFactor(same)).toBe('started')
  })

  it('opens nothing on a device that was wiped since', async () => {
    const { store, device, passcode } = await entered(nodes)
    const factor = await proved(store, device, passcode)
    const mark = await released(store, factor, 0)
    await store.wipeShares(device.id, t0, auditEntry('device.wiped'))
    const start = startOf(device, factor, { ack: { number: 1, mark } })
    expect(await store.startFamilyByFactor(start)).toBe('refused')
  })
}

function suspensionContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('suspends for one of 50 racers, for good, with passcodes, factors and sessions, and every node hears it', async () => {
    const { store, device, passcode, family } = await entered(nodes)
    const factor = await proved(store, device, passcode)
    await addedPasscode(store, device)
    const heard = await hearing(await nodes(), (event) => 'device' in event && event.device === device.id)
    const results = await race(await nodes(), (node, racer) => {
      const reason = racer % 2 === 0 ? 'clone' : 'passcode_forgotten'
      return node.suspendDevice(device.id, reason, t0 + minute, auditEntry('passcode.forgotten'))
    })
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    await heard()
    const session = await store.findSession(family.sid)
    expect(session?.family.endedAt).toBe(t0 + minute)
    const reason = results.indexOf(true) % 2 === 0 ? 'clone' : 'passcode_forgotten'
    expect(session?.device.suspendedFor).toBe(reason)
    expect(await store.listPasscodes(device.id)).toEqual([])
    expect(await store.findFactor(factor.id, t0)).toBe(null)
    const late = await store.startFamily(familyRecord(device), repeatRecord(), auditEntry('session.started'))
    expect(late).toBe(false)
  })

  it('keeps of a passcode its attempt key alone', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    const attempt = { attemptKey: device.publicKey, attemptKeyThumbprint: name('attempt') }
    const passcode = await addedPasscode(store, device, attempt)
    await store.startFamilyByFactor(startOf(device, await proved(store, device, passcode)))
    await store.suspendDevice(device.id, 'clone', t0, auditEntry('device.clone_suspected'))
    expect(await store.listPasscodes(device.id)).toEqual([
      { ...passcode, state: 'current', sealedUpload: '' },
    ])
    expect((await store.findDeviceByAttemptKey(attempt.attemptKeyThumbprint))?.suspendedFor).toBe('clone')
  })

  it('suspends no device that is unknown or revoked', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    await store.revokeDevice(device.id, t0, auditEntry('device.revoked'))
    for (const id of [device.id, name('device')])
      expect(await store.suspendDevice(id, 'clone', t0, auditEntry('passcode.forgotten'))).toBe(false)
  })
}

function noticeContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('lists what a user should know, newest first, of his own devices and of that time alone', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    const stranger = await enrolledDevice(store)
    const { user } = device
    const note = (action: string, at: number, of: DeviceRecord = device) =>
      store.appendAudit({ ...auditEntry(action), at, user: of.user, device: of.id })
    await note('device.bound', t0)
    await note('device.bound', t0 + 1)
    await note('session.started', t0 + 2)
    await note('passcode.registered', t0 + 3)
    await note('device.revoked', t0 + 4, stranger)
    await store.appendAudit({ ...auditEntry('passcode.blocked'), at: t0 + 5, user, device: null })
    const listed = async (limit: number) =>
      (await store.listNotices({ user, since: t0, limit })).map(({ at, kind, device: of }) => [at, kind, of])
    expect(await listed(50)).toEqual([
      [t0 + 3, 'passcode.registered', device.name],
      [t0 + 1, 'device.bound', device.name],
    ])
    expect(await listed(1)).toEqual([[t0 + 3, 'passcode.registered', device.name]])
  })
}
