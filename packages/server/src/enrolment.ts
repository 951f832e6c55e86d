/** Binding a device to a user, up to the one-time text (docs/protocol.md 4); confirmation.ts does the rest. */
import {
  type EnrolmentRequest,
  HoldfastError,
  parseEnrolmentRequest,
  signOffer,
  thumbprint,
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
import { type Confirm, createConfirmation } from './confirmation.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { digestOneTimeText, generateOneTimeText, wordOneTimeText } from './one-time-text.ts'
import type { OutboxMessage } from './outbox.ts'
import { limitAnonymous } from './rate.ts'
import { createRepeats, requestLock, type Repeats } from './repeat.ts'
import { verifySignature, type VerifiedSignature } from './signature.ts'
import { checkStanding } from './standing.ts'
import type { Statement } from './statement.ts'
import type { EnrolmentRecord } from './store.ts'

export interface Enrolment {
  /** For operators: a new activation code. */
  issue(input: ActivationInput): Promise<IssuedActivation>
  challenge(remote: string): Promise<{ challenge: string }>
  /** The signed offer. Throws `activation_refused` for every fault of the activation, alike. */
  begin(head: RequestHead, body: unknown): Promise<{ enrolment: string }>
  readonly confirm: Confirm
}

/** What a begun enrolment keeps for its repetition, sealed. */
type Begun = { readonly id: string; readonly offer: string; readonly message: OutboxMessage }

type Tools = { readonly deployment: Deployment; readonly repeats: Repeats<Begun> }

/** How often one enrolment's text is handed to the sender: once, and again for repeats that found no answer. */
const textHandovers = 5

/** Enough digits to recognise one's own number by, and no more. */
function hintOf(sendTo: string): string {
  return `…${sendTo.slice(-2)}`
}

/** Uses the code up and writes down the offer and its text in one act. */
async function open(
  request: EnrolmentRequest,
  { record, transcript }: ProvedActivation,
  signature: VerifiedSignature,
  { deployment, repeats }: Tools,
): Promise<Begun> {
  const { origin, store, keys, clock, policy } = deployment
  const { platform, name } = request
  // An enrolment is named by its transcript: single use of the challenge in it makes it unique, and the confirmation
  // is then bound to what was proved here.
  const id = transcript
  const digits = generateOneTimeText()
  const createdAt = clock.now()
  const textEndsAt = createdAt + policy.oneTimeText.lifeSeconds * 1000
  const offer = await signOffer(
    {
      iss: origin,
      transcript,
      enrolment: id,
      sent_to: hintOf(record.sendTo),
      exp: Math.floor(textEndsAt / 1000),
    },
    { kid: keys.token().kid, key: keys.token().privateKey },
    nodeCrypto,
  )
  const begun: Begun = {
    id,
    offer,
    message: { to: record.sendTo, text: wordOneTimeText({ origin, platform, transcript, digits }) },
  }
  const whose = {
    id,
    user: record.user,
    keyThumbprint: signature.keyThumbprint,
    publicKey: request.device_key,
  }
  const enrolment: EnrolmentRecord = {
    ...whose,
    codeId: record.codeId,
    name,
    platform,
    ottDigest: digestOneTimeText(whose, digits, keys),
    createdAt,
    // Longer than the text lives: a late text is told from an enrolment that never was.
    expiresAt: textEndsAt + policy.repeatSeconds * 1000,
  }
  const facts = { at: createdAt, actor: systemActor, user: record.user, detail: { enrolment: id, platform } }
  const kept = repeats.keep(signature, requestLock(signature), begun)
  const audit = auditEntry('enrolment.begun', facts)
  if (!(await store.redeemActivation(record.codeId, enrolment, kept, audit)))
    throw new HoldfastError('activation_refused')
  return begun
}

/**
 * The text leaves after the enrolment is stored, so no text is out whose digits nobody knows. If the sender fails or this
 * node dies in between, the phone repeats its request, finds the enrolment, and the same text is handed over again: same
 * digits, same words, a few times at most. The other order would send a new code for each of several racing requests.
 */
async function deliver(begun: Begun, { deployment }: Tools): Promise<void> {
  const { store, shortLived, outbox, clock, policy } = deployment
  const now = clock.now()
  const handovers = await shortLived.hit(`text:${begun.id}`, policy.oneTimeText.lifeSeconds * 1000, now)
  if (handovers > textHandovers) return
  // Nobody waits for the text of an enrolment that is complete.
  if (handovers > 1 && (await store.findEnrolment(begun.id, now)) === null) return
  try {
    await outbox.send(begun.message)
  } catch (cause) {
    const facts = { at: now, actor: systemActor, detail: { enrolment: begun.id } }
    await store.appendAudit(auditEntry('enrolment.text_failed', facts))
    throw new HoldfastError('outbox_unavailable', { cause })
  }
}

async function begin(head: RequestHead, body: unknown, tools: Tools): Promise<{ enrolment: string }> {
  const { deployment, repeats } = tools
  await limitAnonymous(head.remote, deployment)
  const request = parseEnrolmentRequest(body)
  const key = {
    thumbprint: await thumbprint(request.device_key, nodeCrypto),
    verifyKey: nodeCrypto.importPublicKey(request.device_key),
  }
  const signature = verifySignature(head, { origin: deployment.origin, routeFields: [], key })
  const bound = await deployment.store.findDeviceByKey(key.thumbprint)
  if (bound !== null) checkStanding(bound)
  const begun = await repeats.once(
    signature,
    requestLock(signature),
    async () => {
      // A bound key is not bound again; the code stays as it was.
      const proved = bound === null ? await proveActivation(request, key.thumbprint, deployment) : null
      if (proved === null) throw new HoldfastError('activation_refused')
      return open(request, proved, signature, tools)
    },
    (opened) => deliver(opened, tools),
  )
  return { enrolment: begun.offer }
}

export function createEnrolment(deployment: Deployment, statement: Statement): Enrolment {
  const tools: Tools = { deployment, repeats: createRepeats<Begun>(deployment) }
  return {
    issue: (input: ActivationInput): Promise<IssuedActivation> => issueActivation(input, deployment),
    async challenge(remote: string): Promise<{ challenge: string }> {
      await limitAnonymous(remote, deployment)
      return { challenge: makeChallenge(deployment) }
    },
    begin: (head: RequestHead, body: unknown): Promise<{ enrolment: string }> => begin(head, body, tools),
    confirm: createConfirmation(deployment, statement),
  }
}
