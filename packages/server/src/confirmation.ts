/** The second half of enrolment: the one-time text comes back and the device is bound (docs/protocol.md 4.4). */
import { HoldfastError, parseEnrolmentConfirmation, signBound, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry, systemActor } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { bindingOf, findBound } from './device-binding.ts'
import type { RequestHead } from './head.ts'
import { isOneTimeText } from './one-time-text.ts'
import { limitAnonymous } from './rate.ts'
import { createRepeats, requestLock, type Repeats } from './repeat.ts'
import { claimedKeyId, verifySignature, type VerifiedSignature } from './signature.ts'
import { checkStanding } from './standing.ts'
import type { Statement } from './statement.ts'
import type { DeviceRecord, EnrolmentRecord } from './store.ts'

/** The signed binding. Throws `one_time_text_refused`, `rate_limited`, `device_limit` or `enrolment_refused`. */
export type Confirm = (head: RequestHead, id: string, body: unknown) => Promise<{ device: string }>

/** What a confirmed enrolment keeps for its repetition, sealed. */
type Confirmed = { readonly device: string }

type Tools = {
  readonly deployment: Deployment
  readonly statement: Statement
  readonly repeats: Repeats<Confirmed>
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

async function confirmedOf(
  { id, user }: DeviceRecord,
  transcript: string,
  { deployment, statement }: Tools,
): Promise<Confirmed> {
  const { origin, keys } = deployment
  const { kid, privateKey } = keys.token()
  const bound = { iss: origin, transcript, device: id, user, statement: await statement.sequence() }
  return { device: await signBound(bound, { kid, key: privateKey }, nodeCrypto) }
}

async function complete(
  enrolment: EnrolmentRecord,
  signature: VerifiedSignature,
  tools: Tools,
): Promise<Confirmed> {
  const { deployment, repeats } = tools
  const { store, clock, policy } = deployment
  const { user, keyThumbprint, publicKey, name, platform } = enrolment
  const createdAt = clock.now()
  const id = toBase64url(nodeCrypto.random(16))
  const facts = { id, user, keyThumbprint, publicKey, createdAt }
  const device: DeviceRecord = {
    ...facts,
    enrolmentId: enrolment.id,
    name,
    platform,
    revokedAt: null,
    suspendedFor: null,
    binding: bindingOf(facts, deployment.keys),
  }
  const confirmed = await confirmedOf(device, enrolment.id, tools)
  const result = await store.completeEnrolment(
    enrolment.id,
    device,
    policy.devicesPerUser,
    repeats.keep(signature, requestLock(signature), confirmed),
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
  const { deployment, repeats } = tools
  const { origin, store, clock } = deployment
  await limitAnonymous(head.remote, deployment)
  const keyid = claimedKeyId(head)
  const found = await store.findEnrolment(id, clock.now())
  const enrolment = found?.keyThumbprint === keyid ? found : null
  // Once confirmed, the enrolment is gone and its key is the device's: a repeat must still find its answer.
  const bound = await findBound(keyid, deployment)
  const publicKey = enrolment?.publicKey ?? bound?.publicKey
  if (publicKey === undefined) throw new HoldfastError('enrolment_refused')
  const key = { thumbprint: keyid, verifyKey: nodeCrypto.importPublicKey(publicKey) }
  const signature = verifySignature(head, { origin, routeFields: [], key })
  if (bound !== null) checkStanding(bound)
  const { one_time_text: digits } = parseEnrolmentConfirmation(body)
  return repeats.once(signature, requestLock(signature), async () => {
    // A phone that lost the answer and comes back late, when no repetition is kept: its key is bound, and it may know. Only
    // for the enrolment that bound it: under another phone's transcript the answer would make that phone believe it is bound.
    if (bound?.enrolmentId === id) return confirmedOf(bound, id, tools)
    if (enrolment === null) throw new HoldfastError('enrolment_refused')
    await checkText(enrolment, digits, deployment)
    return complete(enrolment, signature, tools)
  })
}

export function createConfirmation(deployment: Deployment, statement: Statement): Confirm {
  const tools: Tools = { deployment, statement, repeats: createRepeats<Confirmed>(deployment) }
  return (head: RequestHead, id: string, body: unknown): Promise<{ device: string }> =>
    confirm(head, id, body, tools)
}
