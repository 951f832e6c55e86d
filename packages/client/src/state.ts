/**
 * What the client remembers between runs: one record about this device, one about the service. One that cannot be read or understood is
 * `state_unavailable` and never taken for a device that was not enrolled.
 */
import { fromBase64url, type KeyReport, keyReportSchema, maxReports, toBase64url } from '@holdfast/core'
import * as v from 'valibot'
import type { Outgoing, RecordStore } from './ports.ts'
import { storedRecord } from './record.ts'

/** The bytes of a request with its signature, so that they can be sent again (docs/protocol.md 4.5). */
export type StoredRequest = {
  method: string
  url: string
  fields: Array<[string, string]>
  /** b64u. */
  body: string
}
/** Where the device key lies and which one it is. */
export type DeviceKeyName = { label: string; thumbprint: string }

/** Why the service wants the identity of the user proved again (condition.ts); only a new activation helps. */
export const unprovenReasons = ['suspended', 'forgotten', 'cloned', 'blocked', 'wiped'] as const
export type UnprovenReason = (typeof unprovenReasons)[number]

type Bound = { version: 1; key: DeviceKeyName; device: string; user: string }
export type EnrolledState =
  | (Bound & { phase: 'enrolled' | 'revoked' })
  /** `reason`: what the service said, signed, or the user. */
  | (Bound & { phase: 'unproven'; reason: UnprovenReason })

export type EnrollingState = {
  version: 1
  phase: 'enrolling'
  key: DeviceKeyName
  /** b64u of the transcript's SHA-256. */
  transcript: string
  request: StoredRequest
  /** Null until the service answered the first step. */
  offer: { enrolment: string; sentTo: string; expires: number } | null
  /** Null until the one-time text was given. */
  confirmation: StoredRequest | null
  /** What this device was, which it stays until another is bound. */
  before?: EnrolledState
}
export type DeviceState = EnrollingState | EnrolledState

const text = v.pipe(v.string(), v.minLength(1))
const requestSchema = v.strictObject({
  method: text,
  url: text,
  fields: v.array(v.tuple([v.string(), v.string()])),
  body: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/)),
})
export const keyNameSchema: v.GenericSchema<unknown, DeviceKeyName> = v.strictObject({
  label: text,
  thumbprint: text,
})
const bound = { version: v.literal(1), key: keyNameSchema, device: text, user: v.string() } as const
const enrolledSchema: v.GenericSchema<unknown, EnrolledState> = v.variant('phase', [
  v.strictObject({ ...bound, phase: v.picklist(['enrolled', 'revoked']) }),
  v.strictObject({ ...bound, phase: v.literal('unproven'), reason: v.picklist(unprovenReasons) }),
])
const enrollingSchema: v.GenericSchema<unknown, EnrollingState> = v.strictObject({
  version: v.literal(1),
  phase: v.literal('enrolling'),
  key: keyNameSchema,
  transcript: text,
  request: requestSchema,
  offer: v.nullable(v.strictObject({ enrolment: text, sentTo: v.string(), expires: v.number() })),
  confirmation: v.nullable(requestSchema),
  before: v.exactOptional(enrolledSchema),
})
const deviceSchema: v.GenericSchema<unknown, DeviceState> = v.union([enrollingSchema, enrolledSchema])

const serviceSchema: v.GenericSchema<unknown, { version: 1; floor: number }> = v.strictObject({
  version: v.literal(1),
  /** Statements below this sequence are refused. */
  floor: v.pipe(v.number(), v.integer(), v.minValue(0)),
})

/** The certificate of one device key (docs/protocol.md 10). Times in seconds since 1970 by the service's clock. */
export type HeldCertificate = {
  version: 1
  key: DeviceKeyName
  /** PEM, the chain if there is one. */
  certificate: string
  /** From when on another is asked for. */
  renew: number
  expires: number
}
const certificateSchema: v.GenericSchema<unknown, HeldCertificate> = v.strictObject({
  version: v.literal(1),
  key: keyNameSchema,
  certificate: text,
  renew: v.number(),
  expires: v.number(),
})

const reportsSchema: v.GenericSchema<unknown, { version: 1; reports: KeyReport[] }> = v.strictObject({
  version: v.literal(1),
  reports: v.pipe(v.array(keyReportSchema), v.maxLength(maxReports)),
})

export type State = {
  /** Null: nothing was ever stored, or it was forgotten. */
  device(): Promise<DeviceState | null>
  saveDevice(state: DeviceState): Promise<void>
  /** Takes its certificate with it. */
  forgetDevice(): Promise<void>
  /** That of the device enrolled here. Null also when it cannot be read: another can be asked for. */
  certificate(): Promise<HeldCertificate | null>
  saveCertificate(certificate: HeldCertificate): Promise<void>
  /** Servers refused and not yet told of. None also when they cannot be read: nothing depends on them. */
  reports(): Promise<KeyReport[]>
  saveReports(reports: readonly KeyReport[]): Promise<void>
  floor(): Promise<number>
  /** Never lowers it. */
  raiseFloor(sequence: number): Promise<void>
}

/** `origin` is part of the names, so that one store can serve apps of several services. */
export function createState(storage: RecordStore, origin: string): State {
  const devices = storedRecord(storage, `device ${origin}`, deviceSchema)
  const service = storedRecord(storage, `service ${origin}`, serviceSchema)
  const certificates = storedRecord(storage, `certificate ${origin}`, certificateSchema)
  const reports = storedRecord(storage, `reports ${origin}`, reportsSchema)
  const floor = async (): Promise<number> => (await service.read())?.floor ?? 0

  return {
    device: () => devices.read(),
    saveDevice: (state: DeviceState) => devices.write(state),
    async forgetDevice(): Promise<void> {
      await certificates.remove()
      await devices.remove()
    },
    async certificate(): Promise<HeldCertificate | null> {
      const held = await certificates.read().catch(() => null)
      if (held === null) return null
      // One of a key that was here before is nobody's.
      const device = await devices.read()
      const alive = device?.phase === 'enrolled' || device?.phase === 'unproven'
      return alive && device.key.thumbprint === held.key.thumbprint ? held : null
    },
    saveCertificate: (certificate: HeldCertificate) => certificates.write(certificate),
    async reports(): Promise<KeyReport[]> {
      return (await reports.read().catch(() => null))?.reports ?? []
    },
    saveReports: (kept: readonly KeyReport[]): Promise<void> =>
      kept.length === 0 ? reports.remove() : reports.write({ version: 1, reports: [...kept] }),
    floor,
    async raiseFloor(sequence: number): Promise<void> {
      if (sequence > (await floor())) await service.write({ version: 1, floor: sequence })
    },
  }
}

export function toStoredRequest(request: Outgoing): StoredRequest {
  const { method, url, fields, body } = request
  return { method, url, fields: fields.map(([name, value]) => [name, value]), body: toBase64url(body) }
}

export function fromStoredRequest(stored: StoredRequest): Outgoing {
  return { ...stored, body: fromBase64url(stored.body) }
}
