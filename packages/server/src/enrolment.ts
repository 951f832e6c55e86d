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
import { digestOneTimeText, generateOneTimeText, isOneTimeText, wordOneTimeText } from './one-time-text.ts'
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
/** What a confirmed one keeps. */
type Confirmed = { readonly device: string }

type Tools = {
  readonly deployment: Deployment
  readonly statement: Statement
  readonly begun: Repeats<Begun>
  readonly confirmed: Repeats<Confirmed>
}

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
  { deployment, begun: repeats }: Tools,
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
  const enrolment: EnrolmentRecord = {
    id,
    user: record.user,
    codeId: record.codeId,
    keyThumbprint: signature.keyThumbprint,
    publicKey: request.device_key,
    name,
    platform,
    ottDigest: digestOneTimeText(id, digits, keys),
    createdAt,
    // Longer than the text lives: a late text is told from an enrolment that never was.
    expiresAt: textEndsAt + policy.repeatSeconds * 1000,
  }
  const facts = { at: createdAt, actor: systemActor, user: record.user, detail: { enrolment: id, platform } }
  const kept = repeats.keep(signature, requestContext(signature), begun)
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
    throw new HoldfastError('store_unavailable', { cause })
  }
}

async function begin(head: RequestHead, body: unknown, tools: Tools): Promise<{ enrolment: string }> {
  const { deployment } = tools
  await limitAnonymous(head.remote, deployment)
  const request = parseEnrolmentRequest(body)
  const key = {
    thumbprint: await thumbprint(request.device_key, nodeCrypto),
    verifyKey: nodeCrypto.importPublicKey(request.device_key),
  }
  const signature = verifySignature(head, { origin: deployment.origin, routeFields: [], key })
  const bound = await deployment.store.findDeviceByKey(key.thumbprint)
  if (bound !== null && bound.revokedAt !== null) throw new HoldfastError('device_revoked')
  const begun = await tools.begun.once(
    signature,
    requestContext(signature),
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

/** Counts the try, durably and before the text is looked at, then compares it. */
async function checkText(enrolment: EnrolmentRecord, digits: string, deployment: Deployment): Promise<void> {
  const { store, keys, clock, policy } = deployment
  const { tries, lifeSeconds, triesWindowSeconds } = policy.oneTimeText
  const now = clock.now()
  const { id, user } = enrolment
  if (!(await store.takeOttTry(user, tries, triesWindowSeconds * 1000, now)))
    throw new HoldfastError('rate_limited', { retryAfter: triesWindowSeconds })
  const fits = isOneTimeText(enrolment, digits, keys)
  if (fits && now < enrolment.createdAt + lifeSeconds * 1000) return
  const facts = { at: now, actor: systemActor, user, detail: { enrolment: id } }
  await store.appendAudit(auditEntry('enrolment.text_refused', facts))
  throw new HoldfastError('one_time_text_refused')
}

async function complete(
  enrolment: EnrolmentRecord,
  signature: VerifiedSignature,
  { deployment, confirmed: repeats, statement }: Tools,
): Promise<Confirmed> {
  const { origin, store, keys, clock, policy } = deployment
  const { user, keyThumbprint, publicKey, name, platform } = enrolment
  const createdAt = clock.now()
  const id = toBase64url(nodeCrypto.random(16))
  const device: DeviceRecord = {
    id,
    user,
    keyThumbprint,
    publicKey,
    name,
    platform,
    createdAt,
    revokedAt: null,
  }
  const answer = {
    iss: origin,
    transcript: enrolment.id,
    device: id,
    user,
    statement: await statement.sequence(),
  }
  const signer = { kid: keys.token().kid, key: keys.token().privateKey }
  const confirmed: Confirmed = { device: await signBound(answer, signer, nodeCrypto) }
  const result = await store.completeEnrolment(
    enrolment.id,
    device,
    policy.devicesPerUser,
    repeats.keep(signature, requestContext(signature), confirmed),
    auditEntry('device.bound', { at: createdAt, actor: id, user, device: id, detail: { platform } }),
  )
  if (result === 'device_limit') throw new HoldfastError('device_limit')
  if (result !== 'completed') throw new HoldfastError('enrolment_refused')
  return confirmed
}

async function confirm(
  head: RequestHead,
  id: string,
  body: unknown,
  tools: Tools,
): Promise<{ device: string }> {
  const { deployment } = tools
  const { origin, store, clock } = deployment
  await limitAnonymous(head.remote, deployment)
  const keyid = claimedKeyId(head)
  const found = await store.findEnrolment(id, clock.now())
  const enrolment = found?.keyThumbprint === keyid ? found : null
  // Once confirmed, the enrolment is gone and its key is the device's: a repeat must still find its answer.
  const bound = await store.findDeviceByKey(keyid)
  const publicKey = enrolment?.publicKey ?? bound?.publicKey
  if (publicKey === undefined) throw new HoldfastError('enrolment_refused')
  const key = { thumbprint: keyid, verifyKey: nodeCrypto.importPublicKey(publicKey) }
  const signature = verifySignature(head, { origin, routeFields: [], key })
  if (bound !== null && bound.revokedAt !== null) throw new HoldfastError('device_revoked')
  const { one_time_text: digits } = parseEnrolmentConfirmation(body)
  return tools.confirmed.once(signature, requestContext(signature), async () => {
    if (enrolment === null) throw new HoldfastError('enrolment_refused')
    await checkText(enrolment, digits, deployment)
    return complete(enrolment, signature, tools)
  })
}

export function createEnrolment(deployment: Deployment, statement: Statement): Enrolment {
  const tools: Tools = {
    deployment,
    statement,
    begun: createRepeats<Begun>(deployment),
    confirmed: createRepeats<Confirmed>(deployment),
  }
  return {
    issue: (input: ActivationInput): Promise<IssuedActivation> => issueActivation(input, deployment),
    async challenge(remote: string): Promise<{ challenge: string }> {
      await limitAnonymous(remote, deployment)
      return { challenge: makeChallenge(deployment) }
    },
    begin: (head: RequestHead, body: unknown): Promise<{ enrolment: string }> => begin(head, body, tools),
    confirm: (head: RequestHead, id: string, body: unknown): Promise<{ device: string }> =>
      confirm(head, id, body, tools),
  }
}
