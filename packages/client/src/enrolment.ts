/**
 * Binding this device (docs/protocol.md 4). Every request is stored before it is sent: whatever is lost or crashes on the
 * way, resuming sends the same bytes again and the service answers what it answered before.
 */
import {
  type ActivationCode,
  activationProof,
  activationProofKey,
  type BoundDevice as BoundAnswer,
  checkPhrase,
  type EnrolmentConfirmation,
  type EnrolmentOffer,
  type EnrolmentRequest,
  type EnrolmentTranscript,
  type ErrorCode,
  errors,
  HoldfastError,
  openBound,
  openOffer,
  parseActivationCode,
  parseEnrolmentConfirmation,
  parseEnrolmentRequest,
  toBase64url,
  transcriptHash,
} from '@holdfast/core'
import * as v from 'valibot'
import { parseJson, readText } from './answer.ts'
import type { NetworkAnswer, Outgoing, StoredKey } from './ports.ts'
import { deviceSigner, jsonDraft, keyError, sendRepeatable, sign } from './request.ts'
import {
  type EnrolledState,
  type EnrollingState,
  fromStoredRequest,
  type State,
  toStoredRequest,
} from './state.ts'
import { ask, type Service } from './statement.ts'

export type EnrolOptions = {
  /** As the user typed it. */
  readonly activationCode: string
  /** What the user sees in the list of devices, 1 to 64 characters. */
  readonly deviceName: string
}

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

export type Enrolment = {
  readonly enrol: (options: EnrolOptions) => Promise<PendingEnrolment>
  readonly resume: () => Promise<PendingEnrolment | BoundDevice>
}

/** Signed refusals after which this enrolment can never be completed. */
const final: ReadonlySet<ErrorCode> = new Set(['activation_refused', 'enrolment_refused'])

const challengeSchema = v.object({ challenge: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,128}$/)) })
const offerSchema = v.strictObject({ enrolment: v.string() })
const boundSchema = v.strictObject({ device: v.string() })

/** What the schema takes from a 200, else `answer_refused`. */
async function readMember<Value>(
  answer: NetworkAnswer,
  schema: v.GenericSchema<unknown, Value>,
): Promise<Value> {
  const parsed = v.safeParse(schema, parseJson(await readText(answer)))
  if (!parsed.success) throw new HoldfastError('answer_refused')
  return parsed.output
}

export function createEnrolment(service: Service, state: State): Enrolment {
  const { platform, origin, trust } = service
  const { crypto, keystore } = platform

  async function createKey(): Promise<StoredKey & { readonly label: string }> {
    const label = `holdfast-${toBase64url(crypto.random(16))}`
    try {
      return { label, ...(await keystore.create(label)) }
    } catch (cause) {
      throw keyError(cause)
    }
  }

  /** The signed first request with all the state that goes with it. */
  async function prepare({ activationCode, deviceName }: EnrolOptions): Promise<EnrollingState> {
    const code = parseActivationCode(activationCode)
    const { statement } = await service.statement()
    const { challenge } = await ask(service, origin + statement.endpoints.challenge, async (text) => {
      const parsed = v.safeParse(challengeSchema, parseJson(text))
      if (!parsed.success) throw new HoldfastError('answer_refused')
      return parsed.output
    })
    const key = await createKey()
    try {
      return await signFirst(key, { code, challenge, deviceName })
    } catch (error) {
      await keystore.remove(key.label)
      throw error
    }
  }

  async function signFirst(
    key: StoredKey & { readonly label: string },
    { code, challenge, deviceName }: { code: ActivationCode; challenge: string; deviceName: string },
  ): Promise<EnrollingState> {
    const { statement, serviceKey } = await service.statement()
    const transcript: EnrolmentTranscript = {
      deviceKey: key.thumbprint,
      serviceKey,
      issuer: origin,
      challenge,
      platform: platform.name,
      name: deviceName,
    }
    const proof = await activationProof(await activationProofKey(code.secret, crypto), transcript, crypto)
    const body: EnrolmentRequest = {
      code_id: code.id,
      device_key: key.publicJwk,
      challenge,
      platform: platform.name,
      name: deviceName,
      proof,
    }
    const named = { label: key.label, thumbprint: key.thumbprint }
    const draft = jsonDraft(origin + statement.endpoints.enrolments, parseEnrolmentRequest(body))
    const request = await sign(service, draft, deviceSigner(platform, named))
    return {
      version: 1,
      phase: 'enrolling',
      key: named,
      transcript: await transcriptHash(transcript, crypto),
      request: toStoredRequest(request),
      offer: null,
      confirmation: null,
    }
  }

  /** The state of this very enrolment: another tab may have begun or ended one meanwhile. */
  async function own(transcript: string): Promise<EnrollingState> {
    const now = await state.device()
    if (now?.phase !== 'enrolling' || now.transcript !== transcript)
      throw new HoldfastError('enrolment_refused')
    return now
  }

  async function abandon(enrolling: EnrollingState): Promise<void> {
    await own(enrolling.transcript)
    await state.forgetDevice()
    await keystore.remove(enrolling.key.label)
  }

  const answerTrust = (
    enrolling: EnrollingState,
  ): { issuer: string; transcript: string } & Pick<typeof trust, 'keyOf'> => ({
    issuer: origin,
    transcript: enrolling.transcript,
    keyOf: trust.keyOf,
  })

  async function begin(enrolling: EnrollingState): Promise<PendingEnrolment> {
    const offer: EnrolmentOffer = await sendRepeatable(service, {
      request: fromStoredRequest(enrolling.request),
      key: deviceSigner(platform, enrolling.key),
      store: async (request: Outgoing) =>
        state.saveDevice({ ...(await own(enrolling.transcript)), request: toStoredRequest(request) }),
      accept: async (answer) =>
        openOffer((await readMember(answer, offerSchema)).enrolment, answerTrust(enrolling), crypto),
      refused: async (code) => (final.has(code) ? abandon(enrolling) : undefined),
    })
    const { enrolment, sent_to: sentTo, exp: expires } = offer
    const offered = { ...(await own(enrolling.transcript)), offer: { enrolment, sentTo, expires } }
    await state.saveDevice(offered)
    return pending(offered, offered.offer)
  }

  function pending(enrolling: EnrollingState, offer: NonNullable<EnrollingState['offer']>): PendingEnrolment {
    return {
      phase: 'enrolling',
      checkPhrase: checkPhrase(enrolling.transcript),
      sentTo: offer.sentTo,
      expires: offer.expires,
      confirm: (oneTimeText: string) => confirm(enrolling.transcript, oneTimeText),
    }
  }

  async function confirm(transcript: string, oneTimeText: string): Promise<BoundDevice> {
    if (!/^[0-9]{6}$/.test(oneTimeText)) throw new HoldfastError('one_time_text_refused')
    const { statement } = await service.statement()
    const enrolling = await own(transcript)
    if (enrolling.offer === null) throw new HoldfastError('enrolment_refused')
    if (enrolling.confirmation !== null) {
      // How an earlier text was taken is not known: it may have bound this device, so that is settled first.
      const earlier = complete(enrolling, fromStoredRequest(enrolling.confirmation))
      const bound = await earlier.catch((error: unknown) => {
        if (error instanceof HoldfastError && error.code === 'one_time_text_refused') return null
        throw error
      })
      if (bound !== null) return bound
    }
    const url = `${origin}${statement.endpoints.enrolments}/${enrolling.offer.enrolment}/confirm`
    const body: EnrolmentConfirmation = parseEnrolmentConfirmation({ one_time_text: oneTimeText })
    const request = await sign(service, jsonDraft(url, body), deviceSigner(platform, enrolling.key))
    const stored = { ...enrolling, confirmation: toStoredRequest(request) }
    await state.saveDevice(stored)
    return complete(stored, request)
  }

  async function complete(enrolling: EnrollingState, request: Outgoing): Promise<BoundDevice> {
    const bound: BoundAnswer = await sendRepeatable(service, {
      request,
      key: deviceSigner(platform, enrolling.key),
      store: async (renewed: Outgoing) =>
        state.saveDevice({ ...(await own(enrolling.transcript)), confirmation: toStoredRequest(renewed) }),
      accept: async (answer) =>
        openBound((await readMember(answer, boundSchema)).device, answerTrust(enrolling), crypto),
      async refused(code) {
        if (final.has(code)) return abandon(enrolling)
        if (errors[code].retry !== 'never') return
        await state.saveDevice({ ...(await own(enrolling.transcript)), confirmation: null })
      },
    })
    await own(enrolling.transcript)
    const { device, user } = bound
    const enrolled: EnrolledState = { version: 1, phase: 'enrolled', key: enrolling.key, device, user }
    await state.saveDevice(enrolled)
    await state.raiseFloor(bound.statement)
    return { phase: 'enrolled', device, user }
  }

  return {
    async enrol(options: EnrolOptions): Promise<PendingEnrolment> {
      const before = await state.device()
      if (before?.phase === 'enrolled') throw new HoldfastError('already_enrolled')
      const enrolling = await prepare(options)
      await state.saveDevice(enrolling)
      // An enrolment given up, or a device the service removed: nothing is bound to that key that could still be used.
      if (before !== null) await keystore.remove(before.key.label).catch(() => undefined)
      return begin(enrolling)
    },

    async resume(): Promise<PendingEnrolment | BoundDevice> {
      const before = await state.device()
      if (before === null) throw new HoldfastError('not_enrolled')
      if (before.phase === 'revoked') throw new HoldfastError('device_revoked')
      if (before.phase !== 'enrolling') return { phase: 'enrolled', device: before.device, user: before.user }
      if (before.confirmation !== null) return complete(before, fromStoredRequest(before.confirmation))
      return before.offer === null ? begin(before) : pending(before, before.offer)
    },
  }
}
