import type { DurableStore } from '../../store.ts'
import {
  activationRecord,
  auditEntry,
  deviceRecord,
  enrolmentRecord,
  minute,
  name,
  openedEnrolment,
  repeatRecord,
  second,
  t0,
} from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

type Nodes = () => Promise<readonly DurableStore[]>

export function enrolmentContract(nodes: Nodes, runner: TestRunner): void {
  runner.describe('enrolment', () => {
    activationContract(nodes, runner)
    oneTimeTextContract(nodes, runner)
    completionContract(nodes, runner)
  })
}

function activationContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('hands an activation to as many of 50 racers as there are tries', async () => {
    const store = nodeAt(await nodes(), 0)
    const activation = activationRecord()
    await store.addActivation(activation, auditEntry('activation.created'))
    const taken = await race(await nodes(), (node) => node.takeActivationTry(activation.codeId, 5, t0))
    expect(taken.filter((one) => one !== null)).toEqual(Array.from({ length: 5 }, () => activation))
  })

  it('does not hand out an unknown, expired or used activation', async () => {
    const store = nodeAt(await nodes(), 0)
    const activation = activationRecord()
    await store.addActivation(activation, auditEntry('activation.created'))
    expect(await store.takeActivationTry(name('code'), 5, t0)).toBe(null)
    expect(await store.takeActivationTry(activation.codeId, 5, activation.expiresAt)).toBe(null)
    const enrolment = enrolmentRecord(activation)
    expect(
      await store.redeemActivation(activation.codeId, enrolment, repeatRecord(), auditEntry('redeemed')),
    ).toBe(true)
    expect(await store.takeActivationTry(activation.codeId, 5, t0)).toBe(null)
  })

  it('lets one of 50 racers redeem an activation, and writes nothing for the others', async () => {
    const store = nodeAt(await nodes(), 0)
    const activation = activationRecord()
    await store.addActivation(activation, auditEntry('activation.created'))
    const attempts = Array.from({ length: 50 }, () => ({
      enrolment: enrolmentRecord(activation),
      repeat: repeatRecord(),
    }))
    const results = await race(await nodes(), (node, racer) => {
      const { enrolment, repeat } = nodeAt(attempts, racer)
      return node.redeemActivation(activation.codeId, enrolment, repeat, auditEntry('activation.redeemed'))
    })
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    for (const [racer, { enrolment, repeat }] of attempts.entries()) {
      const won = results[racer] === true
      expect(await store.findEnrolment(enrolment.id, t0 + second)).toEqual(won ? enrolment : null)
      expect(await store.findRepeat(repeat.requestHash, t0)).toBe(won ? repeat.sealedAnswer : null)
    }
  })

  it('forgets enrolments and answers at their end', async () => {
    const store = nodeAt(await nodes(), 0)
    const activation = activationRecord()
    const enrolment = enrolmentRecord(activation)
    const repeat = repeatRecord()
    await store.addActivation(activation, auditEntry('activation.created'))
    await store.redeemActivation(activation.codeId, enrolment, repeat, auditEntry('activation.redeemed'))
    expect(await store.findEnrolment(enrolment.id, enrolment.expiresAt)).toBe(null)
    expect(await store.findRepeat(repeat.requestHash, repeat.expiresAt)).toBe(null)
    expect(await store.findEnrolment(name('enrolment'), t0)).toBe(null)
  })
}

function oneTimeTextContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('allows as many of 50 racers a try of the one-time text as the limit says', async () => {
    const user = name('user')
    const results = await race(await nodes(), (node) => node.takeOttTry(user, 5, 10 * minute, t0))
    expect(tally(results)).toEqual({ true: 5, false: 45 })
  })

  it('counts tries in the window that began with the first, and apart for each user', async () => {
    const store = nodeAt(await nodes(), 0)
    const user = name('user')
    expect(await store.takeOttTry(user, 2, minute, t0)).toBe(true)
    expect(await store.takeOttTry(user, 2, minute, t0 + minute - 1)).toBe(true)
    expect(await store.takeOttTry(user, 2, minute, t0 + minute - 1)).toBe(false)
    expect(await store.takeOttTry(name('user'), 2, minute, t0 + minute - 1)).toBe(true)
    expect(await store.takeOttTry(user, 2, minute, t0 + minute)).toBe(true)
  })

  it('clears the count of tries when an enrolment is completed', async () => {
    const store = nodeAt(await nodes(), 0)
    const { id, user } = await openedEnrolment(store)
    expect(await store.takeOttTry(user, 1, minute, t0)).toBe(true)
    expect(await store.takeOttTry(user, 1, minute, t0)).toBe(false)
    await store.completeEnrolment(id, deviceRecord(user), 5, repeatRecord(), auditEntry('device.enrolled'))
    expect(await store.takeOttTry(user, 1, minute, t0)).toBe(true)
  })
}

function completionContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('lets one of 50 racers complete an enrolment, and writes nothing for the others', async () => {
    const store = nodeAt(await nodes(), 0)
    const { id, user } = await openedEnrolment(store)
    const attempts = Array.from({ length: 50 }, () => ({
      device: deviceRecord(user),
      repeat: repeatRecord(),
    }))
    const results = await race(await nodes(), (node, racer) => {
      const { device, repeat } = nodeAt(attempts, racer)
      return node.completeEnrolment(id, device, 100, repeat, auditEntry('device.enrolled'))
    })
    expect(tally(results)).toEqual({ completed: 1, gone: 49 })
    for (const [racer, { device, repeat }] of attempts.entries()) {
      const won = results[racer] === 'completed'
      expect(await store.findDevice(device.id)).toEqual(won ? device : null)
      expect(await store.findRepeat(repeat.requestHash, t0)).toBe(won ? repeat.sealedAnswer : null)
    }
    expect(await store.findEnrolment(id, t0 + second)).toBe(null)
  })

  it('keeps the device limit while 50 enrolments of one user are completed at once', async () => {
    const store = nodeAt(await nodes(), 0)
    const user = name('user')
    const opened = await Promise.all(Array.from({ length: 50 }, () => openedEnrolment(store, user)))
    const results = await race(await nodes(), (node, racer) =>
      node.completeEnrolment(
        nodeAt(opened, racer).id,
        deviceRecord(user),
        3,
        repeatRecord(),
        auditEntry('device.enrolled'),
      ),
    )
    expect(tally(results)).toEqual({ completed: 3, device_limit: 47 })
    const devices = await store.listDevices({ user, limit: 100 })
    expect(devices.length).toBe(3)

    // Nothing was changed for the losers: with one device less, one of them gets through.
    await store.revokeDevice(nodeAt(devices, 0).id, t0, auditEntry('device.revoked'))
    const { id } = nodeAt(opened, results.indexOf('device_limit'))
    expect(
      await store.completeEnrolment(id, deviceRecord(user), 3, repeatRecord(), auditEntry('device.enrolled')),
    ).toBe('completed')
  })

  it('binds a key to one of 50 racing users, and never again', async () => {
    const store = nodeAt(await nodes(), 0)
    const { keyThumbprint } = deviceRecord('')
    const opened = await Promise.all(Array.from({ length: 50 }, () => openedEnrolment(store)))
    const complete = (node: DurableStore, { id, user }: { id: string; user: string }) =>
      node.completeEnrolment(
        id,
        { ...deviceRecord(user), keyThumbprint },
        3,
        repeatRecord(),
        auditEntry('device.enrolled'),
      )
    const results = await race(await nodes(), (node, racer) => complete(node, nodeAt(opened, racer)))
    expect(tally(results)).toEqual({ completed: 1, key_known: 49 })

    const bound = await store.findDeviceByKey(keyThumbprint)
    await store.revokeDevice(bound?.id ?? '', t0, auditEntry('device.revoked'))
    expect(await complete(store, await openedEnrolment(store))).toBe('key_known')
  })

  it('does not complete an unknown or expired enrolment', async () => {
    const store = nodeAt(await nodes(), 0)
    const { id, user, expiresAt } = await openedEnrolment(store)
    const late = deviceRecord(user, expiresAt)
    expect(await store.completeEnrolment(id, late, 5, repeatRecord(), auditEntry('device.enrolled'))).toBe(
      'gone',
    )
    const stray = deviceRecord(user)
    expect(
      await store.completeEnrolment(
        name('enrolment'),
        stray,
        5,
        repeatRecord(),
        auditEntry('device.enrolled'),
      ),
    ).toBe('gone')
  })
}
