/**
 * What the client remembers between runs: one record about this device, one about the service. Parsed strictly; a record that
 * cannot be read or understood is `state_unavailable` and never taken for a device that was not enrolled.
 */
import {
  fromBase64url,
  HoldfastError,
  type KeyReport,
  keyReportSchema,
  maxReports,
  toBase64url,
} from '@holdfast/core'
import * as v from 'valibot'
import type { Outgoing, RecordStore } from './ports.ts'

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
}
export type EnrolledState = {
  version: 1
  phase: 'enrolled' | 'revoked'
  key: DeviceKeyName
  device: string
  user: string
}
export type DeviceState = EnrollingState | EnrolledState

const text = v.pipe(v.string(), v.minLength(1))
const requestSchema = v.strictObject({
  method: text,
  url: text,
  fields: v.array(v.tuple([v.string(), v.string()])),
  body: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/)),
})
const keySchema = v.strictObject({ label: text, thumbprint: text })
const deviceSchema: v.GenericSchema<unknown, DeviceState> = v.variant('phase', [
  v.strictObject({
    version: v.literal(1),
    phase: v.literal('enrolling'),
    key: keySchema,
    transcript: text,
    request: requestSchema,
    offer: v.nullable(v.strictObject({ enrolment: text, sentTo: v.string(), expires: v.number() })),
    confirmation: v.nullable(requestSchema),
  }),
  v.strictObject({
    version: v.literal(1),
    phase: v.picklist(['enrolled', 'revoked']),
    key: keySchema,
    device: text,
    user: v.string(),
  }),
])

const serviceSchema = v.strictObject({
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
  key: keySchema,
  certificate: text,
  renew: v.number(),
  expires: v.number(),
})

const reportsSchema = v.strictObject({
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
  const deviceName = `device ${origin}`
  const serviceName = `service ${origin}`
  const certificateName = `certificate ${origin}`
  const reportsName = `reports ${origin}`

  async function attempt<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act()
    } catch (cause) {
      throw new HoldfastError('state_unavailable', { cause })
    }
  }
  function read<Value>(name: string, schema: v.GenericSchema<unknown, Value>): Promise<Value | null> {
    return attempt(async () => {
      const record = await storage.get(name)
      return record === null ? null : v.parse(schema, JSON.parse(record))
    })
  }
  const write = (name: string, value: unknown): Promise<void> =>
    attempt(() => storage.put(name, JSON.stringify(value)))
  const floor = async (): Promise<number> => (await read(serviceName, serviceSchema))?.floor ?? 0

  return {
    device: (): Promise<DeviceState | null> => read(deviceName, deviceSchema),
    saveDevice: (state: DeviceState): Promise<void> => write(deviceName, state),
    async forgetDevice(): Promise<void> {
      await attempt(() => storage.delete(certificateName))
      await attempt(() => storage.delete(deviceName))
    },
    async certificate(): Promise<HeldCertificate | null> {
      const held = await read(certificateName, certificateSchema).catch(() => null)
      if (held === null) return null
      // One of a key that was here before is nobody's.
      const device = await read(deviceName, deviceSchema)
      return device?.phase === 'enrolled' && device.key.thumbprint === held.key.thumbprint ? held : null
    },
    saveCertificate: (certificate: HeldCertificate): Promise<void> => write(certificateName, certificate),
    async reports(): Promise<KeyReport[]> {
      return (await read(reportsName, reportsSchema).catch(() => null))?.reports ?? []
    },
    saveReports: (reports: readonly KeyReport[]): Promise<void> =>
      reports.length === 0
        ? attempt(() => storage.delete(reportsName))
        : write(reportsName, { version: 1, reports }),
    floor,
    async raiseFloor(sequence: number): Promise<void> {
      if (sequence > (await floor())) await write(serviceName, { version: 1, floor: sequence })
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
