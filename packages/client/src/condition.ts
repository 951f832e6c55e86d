/**
 * How this device stands, as a state machine (docs/condition.md): what it was told, signed, and what its platform says. No state deletes
 * anything by itself, and a record that cannot be read is never a device that was not enrolled.
 */
import type { ErrorCode } from '@holdfast/core'
import type { DeviceState, UnprovenReason } from './state.ts'

type Row = {
  /** How it comes to this. */
  readonly meaning: string
  /** What the app does next. */
  readonly next: string
  /** Who may delete what is stored here: by asking for it, never by itself. */
  readonly deletes: 'nobody' | 'the user, who may forget the device' | 'the next activation, once it is bound'
}
export type Condition =
  | 'new'
  | 'enrolling'
  | 'locked'
  | 'open'
  | 'waiting'
  | 'key_missing'
  | 'presence_lost'
  | 'unreadable'
  | 'rolled_back'
  | 'damaged'
  | 'clock_wrong'
  | 'evicted'
  | 'revoked'
  | UnprovenReason

const user = 'the user, who may forget the device'
const activation = 'the next activation, once it is bound'

export const conditions: Readonly<Record<Condition, Row>> = {
  new: { meaning: 'nothing is stored here', next: 'enrol', deletes: 'nobody' },
  enrolling: {
    meaning: 'an activation was begun',
    next: 'resume it, or begin another',
    deletes: 'nobody',
  },
  locked: { meaning: 'it has its keys, and nobody has unlocked it', next: 'unlock', deletes: user },
  open: { meaning: 'there is a session', next: 'use it', deletes: user },
  waiting: {
    meaning: 'too many wrong passcodes; the service takes none until the lock is over',
    next: 'show how long, then unlock; finger or face works meanwhile',
    deletes: user,
  },
  key_missing: {
    meaning: 'the keystore says for certain that a key of this device is gone, as after a restored backup',
    next: 'restart the app; if it stays, let the user forget the device and activate it again',
    deletes: user,
  },
  presence_lost: {
    meaning: 'there is no key behind finger or face any more, as when another one was enrolled',
    next: 'unlock by the passcode, then set finger or face up again',
    deletes: user,
  },
  unreadable: {
    meaning: 'a record or key cannot be read right now; what is in it is not known',
    next: 'try again, the phone unlocked; if it stays, let the user forget the device and activate it again',
    deletes: user,
  },
  rolled_back: {
    meaning: 'the vault is older than its mark: somebody put old files back',
    next: 'do not show what it holds; let the user forget the device and activate it again',
    deletes: user,
  },
  damaged: {
    meaning: 'something stored here was changed or torn',
    next: 'fetch it again from the service; if the vault does not open, let the user forget the device and activate it again',
    deletes: user,
  },
  clock_wrong: {
    meaning: 'signatures made here are out of their time although the service told its own',
    next: 'try again on another network; check the clock of the phone',
    deletes: user,
  },
  evicted: {
    meaning: 'browser or system removed what this app had stored',
    next: 'let the user forget the device and activate it again',
    deletes: user,
  },
  blocked: {
    meaning: 'too many wrong passcodes; the service takes none any more',
    next: 'activate it again; finger or face works meanwhile',
    deletes: activation,
  },
  wiped: {
    meaning: 'the share of the service was deleted: the vault cannot be opened any more',
    next: 'activate it again; its data comes again from the service',
    deletes: activation,
  },
  forgotten: {
    meaning: 'its user said that he forgot the passcode',
    next: 'activate it again, then set a NEW passcode',
    deletes: activation,
  },
  cloned: {
    meaning: 'another copy of it has unlocked since',
    next: 'activate it again, and tell the user that somebody has a copy',
    deletes: activation,
  },
  suspended: {
    meaning: 'the service suspended it until its user has proved who he is',
    next: 'activate it again, then set a NEW passcode',
    deletes: activation,
  },
  revoked: { meaning: 'the service removed it', next: 'activate it again', deletes: activation },
}

/**
 * Where each error leads; null: nowhere. A code of the service counts signed only: one nobody signed is `unverified_refusal` before it
 * comes here.
 */
export const leads: Readonly<Record<ErrorCode, Condition | null>> = {
  passcode_locked: 'waiting',
  passcode_blocked: 'blocked',
  share_gone: 'wiped',
  clone_suspected: 'cloned',
  identity_proof_required: 'suspended',
  device_revoked: 'revoked',
  key_missing: 'key_missing',
  presence_unknown: 'presence_lost',
  key_unavailable: 'unreadable',
  state_unavailable: 'unreadable',
  vault_unavailable: 'unreadable',
  vault_rolled_back: 'rolled_back',
  vault_damaged: 'damaged',
  signature_expired: 'clock_wrong',
  storage_evicted: 'evicted',
  bad_request: null,
  ambiguous_request: null,
  method_refused: null,
  upgrade_refused: null,
  body_refused: null,
  body_too_large: null,
  header_too_large: null,
  content_encoding_refused: null,
  request_timeout: null,
  not_found: null,
  rate_limited: null,
  signature_missing: null,
  signature_invalid: null,
  replayed: null,
  nonce_store_restarted: null,
  clock_stepped_back: null,
  digest_mismatch: null,
  token_missing: null,
  token_invalid: null,
  token_expired: null,
  device_key_required: null,
  session_ended: null,
  idempotency_key_missing: null,
  idempotency_key_reused: null,
  request_in_progress: null,
  request_already_executed: null,
  outcome_unknown: null,
  sealed_required: null,
  stale_sealing_key: null,
  sealed_request_refused: null,
  sealed_body_too_large: null,
  answer_too_large: null,
  certificate_required: null,
  certificate_refused: null,
  activation_refused: null,
  enrolment_refused: null,
  one_time_text_refused: null,
  device_limit: null,
  outbox_unavailable: null,
  grant_refused: null,
  insufficient_user_authentication: null,
  passcode_not_set: null,
  passcode_refused: null,
  presence_refused: null,
  share_unavailable: null,
  operator_required: null,
  operator_exists: null,
  upstream_unreachable: null,
  upstream_timeout: null,
  upstream_invalid: null,
  store_unavailable: null,
  overloaded: null,
  internal_error: null,
  statement_refused: null,
  answer_refused: null,
  network_unreachable: null,
  unverified_refusal: null,
  server_key_refused: null,
  sealing_unavailable: null,
  reply_refused: null,
  not_enrolled: null,
  already_enrolled: null,
  activation_code_malformed: null,
  locked: null,
  passcode_weak: null,
  passcode_unsupported: null,
  presence_failed: null,
  presence_unsupported: null,
  storage_full: null,
  offline_refused: null,
  approval_required: null,
  approval_body_refused: null,
  approval_refused: null,
  approval_expired: null,
  approval_held: null,
  transfer_refused: null,
  second_operator_required: null,
  hold_decided: null,
  approval_declined: null,
}

/** What the service said, signed, or the user: kept over a restart, in the record of the device. */
const kept: ReadonlySet<Condition> = new Set([
  'blocked',
  'wiped',
  'forgotten',
  'cloned',
  'suspended',
  'revoked',
] satisfies Condition[])
export type KeptCondition = UnprovenReason | 'revoked'

export function isKept(condition: Condition): condition is KeptCondition {
  return kept.has(condition)
}

/** Kept conditions in the order in which one may take another's place: never one that says less. */
const weight: Readonly<Record<KeptCondition, number>> = {
  blocked: 1,
  wiped: 2,
  suspended: 3,
  forgotten: 4,
  cloned: 4,
  revoked: 5,
}

/** What is heard while in `now`. A kept condition gives way to a graver one, to an unlock that worked, and to another activation. */
export function after(now: Condition, heard: Condition): Condition {
  if (!isKept(now) || heard === 'open' || heard === 'new' || heard === 'enrolling') return heard
  return isKept(heard) && weight[heard] >= weight[now] ? heard : now
}

/** What the record of the device says by itself; null: that there is a bound device, and no more. */
export function storedCondition(device: DeviceState | null): Condition | null {
  if (device === null) return 'new'
  if (device.phase === 'enrolling') return 'enrolling'
  if (device.phase === 'unproven') return device.reason
  return device.phase === 'revoked' ? 'revoked' : null
}
