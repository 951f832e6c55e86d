import type { DeviceRecord, DurableStore } from '../../store.ts'
import type {
  FactorRecord,
  LoginRecord,
  PasscodeRecord,
  TryInput,
  TryLimits,
  TryResult,
} from '../../store-factors.ts'
import { auditEntry, enrolledDevice, minute, name, repeatRecord, second, t0 } from './facts.ts'
import { nodeAt, tally } from './runner.ts'

export type Nodes = () => Promise<readonly DurableStore[]>

export const limits: TryLimits = {
  tries: 5,
  locksMs: [1, 5, 30].map((minutes) => minutes * minute),
  accountTries: 100,
  accountWindowMs: 1000 * minute,
}

export function passcodeRecord(device: DeviceRecord, change: Partial<PasscodeRecord> = {}): PasscodeRecord {
  return {
    id: name('passcode'),
    deviceId: device.id,
    sealedUpload: name('upload'),
    attemptKey: null,
    attemptKeyThumbprint: null,
    state: 'pending',
    createdAt: t0,
    ...change,
  }
}

export async function addedPasscode(
  store: DurableStore,
  device: DeviceRecord,
  change: Partial<PasscodeRecord> = {},
): Promise<PasscodeRecord> {
  const record = passcodeRecord(device, change)
  if (!(await store.addPasscode(record, auditEntry('passcode.registered'))))
    throw new Error('a passcode of a live device was refused')
  return record
}

export function loginRecord(passcode: PasscodeRecord, now: number = t0): LoginRecord {
  return {
    id: name('login'),
    deviceId: passcode.deviceId,
    recordId: passcode.id,
    approvalId: null,
    ke1Digest: name('ke1'),
    sealedState: null,
    createdAt: now,
    expiresAt: now + 2 * minute,
  }
}

export type Asked = {
  readonly store: DurableStore
  readonly device: DeviceRecord
  readonly passcode: PasscodeRecord
}

export async function asked(nodes: Nodes, user?: string): Promise<Asked> {
  const store = nodeAt(await nodes(), 0)
  const device = await enrolledDevice(store, user)
  return { store, device, passcode: await addedPasscode(store, device) }
}

export function tryOf({ device, passcode }: Asked, change: Partial<TryInput> = {}): TryInput {
  const now = change.now ?? t0
  const audit = auditEntry('passcode.try')
  return { login: loginRecord(passcode, now), user: device.user, limits, now, audit, ...change }
}

export function factorOf(
  { id, deviceId, recordId }: LoginRecord,
  provedAt: number = t0 + second,
): FactorRecord {
  return { id, deviceId, kind: 'passcode', way: recordId, provedAt, expiresAt: provedAt + 2 * minute }
}

export const finish = (store: DurableStore, login: LoginRecord, provedAt?: number): Promise<boolean> =>
  store.finishLogin(factorOf(login, provedAt), repeatRecord(), auditEntry('passcode.proved'))

export const kinds = (results: readonly TryResult[]): Record<string, number> =>
  tally(results.map(({ kind }) => kind))

/** A try that was counted; its login waits to be finished. */
export async function taken(ask: Asked): Promise<TryInput> {
  const input = tryOf(ask)
  const { kind } = await ask.store.takePasscodeTry(input)
  if (kind !== 'taken') throw new Error(`a try was ${kind}`)
  return input
}
