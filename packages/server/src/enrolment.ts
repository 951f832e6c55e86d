/** Binding a device to a user: challenge, activation proof, one-time text, confirmation (docs/protocol.md 4). */
import {
  type EnrolmentRequest,
  HoldfastError,
  parseEnrolmentConfirmation,
  parseEnrolmentRequest,
  signBound,
  signOffer,
  thumbprint,
  toBase64url,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import {
  type ActivationInput,
  issueActivation,
  type IssuedActivation,
  proveActivation,
  type ProvedActivation,
} from './activation.ts'
import { auditEntry, systemActor } from './audit.ts'
import { makeChallenge } from './challenge.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import {
  digestOneTimeText,
  generateOneTimeText,
  isOneTimeText,
  wordOneTimeText,
} from './one-time-text.ts'
import type { OutboxMessage } from './outbox.ts'
import { limitAnonymous } from './rate.ts'
import { createRepeats, requestContext, type Repeats } from './repeat.ts'
import { claimedKeyId, verifySignature, type VerifiedSignature } from './signature.ts'
import type { Statement } from './statement.ts'
import type { DeviceRecord, EnrolmentRecord } from './store.ts'

export interface Enrolment {
  /** For operators: a new activation code. */
  issue(input: ActivationInput): Promise<IssuedActivation>
  challenge(remote: string): Promise<{ challenge: string }>
  /** The signed offer. Throws `activation_refused` for every fault of the activation, alike. */
  begin(head: RequestHead, body: unknown): Promise<{ enrolment: string }>
  /** The signed binding. Throws `one_time_text_refused`, `rate_limited`, `device_limit` or `enrolment_refused`. */
  confirm(head: RequestHead, id: string, body: unknown): Promise<{ device: string }>
}

/** What a begun enrolment keeps for its repetition, sealed. */
type Begun = { readonly id: string; readonly offer: string; readonly message: OutboxMessage }

/** How often one enrolment's text is handed to the sender: once, and again when the phone did not hear the answer. */
const textHandovers = 3

/** The transcript is needed once more at confirmation; the record has no place for it but beside the text's digest. */
type EnrolmentTools = {
  readonly deployment: Deployment
  readonly repeats: Repeats
  readonly statement: Statement
}

/** Enough digits to recognise one's own number by, and no more. */
function hintOf(sendTo: string): string {
  return `…${sendTo.slice(-2)}`
}
