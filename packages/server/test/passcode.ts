/** A phone that sets, tries and changes passcodes, with the client half of the library the service uses. */
import {
  deviceGrant,
  finishProof,
  fromBase64url,
  fromUtf8,
  type LoginChallenge,
  openRelease,
  opaqueIdentifiers,
  passcodeGrant,
  type RegistrationChallenge,
  releaseKey,
  type ShareRelease,
  type TokenResponse,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { client as opaque } from '@serenity-kit/opaque'
import type { Deployment } from '../src/deployment.ts'
import type { OwnAnswer } from '../src/http.ts'
import { defaultPolicy, type Policy } from '../src/policy.ts'
import { createServer, type HoldfastServer } from '../src/server.ts'
import {
  bindPhone,
  createKey,
  createStage,
  origin,
  send,
  type Sent,
  type Stage,
  type TestKey,
} from './stage.ts'

/** A service, or one of its nodes. */
export type House = { readonly stage: Stage; readonly server: Pick<HoldfastServer, 'answer'> }
export type OpenHouse = House & { readonly server: HoldfastServer }
export type Phone = { readonly key: TestKey; readonly device: string }

/** Its rate of calls is that of a test. */
export async function openHouse(
  policy: Partial<Policy> = {},
  parts: Partial<Deployment> = {},
): Promise<OpenHouse> {
  const session = { ...defaultPolicy.session, unlocksPerMinute: 10_000 }
  const stage = await createStage({ session, devicesPerUser: 1000, ...policy }, parts)
  return { stage, server: await createServer(stage.deployment) }
}

/** Another node on the same stores. */
export async function nextDoor({ stage }: House): Promise<OpenHouse> {
  return { stage, server: await createServer(stage.deployment) }
}

export async function newPhone({ stage }: House, user?: string): Promise<Phone> {
  return bindPhone(stage, user)
}

/** The JSON of an answer; the code of a refusal under `error`. */
export type Told = Readonly<Record<string, unknown>> & { readonly status: number; readonly error?: string }

export function told({ status, fields, body }: OwnAnswer): Told {
  const error = fields.find(([name]) => name === 'holdfast-error')?.[1]
  const said = fromUtf8(body)
  const json = said === '' ? {} : (JSON.parse(said) as Record<string, unknown>)
  return { ...json, status, ...(error === undefined ? {} : { error }) }
}

export function isSigned({ fields }: OwnAnswer): boolean {
  return fields.some(([name]) => name.toLowerCase() === 'signature')
}

export type Signer = { readonly key: TestKey; readonly authorization?: string }

export async function signed(
  { stage }: House,
  { key, authorization }: Signer,
  target: string,
  json: unknown,
): Promise<Sent> {
  return send(stage, key, {
    method: 'POST',
    target: `/holdfast/${target}`,
    json,
    ...(authorization === undefined ? {} : { authorization }),
  })
}

export async function deliver({ server }: House, { head, json }: Sent): Promise<Told> {
  return told(await server.answer(head, utf8(JSON.stringify(json))))
}

/** What became of it: the status, or the code of the refusal. */
export function outcome({ status, error }: Told): string {
  return error ?? String(status)
}

export async function post(house: House, signer: Signer, target: string, json: unknown): Promise<Told> {
  return deliver(house, await signed(house, signer, target, json))
}

/** An access token by the device key alone. */
export async function unlock(house: House, { key }: Phone): Promise<TokenResponse> {
  const { jwk } = await createKey()
  const answer = await post(house, { key }, 'token', { grant_type: deviceGrant, session_key: jwk })
  if (answer.status !== 200) throw new Error(`not unlocked: ${answer.error}`)
  return answer as unknown as TokenResponse
}

/** Cheap to compute, where the cost is not what is tested. The service never sees it. */
const quick = { 'argon2id-custom': { memory: 64, iterations: 1, parallelism: 1 } }
export type Stretching = Parameters<typeof opaque.finishLogin>[0]['keyStretching']

const identifiersOf = ({ key }: Phone): { client: string; server: string } =>
  opaqueIdentifiers(key.thumbprint, origin)

export type Registered = { readonly record: string; readonly exportKey: string }
export type Registering = {
  readonly authorization: string
  readonly attemptKey?: TestKey
  readonly keyStretching?: Stretching
}

export async function register(
  house: House,
  phone: Phone,
  passcode: string,
  { authorization, attemptKey, keyStretching = quick }: Registering,
): Promise<Registered> {
  const signer = { key: phone.key, authorization }
  const { clientRegistrationState, registrationRequest } = opaque.startRegistration({ password: passcode })
  const begun = await post(house, signer, 'passcode/registrations', { request: registrationRequest })
  if (begun.status !== 200) throw new Error(`not begun: ${begun.error}`)
  const { record, response } = begun as unknown as RegistrationChallenge
  const { registrationRecord, exportKey } = opaque.finishRegistration({
    password: passcode,
    clientRegistrationState,
    registrationResponse: response,
    identifiers: identifiersOf(phone),
    keyStretching,
  })
  const finished = await post(house, signer, `passcode/registrations/${record}`, {
    upload: registrationRecord,
    ...(attemptKey === undefined ? {} : { attempt_key: attemptKey.jwk }),
  })
  if (finished.status !== 200) throw new Error(`not registered: ${finished.error}`)
  return { record, exportKey }
}

export type Guess = { readonly state: string; readonly body: { record: string; ke1: string } }

/** A first message; another each time, also for the same passcode. */
export function guess(record: string, passcode: string, approval?: string): Guess {
  const { clientLoginState: state, startLoginRequest: ke1 } = opaque.startLogin({ password: passcode })
  return { state, body: { record, ke1, ...(approval === undefined ? {} : { approval }) } }
}

export const wrongPasscode = '000000'

/** One wrong guess: the service computes an answer, the phone sees that it was wrong. */
export function tryOnce(house: House, { key }: Signer, record: string): Promise<Told> {
  return post(house, { key }, 'passcode/logins', guess(record, wrongPasscode).body)
}

/** One after the other; what became of each. */
export async function tryAll(house: House, signer: Signer, record: string, times: number): Promise<string[]> {
  const outcomes: string[] = []
  for (let i = 0; i < times; i++) outcomes.push(outcome(await tryOnce(house, signer, record)))
  return outcomes
}

export type Login = LoginChallenge & {
  readonly ke3: string
  readonly sessionKey: Uint8Array
  readonly exportKey: string
}

/** What the phone makes of the answer; null when the passcode was wrong. */
export function complete(
  phone: Phone,
  passcode: string,
  { state }: Guess,
  challenge: LoginChallenge,
  keyStretching: Stretching = quick,
): Login | null {
  const finished = opaque.finishLogin({
    password: passcode,
    clientLoginState: state,
    loginResponse: challenge.ke2,
    identifiers: identifiersOf(phone),
    keyStretching,
  })
  if (finished === undefined) return null
  const { finishLoginRequest: ke3, sessionKey, exportKey } = finished
  return { ...challenge, ke3, exportKey, sessionKey: fromBase64url(sessionKey) }
}

/** The first call of a login, right so far. */
export async function begin(
  house: House,
  phone: Phone,
  { record, passcode, approval, signer = { key: phone.key }, keyStretching }: Trying,
): Promise<Login> {
  const made = guess(record, passcode, approval)
  const answer = await post(house, signer, 'passcode/logins', made.body)
  if (answer.status !== 200) throw new Error(`not begun: ${answer.error}`)
  const login = complete(phone, passcode, made, answer as unknown as LoginChallenge, keyStretching)
  if (login === null) throw new Error('the passcode is wrong')
  return login
}
export type Trying = {
  readonly record: string
  readonly passcode: string
  /** The one it is to approve. */
  readonly approval?: string
  readonly signer?: Signer
  readonly keyStretching?: Stretching
}

export async function finishBody(
  { login, ke3, sessionKey }: Login,
  { key }: Signer,
  held = 0,
): Promise<{ ke3: string; proof: string; held: number }> {
  const proof = await finishProof(sessionKey, { login, signer: key.thumbprint, held }, nodeCrypto)
  return { ke3, proof, held }
}

export type Proved = { readonly login: string; readonly release: ShareRelease; readonly exportKey: string }

/** A whole login. */
export async function prove(house: House, phone: Phone, trying: Trying, held = 0): Promise<Proved> {
  const { signer = { key: phone.key } } = trying
  const login = await begin(house, phone, trying)
  const body = await finishBody(login, signer, held)
  const answer = await post(house, signer, `passcode/logins/${login.login}`, body)
  if (answer.status !== 200) throw new Error(`not proved: ${answer.error}`)
  const key = await releaseKey(login.sessionKey, nodeCrypto)
  const release = await openRelease(key, answer['release'] as string, nodeCrypto)
  return { login: login.login, release, exportKey: login.exportKey }
}

/** The session a proved login opens. */
export async function open(house: House, { key }: Phone, { login, release }: Proved): Promise<TokenResponse> {
  const { jwk } = await createKey()
  const ack = { number: release.number + 1, mark: release.next_mark }
  const answer = await post(house, { key }, 'token', {
    grant_type: passcodeGrant,
    session_key: jwk,
    factor: login,
    ack,
  })
  if (answer.status !== 200) throw new Error(`not opened: ${answer.error}`)
  return answer as unknown as TokenResponse
}

/** A phone with a passcode that a session was opened with. */
export async function phoneWithPasscode(
  house: House,
  passcode: string,
  { user, attemptKey }: { readonly user?: string; readonly attemptKey?: TestKey } = {},
): Promise<{ readonly phone: Phone; readonly record: string; readonly tokens: TokenResponse }> {
  const phone = await newPhone(house, user)
  const { access_token: authorization } = await unlock(house, phone)
  const { record } = await register(house, phone, passcode, {
    authorization,
    ...(attemptKey === undefined ? {} : { attemptKey }),
  })
  const tokens = await open(house, phone, await prove(house, phone, { record, passcode }))
  return { phone, record, tokens }
}

/** What the audit says of passcodes, in order. */
export async function passcodeActions({ stage }: House): Promise<string[]> {
  const entries = await stage.deployment.store.readAudit({ limit: 10_000 })
  return entries.map(({ action }) => action).filter((action) => action.startsWith('passcode.'))
}
