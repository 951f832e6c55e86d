/**
 * Every way Holdfast says no, in one place. A code is stable: apps switch on it, operators search for it.
 *
 * `meaning` is what an outsider may learn; causes go to the audit log only. `next` tells the reader what to do.
 * `retry` is what a client may do on the word of an answer nobody signed (docs/protocol.md 3.8):
 * - `never`: nothing; - `same`: send again under the same Idempotency-Key; - `clock`: ask the signed clock, then once again;
 * - `token`: refresh the access token, then once again; - `statement`: fetch the service statement, then once again.
 */
import type { ApprovalDemand, ApprovalReason } from './approval-demand.ts'
import type { FactorDemand } from './factor.ts'

export type ErrorCode =
  | 'bad_request'
  | 'ambiguous_request'
  | 'method_refused'
  | 'upgrade_refused'
  | 'body_refused'
  | 'body_too_large'
  | 'header_too_large'
  | 'content_encoding_refused'
  | 'request_timeout'
  | 'not_found'
  | 'rate_limited'
  | 'signature_missing'
  | 'signature_invalid'
  | 'signature_expired'
  | 'replayed'
  | 'nonce_store_restarted'
  | 'clock_stepped_back'
  | 'digest_mismatch'
  | 'token_missing'
  | 'token_invalid'
  | 'token_expired'
  | 'device_key_required'
  | 'device_revoked'
  | 'session_ended'
  | 'idempotency_key_missing'
  | 'idempotency_key_reused'
  | 'request_in_progress'
  | 'request_already_executed'
  | 'outcome_unknown'
  | 'sealed_required'
  | 'stale_sealing_key'
  | 'sealed_request_refused'
  | 'sealed_body_too_large'
  | 'answer_too_large'
  | 'certificate_required'
  | 'certificate_refused'
  | 'activation_refused'
  | 'enrolment_refused'
  | 'one_time_text_refused'
  | 'device_limit'
  | 'outbox_unavailable'
  | 'grant_refused'
  | 'insufficient_user_authentication'
  | 'passcode_not_set'
  | 'passcode_refused'
  | 'passcode_locked'
  | 'passcode_blocked'
  | 'presence_refused'
  | 'presence_unknown'
  | 'share_gone'
  | 'share_unavailable'
  | 'clone_suspected'
  | 'identity_proof_required'
  | 'approval_required'
  | 'approval_body_refused'
  | 'approval_refused'
  | 'approval_expired'
  | 'approval_held'
  | 'transfer_refused'
  | 'second_operator_required'
  | 'hold_decided'
  | 'operator_required'
  | 'operator_exists'
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'upstream_invalid'
  | 'store_unavailable'
  | 'overloaded'
  | 'internal_error'
  | 'statement_refused'
  | 'answer_refused'
  | 'network_unreachable'
  | 'unverified_refusal'
  | 'server_key_refused'
  | 'sealing_unavailable'
  | 'reply_refused'
  | 'not_enrolled'
  | 'already_enrolled'
  | 'activation_code_malformed'
  | 'key_missing'
  | 'key_unavailable'
  | 'state_unavailable'
  | 'locked'
  | 'approval_declined'
  | 'passcode_weak'
  | 'passcode_unsupported'
  | 'presence_failed'
  | 'presence_unsupported'
  | 'vault_unavailable'
  | 'vault_rolled_back'
  | 'vault_damaged'
  | 'storage_full'
  | 'storage_evicted'
  | 'offline_refused'

type ErrorRow = {
  readonly meaning: string
  readonly next: string
  readonly retry: 'never' | 'same' | 'clock' | 'token' | 'statement'
}

export const errors: Readonly<Record<ErrorCode, ErrorRow>> = {
  // the edge: what is refused before anything is verified
  bad_request: {
    meaning: 'the request is malformed',
    next: 'compare it with docs/protocol.md',
    retry: 'never',
  },
  ambiguous_request: {
    meaning: 'two readers could understand this HTTP message differently',
    next: 'send origin-form targets, one Host, no odd path forms, no repeated security headers',
    retry: 'never',
  },
  method_refused: {
    meaning: 'this method is not allowed here',
    next: 'use a method the route names',
    retry: 'never',
  },
  upgrade_refused: {
    meaning: 'protocol upgrades are not forwarded',
    next: 'use requests and server-sent events instead of WebSocket',
    retry: 'never',
  },
  body_refused: {
    meaning: 'this method carries no body',
    next: 'send the data with POST, PUT or PATCH',
    retry: 'never',
  },
  body_too_large: {
    meaning: 'the body is over the limit',
    next: 'send less, or raise limits.bodyBytes',
    retry: 'never',
  },
  header_too_large: {
    meaning: 'the header section is over the limit',
    next: 'send fewer or shorter fields',
    retry: 'never',
  },
  content_encoding_refused: {
    meaning: 'encoded request bodies are not accepted',
    next: 'send the body without Content-Encoding',
    retry: 'never',
  },
  request_timeout: { meaning: 'the request did not arrive in time', next: 'send it again', retry: 'same' },
  not_found: { meaning: 'there is nothing here', next: 'check the path', retry: 'never' },
  rate_limited: { meaning: 'too many requests', next: 'wait for Retry-After seconds', retry: 'same' },

  // the signed request (docs/protocol.md 3)
  signature_missing: {
    meaning: 'the request carries no Holdfast signature',
    next: 'sign it',
    retry: 'never',
  },
  signature_invalid: {
    meaning: 'the signature does not fit this request',
    next: 'run `holdfast explain` on the captured request',
    retry: 'never',
  },
  signature_expired: {
    meaning: 'the signature was made too long ago or lies in the future',
    next: 'ask GET /holdfast/time and sign again',
    retry: 'clock',
  },
  replayed: {
    meaning: 'this signature was used before',
    next: 'sign anew for every request',
    retry: 'never',
  },
  nonce_store_restarted: {
    meaning: 'signatures made before the nonce memory started cannot be checked',
    next: 'sign again after Retry-After seconds',
    retry: 'same',
  },
  clock_stepped_back: {
    meaning: 'the server clock went back, so replays cannot be told',
    next: 'operators: repair time synchronisation',
    retry: 'same',
  },
  digest_mismatch: {
    meaning: 'the body is not the one that was signed',
    next: 'sign the bytes you send',
    retry: 'same',
  },
  token_missing: {
    meaning: 'the request carries no access token',
    next: 'unlock a session first',
    retry: 'token',
  },
  token_invalid: { meaning: 'the access token is not valid here', next: 'refresh it', retry: 'token' },
  token_expired: { meaning: 'the access token has ended', next: 'refresh it', retry: 'token' },
  device_key_required: {
    meaning: 'this route takes a signature by the device key',
    next: 'sign with the device key, not the session key',
    retry: 'never',
  },
  device_revoked: { meaning: 'this device was removed', next: 'enrol again', retry: 'never' },
  session_ended: { meaning: 'this session has ended', next: 'unlock again', retry: 'never' },

  // unsafe methods (docs/protocol.md 3.7)
  idempotency_key_missing: {
    meaning: 'unsafe methods carry an Idempotency-Key',
    next: 'add one and keep it across retries',
    retry: 'never',
  },
  idempotency_key_reused: {
    meaning: 'this Idempotency-Key belongs to another request',
    next: 'use a new key for a new request',
    retry: 'never',
  },
  request_in_progress: {
    meaning: 'the same request is still running',
    next: 'ask again shortly',
    retry: 'same',
  },
  request_already_executed: {
    meaning: 'the request was executed and its answer was not kept',
    next: 'read the result instead of repeating',
    retry: 'never',
  },
  outcome_unknown: {
    meaning: 'the request reached the backend and its outcome is not known; it will not be run again',
    next: 'read the state before deciding',
    retry: 'never',
  },

  // sealed requests, signed answers (docs/protocol.md 8)
  sealed_required: {
    meaning: 'this route takes sealed requests only',
    next: 'fetch the service statement and seal the request',
    retry: 'statement',
  },
  stale_sealing_key: {
    meaning: 'this sealing key is not known here, or not any more',
    next: 'fetch the service statement and seal again under the same Idempotency-Key',
    retry: 'statement',
  },
  sealed_request_refused: {
    meaning: 'the sealed request cannot be opened',
    next: 'fetch the service statement and seal again under the same Idempotency-Key',
    retry: 'statement',
  },
  sealed_body_too_large: {
    meaning: 'the request is too large to be sealed as a whole',
    next: 'encrypt the file by itself (age) and send that, or send less',
    retry: 'never',
  },
  answer_too_large: {
    meaning: 'the answer is too large to be sealed or signed as a whole',
    next: 'operators: let the backend answer in parts, or encrypt the file by itself (age)',
    retry: 'never',
  },

  // client certificates (docs/protocol.md 10)
  certificate_required: {
    meaning: 'this route takes connections with a client certificate only',
    next: 'connect to the address the statement gives under `mutual`, with the certificate of this device',
    retry: 'never',
  },
  certificate_refused: {
    meaning: 'this client certificate is not the one of this device and token',
    next: 'ask for a new certificate, then refresh the token over the connection that shows it',
    retry: 'token',
  },

  // enrolment (docs/protocol.md 4)
  activation_refused: {
    meaning: 'this activation is not accepted',
    next: 'compare the code and try once more, then ask for a new one',
    retry: 'never',
  },
  enrolment_refused: {
    meaning: 'this enrolment cannot be completed',
    next: 'start again with a new code',
    retry: 'never',
  },
  one_time_text_refused: {
    meaning: 'the code from the text message is wrong or too old',
    next: 'type the newest code, or start again',
    retry: 'never',
  },
  device_limit: {
    meaning: 'this user has as many devices as allowed',
    next: 'remove a device first',
    retry: 'never',
  },
  outbox_unavailable: {
    meaning: 'the one-time text could not be sent; the activation code is still good',
    next: 'send the same request again',
    retry: 'same',
  },

  // tokens (docs/protocol.md 5)
  grant_refused: { meaning: 'this grant is not accepted', next: 'unlock again', retry: 'never' },
  insufficient_user_authentication: {
    meaning: 'this needs a passcode or finger or face, given just now',
    next: 'ask the user for the factor the answer names, then send it again under the same Idempotency-Key',
    retry: 'never',
  },

  // passcode, presence and the server's share (docs/protocol.md 11 to 13)
  passcode_not_set: {
    meaning: 'this device has no such passcode',
    next: 'set a passcode in an open session',
    retry: 'never',
  },
  passcode_refused: {
    meaning: 'the passcode is wrong',
    next: 'ask the user again; the tries that are left are counted by the service',
    retry: 'never',
  },
  passcode_locked: {
    meaning: 'too many wrong passcodes; this device has to wait',
    next: 'try again after Retry-After seconds',
    retry: 'never',
  },
  passcode_blocked: {
    meaning: 'too many wrong passcodes; waiting does not help any more',
    next: 'prove the identity again: activate this phone with a new code',
    retry: 'never',
  },
  presence_refused: {
    meaning: 'finger or face was not proved',
    next: 'try again, or use the passcode',
    retry: 'never',
  },
  presence_unknown: {
    meaning: 'this device has no such presence key',
    next: 'use the passcode, then set finger or face up again',
    retry: 'never',
  },
  share_gone: {
    meaning: 'the share of the service was deleted: what this device stored cannot be opened any more',
    next: 'activate this phone with a new code; its data comes again from the service',
    retry: 'never',
  },
  share_unavailable: {
    meaning: 'the service was restored from a backup and releases no share until an operator has looked',
    next: 'operators: see docs/operate.md, restoring; users: try again later',
    retry: 'never',
  },
  clone_suspected: {
    meaning: 'another copy of this device has unlocked since',
    next: 'prove the identity again: activate this phone with a new code',
    retry: 'never',
  },
  identity_proof_required: {
    meaning: 'this device is suspended until its user has proved who he is',
    next: 'activate this phone with a new code, then set a NEW passcode',
    retry: 'never',
  },

  // operators
  // approvals and transfers
  approval_required: {
    meaning: 'the user has to see and approve this',
    next: 'show the lines of the challenge, take the factor, then send the request again with Holdfast-Approval',
    retry: 'never',
  },
  approval_body_refused: {
    meaning: 'the body is not what the route may be asked for, or could be read in two ways',
    next: 'send the fields the route names, as I-JSON, in text that cannot be mistaken',
    retry: 'never',
  },
  approval_refused: {
    meaning: 'there is no such approval of this device for this request',
    next: 'send the request without Holdfast-Approval and have it approved again',
    retry: 'never',
  },
  approval_expired: {
    meaning: 'the user took too long',
    next: 'send the request again and show the new challenge',
    retry: 'never',
  },
  approval_held: {
    meaning: 'the bank looks at this before it is carried out',
    next: 'wait until it is released, then send the same request under the same approval',
    retry: 'never',
  },
  transfer_refused: {
    meaning: 'the rules of the bank do not allow this transfer',
    next: 'tell the user the reasons; another amount or another day may do',
    retry: 'never',
  },
  second_operator_required: {
    meaning: 'this takes the word of another operator',
    next: 'have somebody else say the same',
    retry: 'never',
  },
  hold_decided: {
    meaning: 'this hold is decided already, or it is over',
    next: 'look at the list of holds again',
    retry: 'never',
  },
  operator_required: {
    meaning: 'operator credentials are missing or wrong',
    next: 'send name and secret',
    retry: 'never',
  },
  operator_exists: {
    meaning: 'an operator of this name exists',
    next: 'choose another name',
    retry: 'never',
  },

  // when something behind us fails
  upstream_unreachable: { meaning: 'the backend cannot be reached', next: 'send it again', retry: 'same' },
  upstream_timeout: { meaning: 'the backend did not answer in time', next: 'send it again', retry: 'same' },
  upstream_invalid: {
    meaning: 'the backend gave an answer that cannot be forwarded',
    next: 'operators: see the log',
    retry: 'never',
  },
  store_unavailable: {
    meaning: 'the store cannot be reached; nothing was let through',
    next: 'send it again',
    retry: 'same',
  },
  overloaded: {
    meaning: 'too much is in flight',
    next: 'send it again after Retry-After seconds',
    retry: 'same',
  },
  internal_error: {
    meaning: 'something failed inside',
    next: 'give the reference to the operator',
    retry: 'same',
  },

  // the client's own words; a server never sends these
  statement_refused: {
    meaning: 'the service statement is not signed by a pinned key, or is expired',
    next: 'check origin and pins; someone may be in the line',
    retry: 'never',
  },
  answer_refused: {
    meaning: 'the answer is not signed by the service for this request',
    next: 'try again later; nothing was changed on this device',
    retry: 'never',
  },
  network_unreachable: { meaning: 'the service cannot be reached', next: 'try again', retry: 'same' },
  unverified_refusal: {
    meaning: 'the request was refused by an answer nobody signed',
    next: 'try again later; nothing was changed on this device',
    retry: 'never',
  },
  server_key_refused: {
    meaning: 'the server at the other end showed a key that is not pinned; nothing was sent to it',
    next: 'leave this network; if it happens everywhere, the service has to look at its pins',
    retry: 'never',
  },
  sealing_unavailable: {
    meaning: 'this request has to be sealed, and the service offers no sealing key this device can use',
    next: 'operators: switch sealing on, with a suite every client has',
    retry: 'never',
  },
  reply_refused: {
    meaning: 'the reply is not encrypted to the one-time key of this request',
    next: 'ask again; if it stays, the backend has to look at how it encrypts',
    retry: 'never',
  },
  not_enrolled: { meaning: 'this device is not enrolled', next: 'enrol first', retry: 'never' },
  already_enrolled: {
    meaning: 'this device is enrolled',
    next: 'unlock it, or forget it first',
    retry: 'never',
  },
  activation_code_malformed: {
    meaning: 'the activation code was mistyped',
    next: 'compare it character by character',
    retry: 'never',
  },
  key_missing: {
    meaning: 'the device key cannot be found in the keystore',
    next: 'restart the app; if it stays, enrol again',
    retry: 'never',
  },
  key_unavailable: {
    meaning: 'the keystore did not answer; nothing was changed',
    next: 'unlock the phone and try again',
    retry: 'same',
  },
  state_unavailable: {
    meaning: 'the record on this device cannot be read or written; it was not changed',
    next: 'try again; if it stays, forget the device and enrol again',
    retry: 'never',
  },
  approval_declined: {
    meaning: 'the user did not approve this',
    next: 'ask again only when the user wants to',
    retry: 'never',
  },
  locked: {
    meaning: 'this needs an open session',
    next: 'unlock first',
    retry: 'never',
  },
  passcode_weak: {
    meaning: 'this passcode is among the first anybody would try',
    next: 'choose another: no dates, rows or repetitions',
    retry: 'never',
  },
  passcode_unsupported: {
    meaning: 'this platform cannot stretch a passcode well enough, so it takes none',
    next: 'use finger or face',
    retry: 'never',
  },
  presence_failed: {
    meaning: 'finger or face was not given: cancelled, not recognised, or its key is gone',
    next: 'try again, or use the passcode',
    retry: 'never',
  },
  presence_unsupported: {
    meaning: 'this device can bind no key to finger or face, or gives no secret with it',
    next: 'use the passcode',
    retry: 'never',
  },
  vault_unavailable: {
    meaning: 'the vault cannot be read right now; nothing was changed',
    next: 'try again; if it stays, see whether another window has it open',
    retry: 'never',
  },
  vault_rolled_back: {
    meaning: 'what this device stores is older than what it stored last: somebody put old files back',
    next: 'do not trust it; wipe the vault and fetch its content again',
    retry: 'never',
  },
  vault_damaged: {
    meaning: 'a record of the vault was changed or torn by somebody else',
    next: 'wipe that part of the vault and fetch its content again',
    retry: 'never',
  },
  storage_full: {
    meaning: 'this device has no room left for it; nothing was changed',
    next: 'free some space, or ask for less to be kept',
    retry: 'never',
  },
  storage_evicted: {
    meaning: 'the browser or system removed what this app had stored',
    next: 'activate this device again; its data comes again from the service',
    retry: 'never',
  },
  offline_refused: {
    meaning: 'there is nothing to open without the service: not set up, not allowed, or too old',
    next: 'unlock with a network',
    retry: 'never',
  },
}

export type HoldfastErrorOptions = {
  /** For the log of the side that throws; never sent to the other side. */
  cause?: unknown
  /** Seconds to wait before the next try, sent as Retry-After. */
  retryAfter?: number
  /** Names the request in log and answer, so that an operator can find the cause. */
  reference?: string
  /** What `insufficient_user_authentication` asks for. */
  demand?: FactorDemand
  /** What `approval_required` asks for. */
  approval?: ApprovalDemand
  /** Names the approval that is held. */
  approvalId?: string
  /** Why a transfer is held or refused. */
  reasons?: readonly ApprovalReason[]
}

/** The one error of Holdfast. Its message is the table's meaning: never input, never a secret. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError'
  readonly code: ErrorCode
  readonly retryAfter: number | undefined
  readonly reference: string | undefined
  readonly demand: FactorDemand | undefined
  readonly approval: ApprovalDemand | undefined
  readonly approvalId: string | undefined
  readonly reasons: readonly ApprovalReason[] | undefined

  constructor(code: ErrorCode, options: HoldfastErrorOptions = {}) {
    super(errors[code].meaning, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryAfter = options.retryAfter
    this.reference = options.reference
    this.demand = options.demand
    this.approval = options.approval
    this.approvalId = options.approvalId
    this.reasons = options.reasons
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errors, value)
}
