import type { DeviceRecord, DurableStore } from '../../store.ts'
import type { FactorRecord, PresenceChallengeRecord, PresenceRecord } from '../../store-factors.ts'
import { auditEntry, enrolledDevice, minute, name, repeatRecord, t0 } from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

type Nodes = () => Promise<readonly DurableStore[]>

export function presenceRecord(device: DeviceRecord): PresenceRecord {
  return {
    id: name('presence'),
    deviceId: device.id,
    kind: 'passkey',
    keyName: name('credential'),
    publicKey: name('cose'),
    counter: 0,
    synced: false,
    createdAt: t0,
  }
}

export function factorBy({ id, deviceId }: PresenceRecord): FactorRecord {
  return {
    id: name('challenge'),
    deviceId,
    kind: 'presence',
    way: id,
    provedAt: t0,
    expiresAt: t0 + 2 * minute,
  }
}

/** A device with a presence key. */
export async function withPresence(store: DurableStore): Promise<PresenceRecord> {
  const presence = presenceRecord(await enrolledDevice(store))
  if (!(await store.addPresence(presence, auditEntry('presence.registered'))))
    throw new Error('a live device takes a presence key')
  return presence
}

export function presenceContract(nodes: Nodes, runner: TestRunner): void {
  runner.describe('presence', () => {
    keyContract(nodes, runner)
    challengeContract(nodes, runner)
    proofContract(nodes, runner)
  })
}

function keyContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is one key of a device: the last of 50 racers stands, and is found', async () => {
    const store = nodeAt(await nodes(), 0)
    const device = await enrolledDevice(store)
    const keys = Array.from({ length: 50 }, () => ({ ...presenceRecord(device), synced: true, counter: 7 }))
    const added = await race(await nodes(), (node, racer) =>
      node.addPresence(nodeAt(keys, racer), auditEntry('presence.registered')),
    )
    expect(tally(added)).toEqual({ true: 50 })
    const found = await Promise.all(keys.map(({ id }) => store.findPresence(id)))
    const standing = found.filter((one) => one !== null)
    expect(standing.length).toBe(1)
    expect(keys.find(({ id }) => id === standing[0]?.id)).toEqual(standing[0])
    expect(await store.findPresenceOf(device.id)).toEqual(standing[0])
  })

  it('is given up by one of 50 racers, with its share and what it proved', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const factor = factorBy(presence)
    await store.passPresence(factor, 0, repeatRecord(), auditEntry('presence.proved'))
    const times = { askedAt: t0, now: t0 }
    const input = { deviceId: presence.deviceId, way: presence.id, held: 0, fresh: name('fresh'), ...times }
    await store.releaseShare(input)
    const wipes = await store.wipeCount()
    const removed = await race(await nodes(), (node) =>
      node.removePresence(presence.deviceId, auditEntry('presence.removed')),
    )
    expect(tally(removed)).toEqual({ true: 1, false: 49 })
    expect(await store.findPresence(presence.id)).toBe(null)
    expect(await store.findPresenceOf(presence.deviceId)).toBe(null)
    expect(await store.findFactor(factor.id, t0)).toBe(null)
    expect(await store.wipeCount()).toBe(wipes + 1)
    expect((await store.releaseShare({ ...input, held: 1 })).kind).toBe('gone')
  })

  it('belongs to live devices that nothing speaks against', async () => {
    const store = nodeAt(await nodes(), 0)
    const revoked = await enrolledDevice(store)
    await store.revokeDevice(revoked.id, t0, auditEntry('device.revoked'))
    const suspended = await enrolledDevice(store)
    await store.suspendDevice(suspended.id, 'clone', t0, auditEntry('device.clone_suspected'))
    for (const device of [revoked, suspended, { ...revoked, id: name('device') }]) {
      expect(await store.addPresence(presenceRecord(device), auditEntry('presence.registered'))).toBe(false)
      expect(await store.findPresenceOf(device.id)).toBe(null)
    }
  })

  it('goes with its device', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const factor = factorBy(presence)
    await store.passPresence(factor, 0, repeatRecord(), auditEntry('presence.proved'))
    await store.revokeDevice(presence.deviceId, t0, auditEntry('device.revoked'))
    expect(await store.findPresence(presence.id)).toBe(null)
    expect(await store.findFactor(factor.id, t0)).toBe(null)
  })
}

function challengeContract(nodes: Nodes, { it, expect }: TestRunner): void {
  const challengeOf = ({ deviceId, id }: PresenceRecord): PresenceChallengeRecord => ({
    id: name('challenge'),
    deviceId,
    presenceId: id,
    challenge: name('random'),
    expiresAt: t0 + 2 * minute,
  })

  it('gives a challenge to one of 50 racers', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const challenge = challengeOf(presence)
    await store.addPresenceChallenge(challenge)
    const results = await race(await nodes(), (node) =>
      node.takePresenceChallenge(challenge.id, presence.deviceId, t0),
    )
    expect(results.filter((one) => one !== null)).toEqual([challenge])
  })

  it('gives none that expired, is of another device, or asks a key that is gone', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const other = await withPresence(store)
    const challenge = challengeOf(presence)
    await store.addPresenceChallenge(challenge)
    const { id, expiresAt } = challenge
    expect(await store.takePresenceChallenge(id, other.deviceId, t0)).toBe(null)
    expect(await store.takePresenceChallenge(id, presence.deviceId, expiresAt)).toBe(null)
    expect(await store.takePresenceChallenge(name('challenge'), presence.deviceId, t0)).toBe(null)
    await store.removePresence(presence.deviceId, auditEntry('presence.removed'))
    expect(await store.takePresenceChallenge(id, presence.deviceId, t0)).toBe(null)
    const registering = { ...challengeOf(presence), presenceId: null }
    await store.addPresenceChallenge(registering)
    expect(await store.takePresenceChallenge(registering.id, presence.deviceId, t0)).toEqual(registering)
  })
}

function proofContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('passes one of 50 racers with one counter, with its factor and its answer', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const proofs = Array.from({ length: 50 }, () => ({ factor: factorBy(presence), repeat: repeatRecord() }))
    const passed = await race(await nodes(), (node, racer) => {
      const { factor, repeat } = nodeAt(proofs, racer)
      return node.passPresence(factor, 5, repeat, auditEntry('presence.proved'))
    })
    expect(tally(passed)).toEqual({ true: 1, false: 49 })
    for (const [racer, { factor, repeat }] of proofs.entries()) {
      const won = passed[racer] === true
      expect(await store.findFactor(factor.id, t0)).toEqual(won ? factor : null)
      expect(await store.findRepeat(repeat.requestHash, t0)).toBe(won ? repeat.sealedAnswer : null)
    }
    expect((await store.findPresence(presence.id))?.counter).toBe(5)
  })

  it('never goes back to a counter, nor to none', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const pass = (counter: number) =>
      store.passPresence(factorBy(presence), counter, repeatRecord(), auditEntry('presence.proved'))
    const passed: boolean[] = []
    for (const counter of [0, 0, 3, 3, 2, 0, 4]) passed.push(await pass(counter))
    expect(passed).toEqual([true, true, true, false, false, false, true])
  })

  it('passes no key of another device, nor of one that is suspended', async () => {
    const store = nodeAt(await nodes(), 0)
    const presence = await withPresence(store)
    const other = await withPresence(store)
    const pass = (factor: FactorRecord) =>
      store.passPresence(factor, 0, repeatRecord(), auditEntry('presence.proved'))
    expect(await pass({ ...factorBy(presence), deviceId: other.deviceId })).toBe(false)
    expect(await pass({ ...factorBy(presence), way: name('presence') })).toBe(false)
    await store.suspendDevice(presence.deviceId, 'clone', t0, auditEntry('device.clone_suspected'))
    expect(await pass(factorBy(presence))).toBe(false)
  })
}
