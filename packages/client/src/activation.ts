/** The first request of an enrolment: a new key, the transcript, and the proof that this phone knows the code (docs/protocol.md 4.2). */
import {
  type ActivationCode,
  activationProof,
  activationProofKey,
  type EnrolmentRequest,
  type EnrolmentTranscript,
  HoldfastError,
  parseActivationCode,
  parseEnrolmentRequest,
  toBase64url,
  transcriptHash,
} from '@holdfast/core'
import * as v from 'valibot'
import { parseJson } from './answer.ts'
import type { StoredKey } from './ports.ts'
import { deviceSigner, jsonDraft, keyError, sign } from './request.ts'
import { type EnrollingState, toStoredRequest } from './state.ts'
import { ask, type Service } from './statement.ts'

export type EnrolOptions = {
  /** As the user typed it. */
  readonly activationCode: string
  /** What the user sees in the list of devices, 1 to 64 characters. */
  readonly deviceName: string
}

type LabelledKey = StoredKey & { readonly label: string }

const challengeSchema = v.object({ challenge: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,128}$/)) })

async function askChallenge(service: Service): Promise<string> {
  const { statement } = await service.statement()
  return ask(service, service.origin + statement.endpoints.challenge, async (text) => {
    const parsed = v.safeParse(challengeSchema, parseJson(text))
    if (!parsed.success) throw new HoldfastError('answer_refused')
    return parsed.output.challenge
  })
}

/** Each enrolment has a key of its own: beginning another cannot take the key from one that is bound. */
async function createKey({ crypto, keystore }: Service['platform']): Promise<LabelledKey> {
  const label = `holdfast-${toBase64url(crypto.random(16))}`
  try {
    return { label, ...(await keystore.create(label)) }
  } catch (cause) {
    throw keyError(cause)
  }
}

type FirstStep = { readonly code: ActivationCode; readonly deviceName: string; readonly challenge: string }

async function signFirst(service: Service, key: LabelledKey, step: FirstStep): Promise<EnrollingState> {
  const { platform, origin } = service
  const { statement, serviceKey } = await service.statement()
  const { code, deviceName: name, challenge } = step
  const transcript: EnrolmentTranscript = {
    deviceKey: key.thumbprint,
    serviceKey,
    issuer: origin,
    challenge,
    platform: platform.name,
    name,
  }
  const proofKey = await activationProofKey(code.secret, platform.crypto)
  const body: EnrolmentRequest = {
    code_id: code.id,
    device_key: key.publicJwk,
    challenge,
    platform: platform.name,
    name,
    proof: await activationProof(proofKey, transcript, platform.crypto),
  }
  const named = { label: key.label, thumbprint: key.thumbprint }
  const draft = jsonDraft(origin + statement.endpoints.enrolments, parseEnrolmentRequest(body))
  return {
    version: 1,
    phase: 'enrolling',
    key: named,
    transcript: await transcriptHash(transcript, platform.crypto),
    request: toStoredRequest(await sign(service, draft, deviceSigner(platform, named))),
    offer: null,
    confirmation: null,
  }
}

/** Everything up to the point of sending. Rejects with `activation_code_malformed`, or `bad_request` for the name. */
export async function prepareActivation(service: Service, options: EnrolOptions): Promise<EnrollingState> {
  const code = parseActivationCode(options.activationCode)
  // The transcript names the service key, and an old one may have been retired (2.1).
  await service.refetch()
  const challenge = await askChallenge(service)
  const key = await createKey(service.platform)
  try {
    return await signFirst(service, key, { code, deviceName: options.deviceName, challenge })
  } catch (error) {
    await service.platform.keystore.remove(key.label)
    throw error
  }
}
