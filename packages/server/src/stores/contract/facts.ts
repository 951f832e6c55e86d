import { randomUUID } from 'node:crypto'
import type {
  ActivationRecord,
  AuditEntry,
  DeviceRecord,
  DurableStore,
  EnrolmentRecord,
  FamilyRecord,
  RepeatRecord,
  RotateInput,
} from '../../store.ts'

/** The moment the suites play at. */
export const t0 = 1_800_000_000_000
export const second = 1000
export const minute = 60_000

/** A fresh name: the suites share one store and must not meet. */
export function name(kind: string): string {
  return `${kind}-${randomUUID()}`
}

export function auditEntry(action: string, actor: string = name('actor')): AuditEntry {
  return { at: t0, action, actor, user: null, device: null, detail: { count: 1, ok: true, why: 'contract' } }
}

export function repeatRecord(): RepeatRecord {
  return { requestHash: name('hash'), sealedAnswer: name('answer'), expiresAt: t0 + 10 * minute }
}

export function activationRecord(user: string = name('user')): ActivationRecord {
  return {
    codeId: name('code'),
    user,
    sendTo: '+10000000000',
    sealedKey: name('sealed'),
    createdBy: 'operator',
    createdAt: t0,
    expiresAt: t0 + 30 * minute,
  }
}

const publicKey = { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43) } as const

export function enrolmentRecord(activation: ActivationRecord): EnrolmentRecord {
  return {
    id: name('enrolment'),
    user: activation.user,
    codeId: activation.codeId,
    keyThumbprint: name('key'),
    publicKey,
    name: 'Phone “one”',
    platform: 'test',
    ottDigest: name('ott'),
    createdAt: t0 + second,
    expiresAt: t0 + 11 * minute,
  }
}

export function deviceRecord(user: string, createdAt: number = t0 + 2 * second): DeviceRecord {
  return {
    id: name('device'),
    user,
    enrolmentId: name('enrolment'),
    keyThumbprint: name('key'),
    publicKey,
    name: 'Phone',
    platform: 'test',
    createdAt,
    revokedAt: null,
    suspendedFor: null,
    binding: name('binding'),
  }
}

export function familyRecord(device: DeviceRecord): FamilyRecord {
  return {
    sid: name('sid'),
    deviceId: device.id,
    user: device.user,
    sessionKey: publicKey,
    sessionKeyThumbprint: name('session'),
    acr: 'device',
    amr: ['hwk', 'pin'],
    authTime: t0,
    startedAt: t0,
    expiresAt: t0 + 30 * minute,
    idleAt: t0 + 5 * minute,
    endedAt: null,
    refreshDigest: name('refresh'),
  }
}

export function rotation(family: FamilyRecord, presentedDigest: string, now: number): RotateInput {
  return {
    presentedDigest,
    nextDigest: name('refresh'),
    deviceId: family.deviceId,
    now,
    nextIdleAt: now + 5 * minute,
    graceMs: 10 * second,
    repeat: repeatRecord(),
    audit: auditEntry('session.refreshed'),
  }
}

/** An enrolment that waits for its one-time text. */
export async function openedEnrolment(
  store: DurableStore,
  user: string = name('user'),
): Promise<EnrolmentRecord> {
  const activation = activationRecord(user)
  const enrolment = enrolmentRecord(activation)
  await store.addActivation(activation, auditEntry('activation.created'))
  await store.redeemActivation(
    activation.codeId,
    enrolment,
    repeatRecord(),
    auditEntry('activation.redeemed'),
  )
  return enrolment
}

export async function enrolledDevice(
  store: DurableStore,
  user: string = name('user'),
  createdAt: number = t0 + 2 * second,
): Promise<DeviceRecord> {
  const { id } = await openedEnrolment(store, user)
  const device = deviceRecord(user, createdAt)
  const result = await store.completeEnrolment(id, device, 100, repeatRecord(), auditEntry('device.enrolled'))
  if (result !== 'completed') throw new Error(`a fresh enrolment ended as ${result}`)
  return device
}

export async function startedFamily(store: DurableStore, device: DeviceRecord): Promise<FamilyRecord> {
  const family = familyRecord(device)
  await store.startFamily(family, repeatRecord(), auditEntry('session.started'))
  return family
}
