/** What the stores keep of activations, devices, sessions and answers. Times are milliseconds since 1970 by the server's clock. */
import type { PublicJwk } from '@holdfast/core'

/** An activation code handed to a user. Only the public id and a sealed key are kept (docs/protocol.md 4.1). */
export type ActivationRecord = {
  codeId: string
  user: string
  /** Where the one-time text goes, e.g. a telephone number on file. */
  sendTo: string
  /** The proof key, sealed under the wrapping key: a dumped database cannot prove knowledge of the code. */
  sealedKey: string
  createdBy: string
  createdAt: number
  expiresAt: number
}

/** A device that proved the activation code and has yet to give the one-time text. */
export type EnrolmentRecord = {
  id: string
  user: string
  codeId: string
  keyThumbprint: string
  publicKey: PublicJwk
  name: string
  platform: string
  /** Keyed digest of the one-time text: its six digits cannot be searched from a dump. */
  ottDigest: string
  createdAt: number
  expiresAt: number
}

export type DeviceRecord = {
  id: string
  user: string
  /** The enrolment that bound it: its key may ask for that answer again, and for no other. */
  enrolmentId: string
  keyThumbprint: string
  publicKey: PublicJwk
  name: string
  platform: string
  createdAt: number
  revokedAt: number | null
  /** Null while nothing speaks against it (docs/protocol.md 14). */
  suspendedFor: Suspicion | null
  /** MAC of whose key it is (device-binding.ts). */
  binding: string
}

/** A token family: everything that came from one unlock (docs/protocol.md 5). */
export type FamilyRecord = {
  /** Session id, the `sid` of its tokens. */
  sid: string
  deviceId: string
  user: string
  /** Every token of the family carries it, so that no node looks it up. */
  sessionKey: PublicJwk
  sessionKeyThumbprint: string
  acr: string
  amr: readonly string[]
  authTime: number
  startedAt: number
  /** Absolute end: no refresh reaches past it. */
  expiresAt: number
  /** Idle end: moved on by each refresh. */
  idleAt: number
  endedAt: number | null
  refreshDigest: string
}

/**
 * The answer given to one signed request, kept sealed so that the identical request gets it again (docs/protocol.md 4.5).
 * `requestHash` is a keyed digest of what names the request: that opens the answer and is not in the store.
 */
export type RepeatRecord = { requestHash: string; sealedAnswer: string; expiresAt: number }

export type AuditEntry = {
  at: number
  /** Dotted name, e.g. `device.revoked`. */
  action: string
  /** Operator name, device id, or `system`. */
  actor: string
  user: string | null
  device: string | null
  /** Small flat facts; never secrets. */
  detail: Readonly<Record<string, string | number | boolean>>
}
export type StoredAuditEntry = AuditEntry & { id: number }

/** Why a device is suspended: only a new activation helps. */
export type Suspicion = 'passcode_forgotten' | 'clone'
