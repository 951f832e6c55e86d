/** The client as the app sees it. */
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import type { EnrolOptions } from './activation.ts'
import { createCertificates } from './certificate.ts'
import { type Device, endSession, listDevices, removeDevice } from './device.ts'
import { type BoundDevice, enrol, type PendingEnrolment, resumeEnrolment } from './enrolment.ts'
import { type FetchInit, fetchSigned } from './fetch.ts'
import type { Platform } from './ports.ts'
import { sendReports } from './report.ts'
import { deviceSigner, keyError } from './request.ts'
import { fetchSecret } from './secret.ts'
import { type Family, unlock } from './session.ts'
import { createState, type EnrolledState } from './state.ts'
import { createService, type Service } from './statement.ts'

export type ClientOptions = {
  /** `https://host[:port]`, or `http://` on loopback; exactly the service's public origin. */
  readonly origin: string
  /** Thumbprints of the service key and of the next one, built into the app. */
  readonly trust: readonly string[]
  readonly platform: Platform
}

/** `revoked`: the service said, signed, that this device was removed. Nothing is deleted; the user may enrol again. */
export type ClientStatus = 'new' | 'enrolling' | 'enrolled' | 'revoked'

export interface Session {
  /** Like the web's `fetch` for this origin; see {@link FetchInit}. */
  fetch(input: string | URL, init?: FetchInit): Promise<Response>
  /**
   * The bytes of a secret that the backend encrypts to a key made for this call: the gateway passes on what it cannot read. That
   * does not stop somebody who changes the gateway's code (docs/protocol.md 8.7). Rejects with `reply_refused` when it did not. The caller overwrites the bytes when it has shown them.
   */
  fetchSecret(input: string | URL, init?: FetchInit): Promise<Uint8Array>
  devices(): Promise<Device[]>
  removeDevice(id: string): Promise<void>
  /** Ended here at once, whatever comes of the call that ends it at the service. */
  end(): Promise<void>
}

/** Whatever reads or writes the record on this device rejects with `state_unavailable` when it cannot. */
export interface Client {
  status(): Promise<ClientStatus>
  /** First step of enrolment. Rejects with `already_enrolled`, `activation_code_malformed` or `activation_refused`. */
  enrol(options: EnrolOptions): Promise<PendingEnrolment>
  /** Goes on with an enrolment after a crash or a lost answer. Rejects with `not_enrolled` when there is none. */
  resumeEnrolment(): Promise<PendingEnrolment | BoundDevice>
  /** Opens a session. Rejects with `not_enrolled`, `key_missing`, `key_unavailable`, `device_revoked`. */
  unlock(): Promise<Session>
  /** Removes key and record from this device; its sessions end. The service is not told. */
  forget(): Promise<void>
}

function checkOrigin(origin: string): void {
  const { protocol, hostname, origin: normal } = new URL(origin)
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
  if (normal !== origin || (protocol !== 'https:' && !(protocol === 'http:' && loopback))) {
    throw new TypeError('origin must be https://host[:port] without a path, or http:// on loopback')
  }
}

function checkPins(trust: readonly string[]): void {
  const sound = trust.length > 0 && trust.every((pin) => /^[A-Za-z0-9_-]{43}$/.test(pin))
  if (!sound) throw new TypeError('trust must name at least one service key thumbprint')
}

function sessionOf(service: Service, family: Family, forget: () => void): Session {
  let ended = false
  const open = (): Family => {
    if (ended) throw new HoldfastError('session_ended')
    return family
  }
  return {
    fetch: async (input, init) => fetchSigned(service.errand(), open(), input, init),
    fetchSecret: async (input, init) => fetchSecret(service.errand(), open(), input, init),
    devices: async () => listDevices(service.errand(), open()),
    removeDevice: async (id) => removeDevice(service.errand(), open(), id),
    async end(): Promise<void> {
      if (ended) return
      ended = true
      forget()
      await endSession(service.errand(), family).finally(() => family.close('session_ended'))
    },
  }
}

export function createClient({ origin, trust, platform }: ClientOptions): Client {
  checkOrigin(origin)
  checkPins(trust)
  const state = createState(platform.storage, origin)
  const service = createService({ origin, pins: [...trust], platform, state })
  const families = new Set<Family>()

  async function enrolled(): Promise<EnrolledState> {
    const device = await state.device()
    if (device === null || device.phase === 'enrolling') throw new HoldfastError('not_enrolled')
    if (device.phase === 'revoked') throw new HoldfastError('device_revoked')
    return device
  }

  /** Fails early and clearly when the key of the record is not the one in the keystore. */
  async function checkKey(device: EnrolledState): Promise<void> {
    const found = await platform.keystore.find(device.key.label).catch((cause: unknown) => {
      throw keyError(cause)
    })
    if (found?.thumbprint !== device.key.thumbprint) throw new HoldfastError('key_missing')
  }

  function closeAll(reason: ErrorCode): void {
    for (const family of families) family.close(reason)
    families.clear()
  }

  /** Only about the device that was asked about: the record may have changed meanwhile. */
  async function revoked(device: string): Promise<void> {
    closeAll('device_revoked')
    const now = await state.device()
    if (now?.phase === 'enrolled' && now.device === device)
      await state.saveDevice({ ...now, phase: 'revoked' })
  }

  return {
    status: async () => (await state.device())?.phase ?? 'new',
    enrol: (options) => enrol({ service: service.errand(), state }, options),
    resumeEnrolment: () => resumeEnrolment({ service: service.errand(), state }),
    async unlock(): Promise<Session> {
      const device = await enrolled()
      await checkKey(device)
      const deviceKey = deviceSigner(platform, device.key)
      const family = await unlock(service.errand(), {
        deviceKey,
        certificates: createCertificates(state, device.key, deviceKey),
        revoked: () => revoked(device.device),
      })
      families.add(family)
      // The session need not wait for it, and what is not taken now is told next time.
      void sendReports(service.errand(), family, state).catch(() => undefined)
      return sessionOf(service, family, () => families.delete(family))
    },
    async forget(): Promise<void> {
      // A record nobody can read any more must not keep its user from starting again.
      const device = await state.device().catch(() => null)
      closeAll('not_enrolled')
      // The key first: when that fails the record still names it, and forgetting can be tried again.
      if (device !== null) await platform.keystore.remove(device.key.label)
      await state.forgetDevice()
    },
  }
}
