import type { LoginRecord, PasscodeRecord } from '../../store-factors.ts'
import { auditEntry, deviceRecord, enrolledDevice, name, openedEnrolment, repeatRecord, t0 } from './facts.ts'
import {
  addedPasscode,
  asked,
  factorOf,
  finish,
  passcodeRecord,
  taken,
  tryOf,
  type Nodes,
} from './passcode-facts.ts'
import { accountContract, tryContract } from './passcode-try.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

export function passcodeContract(nodes: Nodes, runner: TestRunner): void {
  runner.describe('passcode', () => {
    recordContract(nodes, runner)
    tryContract(nodes, runner)
    accountContract(nodes, runner)
    loginContract(nodes, runner)
  })
}

function recordContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('is kept once, and a new pending one replaces the one before', async () => {
    const { store, device, passcode: first } = await asked(nodes)
    const again = { ...first, sealedUpload: name('upload') }
    expect(await store.addPasscode(again, auditEntry('passcode.registered'))).toBe(true)
    expect(await store.findPasscode(first.id)).toEqual(first)
    const next = await addedPasscode(store, device)
    expect(await store.listPasscodes(device.id)).toEqual([next])
    expect(await store.findPasscode(first.id)).toBe(null)
    expect(await store.findPasscode(name('passcode'))).toBe(null)
  })

  it('is the last pending one that 50 racers leave', async () => {
    const { store, device } = await asked(nodes)
    const results = await race(await nodes(), (node) =>
      node.addPasscode(passcodeRecord(device), auditEntry('passcode.registered')),
    )
    expect(tally(results)).toEqual({ true: 50 })
    expect((await store.listPasscodes(device.id)).length).toBe(1)
  })

  it('is refused to a device that is unknown, revoked or suspended, and to one that names the passcode of another', async () => {
    const { store, device, passcode } = await asked(nodes)
    const add = (record: PasscodeRecord) => store.addPasscode(record, auditEntry('passcode.registered'))
    const other = await enrolledDevice(store)
    expect(await add({ ...passcode, deviceId: other.id })).toBe(false)
    expect(await add(passcodeRecord({ ...device, id: name('device') }))).toBe(false)
    await store.revokeDevice(other.id, t0, auditEntry('device.revoked'))
    expect(await add(passcodeRecord(other))).toBe(false)
    await store.suspendDevice(device.id, 'clone', t0, auditEntry('device.clone_suspected'))
    expect(await add(passcodeRecord(device))).toBe(false)
  })

  it('is found by its attempt key, which no other device may have', async () => {
    const { store, device } = await asked(nodes)
    const key = { attemptKey: device.publicKey, attemptKeyThumbprint: name('attempt') }
    const passcode = await addedPasscode(store, device, key)
    expect(await store.findPasscode(passcode.id)).toEqual(passcode)
    expect(await store.findDeviceByAttemptKey(key.attemptKeyThumbprint)).toEqual(device)
    expect(await store.findDeviceByAttemptKey(name('attempt'))).toBe(null)
    const rival = passcodeRecord(await enrolledDevice(store), key)
    expect(await store.addPasscode(rival, auditEntry('passcode.registered'))).toBe(false)
    // A change of the passcode may keep it.
    await addedPasscode(store, device, key)
    expect(await store.findDeviceByAttemptKey(key.attemptKeyThumbprint)).toEqual(device)
  })

  it('has no attempt key that is a device key, and the other way round, though 50 racers try both', async () => {
    const { store, device } = await asked(nodes)
    const bound = { attemptKey: device.publicKey, attemptKeyThumbprint: device.keyThumbprint }
    const rival = passcodeRecord(await enrolledDevice(store), bound)
    expect(await store.addPasscode(rival, auditEntry('passcode.registered'))).toBe(false)
    const thumbprint = name('key')
    const enrolments = await Promise.all(Array.from({ length: 25 }, () => openedEnrolment(store)))
    const passcodes = await Promise.all(
      enrolments.map(async () =>
        passcodeRecord(await enrolledDevice(store), { ...bound, attemptKeyThumbprint: thumbprint }),
      ),
    )
    const results = await race(await nodes(), async (node, racer) => {
      const place = Math.floor(racer / 2)
      if (racer % 2 === 0)
        return node.addPasscode(nodeAt(passcodes, place), auditEntry('passcode.registered'))
      const { id, user } = nodeAt(enrolments, place)
      const thief = { ...deviceRecord(user), keyThumbprint: thumbprint }
      return node.completeEnrolment(id, thief, 5, repeatRecord(), auditEntry('device.enrolled'))
    })
    expect(results.filter((one) => one === true || one === 'completed').length).toBe(1)
    const roles = [await store.findDeviceByKey(thumbprint), await store.findDeviceByAttemptKey(thumbprint)]
    expect(roles.filter((one) => one !== null).length).toBe(1)
  })
}

function loginContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('keeps the first state for 50 racers, and an answer for those alone whose state it is', async () => {
    const ask = await asked(nodes)
    const { login } = await taken(ask)
    const states = Array.from({ length: 50 }, () => ({ state: name('state'), repeat: repeatRecord() }))
    const results = await race(await nodes(), (node, racer) => {
      const { state, repeat } = nodeAt(states, racer)
      return node.saveLogin(login.id, state, repeat)
    })
    expect(new Set(results).size).toBe(1)
    const kept = states.filter(({ state }) => state === results[0])
    expect(kept.length).toBe(1)
    for (const { state, repeat } of states) {
      const answer = state === results[0] ? repeat.sealedAnswer : null
      expect(await ask.store.findRepeat(repeat.requestHash, t0)).toBe(answer)
    }
    expect(await ask.store.findLogin(login.id, t0)).toEqual({ ...login, sealedState: results[0] })
    expect((await ask.store.takePasscodeTry(tryOf(ask, { login }))).kind).toBe('known')
    const again = repeatRecord()
    expect(await ask.store.saveLogin(login.id, results[0] ?? '', again)).toBe(results[0])
    expect(await ask.store.findRepeat(again.requestHash, t0)).toBe(again.sealedAnswer)
    expect(await ask.store.saveLogin(name('login'), 'state', repeatRecord())).toBe(null)
  })

  it('is finished by one of 50 racers: factor, answer and audit are written, the tries are forgotten', async () => {
    const ask = await asked(nodes)
    for (let i = 0; i < 4; i++) await taken(ask)
    const { login } = await taken(ask)
    expect((await ask.store.takePasscodeTry(tryOf(ask))).kind).toBe('locked')
    const factor = factorOf(login)
    const repeats = Array.from({ length: 50 }, () => repeatRecord())
    const audit = auditEntry('passcode.proved')
    const results = await race(await nodes(), (node, racer) =>
      node.finishLogin(factor, nodeAt(repeats, racer), audit),
    )
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    const kept = await Promise.all(repeats.map(({ requestHash }) => ask.store.findRepeat(requestHash, t0)))
    expect(kept.filter((answer) => answer !== null)).toEqual([
      nodeAt(repeats, results.indexOf(true)).sealedAnswer,
    ])
    expect(await ask.store.findFactor(login.id, t0)).toEqual(factor)
    expect(await ask.store.findLogin(login.id, t0)).toBe(null)
    const entries = await ask.store.readAudit({ limit: 1_000_000 })
    expect(entries.filter(({ actor }) => actor === audit.actor).length).toBe(1)
    expect(await ask.store.takePasscodeTry(tryOf(ask))).toEqual({ kind: 'taken', left: 4 })
    // Its KE1 is not new, and opens nothing any more.
    expect((await ask.store.takePasscodeTry(tryOf(ask, { login }))).kind).toBe('known')
  })

  it('is not finished when it is unknown, expired, of another device or way, or its passcode or device is gone', async () => {
    const ask = await asked(nodes)
    const { store } = ask
    const { login } = await taken(ask)
    const other = await asked(nodes)
    const refused = async (change: Partial<LoginRecord>, provedAt?: number) => {
      const wrong = { ...login, ...change }
      expect(await finish(store, wrong, provedAt)).toBe(false)
      if (wrong.id === login.id) expect(await store.findFactor(login.id, t0)).toBe(null)
    }
    await refused({ id: name('login') })
    await refused({ deviceId: other.device.id, recordId: other.passcode.id })
    await refused({ recordId: other.passcode.id })
    await refused({}, login.expiresAt)
    expect(await store.findLogin(login.id, login.expiresAt - 1)).toEqual(login)
    expect(await store.findLogin(login.id, login.expiresAt)).toBe(null)
    await addedPasscode(store, ask.device)
    await refused({})
    const suspended = await taken(other)
    await store.suspendDevice(other.device.id, 'clone', t0, auditEntry('device.clone_suspected'))
    expect(await finish(store, suspended.login)).toBe(false)
    expect(await store.findFactor(suspended.login.id, t0)).toBe(null)
  })

  it('is forgotten once it has expired, and nothing else of it', async () => {
    const ask = await asked(nodes)
    const { login } = await taken(ask)
    await ask.store.purge(login.expiresAt)
    expect(await ask.store.saveLogin(login.id, 'state', repeatRecord())).toBe(null)
    expect(await ask.store.takePasscodeTry(tryOf(ask))).toEqual({ kind: 'taken', left: 3 })
  })
}
