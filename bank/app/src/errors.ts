/** Which sentence tells the user about an error. */
import { type ErrorCode, HoldfastError } from '@holdfast/client'
import { BankError } from './bank/bank.ts'
import type { Words } from './words/en.ts'

type Sentence = keyof Words['errors']

/** A code without a sentence of its own is a fault of ours. */
const sentences: Readonly<Partial<Record<ErrorCode, Sentence>>> = {
  activation_refused: 'code_refused',
  activation_code_malformed: 'code_mistyped',
  enrolment_refused: 'start_over',
  one_time_text_refused: 'text_refused',
  device_limit: 'device_limit',
  outbox_unavailable: 'text_unsent',
  already_enrolled: 'already_bound',
  not_enrolled: 'start_over',
  passcode_refused: 'passcode_wrong',
  passcode_locked: 'passcode_paused',
  passcode_blocked: 'ended',
  passcode_not_set: 'start_over',
  passcode_weak: 'passcode_weak',
  passcode_unsupported: 'passcode_unsupported',
  presence_failed: 'finger_failed',
  presence_refused: 'finger_failed',
  presence_unknown: 'finger_gone',
  presence_unsupported: 'finger_unsupported',
  share_gone: 'ended',
  share_unavailable: 'later',
  clone_suspected: 'ended',
  identity_proof_required: 'ended',
  device_revoked: 'ended',
  session_ended: 'signed_out',
  grant_refused: 'signed_out',
  insufficient_user_authentication: 'needs_proof',
  locked: 'locked',
  rate_limited: 'too_fast',
  network_unreachable: 'offline',
  request_timeout: 'later',
  upstream_unreachable: 'later',
  upstream_timeout: 'later',
  store_unavailable: 'later',
  overloaded: 'later',
  stale_sealing_key: 'later',
  nonce_store_restarted: 'later',
  clock_stepped_back: 'later',
  replayed: 'later',
  token_missing: 'later',
  token_invalid: 'later',
  token_expired: 'later',
  statement_refused: 'line',
  answer_refused: 'line',
  unverified_refusal: 'line',
  server_key_refused: 'line',
  ambiguous_request: 'line',
  signature_missing: 'line',
  signature_invalid: 'line',
  digest_mismatch: 'line',
  sealed_request_refused: 'line',
  signature_expired: 'clock',
  request_in_progress: 'in_progress',
  request_already_executed: 'done_already',
  outcome_unknown: 'unknown_outcome',
  not_found: 'gone',
  key_missing: 'unreadable',
  key_unavailable: 'unreadable',
  state_unavailable: 'unreadable',
  vault_unavailable: 'other_window',
  vault_rolled_back: 'unreadable',
  vault_damaged: 'unreadable',
  storage_full: 'storage_full',
  offline_refused: 'offline_refused',
  approval_declined: 'declined',
  approval_expired: 'approval_over',
  approval_refused: 'approval_refused',
  approval_body_refused: 'invalid',
  approval_held: 'payment_held',
  transfer_refused: 'payment_refused',
}

/** The bank's own words for no, from its API. */
const bankSentences: Readonly<Record<string, Sentence>> = {
  no_customer: 'no_customer',
  not_found: 'gone',
  insufficient_funds: 'not_enough_money',
  iban_refused: 'bad_iban',
  payee_exists: 'payee_exists',
  same_account: 'same_account',
  unknown_account: 'no_such_account',
  first_day_refused: 'first_day',
}

function sentenceOf(error: unknown): Sentence {
  if (error instanceof HoldfastError) return sentences[error.code] ?? 'fault'
  if (!(error instanceof BankError)) return 'fault'
  const own = bankSentences[error.code]
  if (own !== undefined) return own
  return error.status >= 400 && error.status < 500 ? 'invalid' : 'later'
}

export function tell(error: unknown, words: Words): string {
  const reasons = error instanceof HoldfastError && error.code === 'transfer_refused' ? error.reasons : []
  const because = (reasons ?? []).map((reason) => `${words.approval.reasons[reason]}.`)
  return [words.errors[sentenceOf(error)], ...because].join(' ')
}
