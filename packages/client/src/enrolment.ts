/**
 * Binding this device (docs/protocol.md 4). Every request is stored before it is sent: whatever is lost or crashes on the
 * way, resuming sends the same bytes again and the service answers what it answered before.
 */
import {
  checkPhrase,
  type EnrolmentAnswerTrust,
  type ErrorCode,
  errors,
  HoldfastError,
  openBound,
  openOffer,
  parseEnrolmentConfirmation,
} from '@holdfast/core'
import * as v from 'valibot'
import { type EnrolOptions, prepareActivation } from './activation.ts'
import { parseJson, readText } from './answer.ts'
import { discard } from './discard.ts'
import type { NetworkAnswer, Outgoing } from './ports.ts'
import { deviceSigner, jsonDraft, sendRepeatable, sign } from './request.ts'
import { type EnrollingState, fromStoredRequest, type State, toStoredRequest } from './state.ts'
import type { Service } from './statement.ts'

export type BoundDevice = { readonly phase: 'enrolled'; readonly device: string; readonly user: string }

export type PendingEnrolment = {
  readonly phase: 'enrolling'
  /** Two words: the user compares them with those in the text message before typing its digits. */
  readonly checkPhrase: string
  /** The last digits of where the text went. */
  readonly sentTo: string
  /** Seconds since 1970, by the service's clock. */
  readonly expires: number
  /** Rejects with `one_time_text_refused` (ask again), `enrolment_refused` (start again), `device_limit`, `rate_limited`. */
  confirm(oneTimeText: string): Promise<BoundDevice>
}

export type EnrolmentTools = { readonly service: Service; readonly state: State }

/** Signed refusals after which this enrolment can never be completed. */
const final: ReadonlySet<ErrorCode> = new Set(['activation_refused', 'enrolment_refused', 'device_revoked'])

const offerSchema = v.strictObject({ enrolment: v.string() })
const boundSchema = v.strictObject({ device: v.string() })

/** What the schema takes from a 200, else `answer_refused`. The JWS in it is its proof. */
async function read<Value>(answer: NetworkAnswer, schema: v.GenericSchema<unknown, Value>): Promise<Value> {
  const parsed = v.safeParse(schema, parseJson(await readText(answer)))
  if (!parsed.success) throw new HoldfastError('answer_refused')
  return parsed.output
}

function answerTrust({ origin, trust }: Service, { transcript }: EnrollingState): EnrolmentAnswerTrust {
  return { issuer: origin, transcript, keyOf: trust.keyOf }
}

/** The state of this very enrolment: another tab may have begun or ended one meanwhile. */
async function current(state: State, transcript: string): Promise<EnrollingState> {
  const now = await state.device()
  if (now?.phase === 'enrolling' && now.transcript === transcript) return now
  throw new HoldfastError('enrolment_refused')
}

async function update(
  state: State,
  { transcript }: EnrollingState,
  change: Partial<Pick<EnrollingState, 'request' | 'offer' | 'confirmation'>>,
): Promise<void> {
  await state.saveDevice({ ...(await current(state, transcript)), ...change })
}

/** What this device was before, it is again. */
async function abandon({ service, state }: EnrolmentTools, enrolling: EnrollingState): Promise<void> {
  await current(state, enrolling.transcript)
  await state.forgetDevice()
  if (enrolling.before !== undefined) await state.saveDevice(enrolling.before)
  await service.platform.keystore.remove(enrolling.key.label)
}

function pending(
  tools: EnrolmentTools,
  { transcript }: EnrollingState,
  { sentTo, expires }: NonNullable<EnrollingState['offer']>,
): PendingEnrolment {
  return {
    phase: 'enrolling',
    checkPhrase: checkPhrase(transcript),
    sentTo,
    expires,
    confirm: (oneTimeText: string) =>
      confirm({ ...tools, service: tools.service.errand() }, transcript, oneTimeText),
  }
}

/** Sends the first request, for the first time or again. */
async function begin(tools: EnrolmentTools, enrolling: EnrollingState): Promise<PendingEnrolment> {
  const { service, state } = tools
  const { platform } = service
  const offer = await sendRepeatable(service, {
    request: fromStoredRequest(enrolling.request),
    key: deviceSigner(platform, enrolling.key),
    store: (request) => update(state, enrolling, { request: toStoredRequest(request) }),
    accept: async (answer) => {
      const { enrolment } = await read(answer, offerSchema)
      return openOffer(enrolment, answerTrust(service, enrolling), platform.crypto)
    },
    refused: async (code) => (final.has(code) ? abandon(tools, enrolling) : undefined),
  })
  const kept = { enrolment: offer.enrolment, sentTo: offer.sent_to, expires: offer.exp }
  await update(state, enrolling, { offer: kept })
  return pending(tools, enrolling, kept)
}

/** Sends the second request, for the first time or again. */
async function complete(
  tools: EnrolmentTools,
  enrolling: EnrollingState,
  request: Outgoing,
): Promise<BoundDevice> {
  const { service, state } = tools
  const { platform } = service
  const { device, user, statement } = await sendRepeatable(service, {
    request,
    key: deviceSigner(platform, enrolling.key),
    store: (renewed) => update(state, enrolling, { confirmation: toStoredRequest(renewed) }),
    accept: async (answer) => {
      const bound = await read(answer, boundSchema)
      return openBound(bound.device, answerTrust(service, enrolling), platform.crypto)
    },
    async refused(code) {
      if (final.has(code)) return abandon(tools, enrolling)
      if (errors[code].retry === 'never') await update(state, enrolling, { confirmation: null })
    },
  })
  await current(state, enrolling.transcript)
  await state.saveDevice({ version: 1, phase: 'enrolled', key: enrolling.key, device, user })
  await state.raiseFloor(statement)
  await replace(service, enrolling, device)
  return { phase: 'enrolled', device, user }
}

/**
 * Only now goes what the device before left here: nothing that is still bound opens it. What could not be removed is at the next
 * unlock.
 */
async function replace(
  { platform, origin }: Service,
  { before }: EnrollingState,
  device: string,
): Promise<void> {
  if (before !== undefined) await platform.keystore.remove(before.key.label).catch(() => undefined)
  await discard(platform, origin, device).catch(() => undefined)
}

/** How an earlier text was taken, when that is not known: it may have bound this device. Null when it was wrong. */
async function settleEarlier(tools: EnrolmentTools, enrolling: EnrollingState): Promise<BoundDevice | null> {
  if (enrolling.confirmation === null) return null
  try {
    return await complete(tools, enrolling, fromStoredRequest(enrolling.confirmation))
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'one_time_text_refused') return null
    throw error
  }
}

async function confirm(tools: EnrolmentTools, transcript: string, oneTimeText: string): Promise<BoundDevice> {
  if (!/^[0-9]{6}$/.test(oneTimeText)) throw new HoldfastError('one_time_text_refused')
  const { service, state } = tools
  const enrolling = await current(state, transcript)
  if (enrolling.offer === null) throw new HoldfastError('enrolment_refused')
  const earlier = await settleEarlier(tools, enrolling)
  if (earlier !== null) return earlier
  const { statement } = await service.statement()
  const url = `${service.origin}${statement.endpoints.enrolments}/${enrolling.offer.enrolment}/confirm`
  const draft = jsonDraft(url, parseEnrolmentConfirmation({ one_time_text: oneTimeText }))
  const request = await sign(service, draft, deviceSigner(service.platform, enrolling.key))
  await update(state, enrolling, { confirmation: toStoredRequest(request) })
  return complete(tools, enrolling, request)
}

export async function enrol(tools: EnrolmentTools, options: EnrolOptions): Promise<PendingEnrolment> {
  const { service, state } = tools
  const before = await state.device()
  if (before?.phase === 'enrolled') throw new HoldfastError('already_enrolled')
  const prepared = await prepareActivation(service, options)
  const replaced = before?.phase === 'enrolling' ? before.before : (before ?? undefined)
  const enrolling = replaced === undefined ? prepared : { ...prepared, before: replaced }
  await state.saveDevice(enrolling)
  // An enrolment given up: nothing that could still be used is bound to that key.
  if (before?.phase === 'enrolling')
    await service.platform.keystore.remove(before.key.label).catch(() => undefined)
  return begin(tools, enrolling)
}

export async function resumeEnrolment(tools: EnrolmentTools): Promise<PendingEnrolment | BoundDevice> {
  const before = await tools.state.device()
  if (before === null) throw new HoldfastError('not_enrolled')
  if (before.phase === 'revoked') throw new HoldfastError('device_revoked')
  if (before.phase === 'unproven') throw new HoldfastError('identity_proof_required')
  if (before.phase !== 'enrolling') return { phase: 'enrolled', device: before.device, user: before.user }
  if (before.confirmation !== null) return complete(tools, before, fromStoredRequest(before.confirmation))
  return before.offer === null ? begin(tools, before) : pending(tools, before, before.offer)
}
