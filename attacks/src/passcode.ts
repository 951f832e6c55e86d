/** A passcode as a phone speaks it (docs/protocol.md 11, 13), with the client half of the library the service uses. */
import {
  finishProof,
  fromBase64url,
  openRelease,
  opaqueIdentifiers,
  type PublicJwk,
  passcodeGrant,
  type presenceGrant,
  releaseKey,
  type ShareRelease,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { client as opaque, ready } from '@serenity-kit/opaque'
import { enrol, json, type Phone, phoneOf, signedJson, tokensOf, type World } from './phone.ts'
import type { Answer, RawRequest } from './raw.ts'
import { type LabKey, makeKey } from './signer.ts'

await ready

/** As the virtual phone's `insecureFastStretch`: the service never sees it. */
const keyStretching = { 'argon2id-custom': { memory: 8, iterations: 1, parallelism: 1 } }

export const rightPasscode = '739152'
export const wrongPasscode = '000000'

/** Who logs in: a device, and the key that signs for it. */
export type Bound = Pick<Phone, 'deviceKey'>

/** What a phone keeps of one passcode. `held`: the number of the share its wrap needs. Copied, it is what a thief has. */
export type Way = { readonly record: string; readonly passcode: string; readonly held: number }

function identifiersOf(
  world: Pick<World, 'origin'>,
  { deviceKey }: Bound,
): { client: string; server: string } {
  return opaqueIdentifiers(deviceKey.thumbprint, world.origin)
}

/** A POST of JSON with the token, signed by the device key. */
export async function postAsDevice(
  world: World,
  phone: Phone,
  target: string,
  body: unknown,
): Promise<Answer> {
  const fields = [['Content-Type', 'application/json'] as const]
  const draft = { method: 'POST', target, fields, body: JSON.stringify(body) }
  return world.send(await phone.signed(draft, {}, 'device'))
}

/** Another passcode beside the one before, until a session is opened with it. */
export async function registerPasscode(
  world: World,
  phone: Phone,
  passcode: string,
  attemptKey?: PublicJwk,
): Promise<Way> {
  const { clientRegistrationState, registrationRequest } = opaque.startRegistration({ password: passcode })
  const calls = '/holdfast/passcode/registrations'
  const begun = json(await postAsDevice(world, phone, calls, { request: registrationRequest }))
  const { registrationRecord } = opaque.finishRegistration({
    password: passcode,
    clientRegistrationState,
    registrationResponse: begun['response'] as string,
    identifiers: identifiersOf(world, phone),
    keyStretching,
  })
  const record = begun['record'] as string
  const finish = { upload: registrationRecord, ...(attemptKey && { attempt_key: attemptKey }) }
  json(await postAsDevice(world, phone, `${calls}/${record}`, finish))
  return { record, passcode, held: 0 }
}

export type Guess = { readonly state: string; readonly request: RawRequest }

/** The first message of a login; another one each time. `approval`: what it is to approve, and then nothing else. */
export async function guess(
  world: World,
  key: LabKey,
  { record, passcode, approval }: Pick<Way, 'record' | 'passcode'> & { readonly approval?: string },
): Promise<Guess> {
  const { clientLoginState: state, startLoginRequest: ke1 } = opaque.startLogin({ password: passcode })
  const body = { record, ke1, ...(approval !== undefined && { approval }) }
  return { state, request: await signedJson(world, key, '/holdfast/passcode/logins', body) }
}

/** A guess of which nobody sends the second message. */
export async function halfGuess(world: World, { deviceKey }: Bound, record: string): Promise<Answer> {
  return world.send((await guess(world, deviceKey, { record, passcode: wrongPasscode })).request)
}

export type Login = {
  readonly login: string
  readonly ke3: string
  readonly sessionKey: Uint8Array
  readonly exportKey: Uint8Array
}

/** What the phone makes of the answer to its first message. Throws for a wrong passcode. */
export function completeLogin(
  world: World,
  phone: Bound,
  { state, answer, passcode }: { readonly state: string; readonly answer: Answer; readonly passcode: string },
): Login {
  const { login, ke2 } = json(answer) as { login: string; ke2: string }
  const finished = opaque.finishLogin({
    password: passcode,
    clientLoginState: state,
    loginResponse: ke2,
    identifiers: identifiersOf(world, phone),
    keyStretching,
  })
  if (finished === undefined) throw new Error('this is not the passcode')
  const { finishLoginRequest: ke3, sessionKey, exportKey } = finished
  return { login, ke3, sessionKey: fromBase64url(sessionKey), exportKey: fromBase64url(exportKey) }
}

export async function beginLogin(
  world: World,
  phone: Bound,
  way: Way,
  key: LabKey = phone.deviceKey,
): Promise<Login> {
  const { state, request } = await guess(world, key, way)
  return completeLogin(world, phone, { state, answer: await world.send(request), passcode: way.passcode })
}

/** The last message. `said` is sent in place of what the proof was made of. */
export async function finishRequest(
  world: World,
  key: LabKey,
  { login, ke3, sessionKey }: Login,
  held: number,
  said: { readonly held?: number; readonly signer?: LabKey } = {},
): Promise<RawRequest> {
  const proof = await finishProof(sessionKey, { login, signer: key.thumbprint, held }, nodeCrypto)
  const body = { ke3, proof, held: said.held ?? held }
  return signedJson(world, said.signer ?? key, `/holdfast/passcode/logins/${login}`, body)
}

/** A factor the service took, and what it released. */
export type Proved = { readonly factor: string; readonly release: ShareRelease }

export async function releaseOf({ login, sessionKey }: Login, answer: Answer): Promise<Proved> {
  const key = await releaseKey(sessionKey, nodeCrypto)
  return { factor: login, release: await openRelease(key, json(answer)['release'] as string, nodeCrypto) }
}

/** A whole login. */
export async function logIn(
  world: World,
  phone: Bound,
  way: Way,
  key: LabKey = phone.deviceKey,
): Promise<Proved> {
  const login = await beginLogin(world, phone, way, key)
  return releaseOf(login, await world.send(await finishRequest(world, key, login, way.held)))
}

/** The code a login is refused with, at whichever of its messages; null when it worked. */
export async function loginRefusal(world: World, phone: Bound, way: Way): Promise<Answer['code']> {
  const { state, request } = await guess(world, phone.deviceKey, way)
  const answer = await world.send(request)
  if (answer.code !== null) return answer.code
  const login = completeLogin(world, phone, { state, answer, passcode: way.passcode })
  return (await world.send(await finishRequest(world, phone.deviceKey, login, way.held))).code
}

type Grant = typeof passcodeGrant | typeof presenceGrant

/** The token request a proved factor opens one session with. */
export async function grantRequest(
  world: World,
  key: LabKey,
  { factor, release }: Proved,
  { grant = passcodeGrant, sessionKey }: { readonly grant?: Grant; readonly sessionKey: LabKey },
): Promise<RawRequest> {
  const ack = { number: release.number + 1, mark: release.next_mark }
  const body = { grant_type: grant, session_key: sessionKey.jwk, factor, ack }
  return signedJson(world, key, '/holdfast/token', body)
}

/** The session this factor opens. */
export async function openWith(
  world: World,
  phone: Phone,
  proved: Proved,
  grant: Grant = passcodeGrant,
): Promise<Phone> {
  const sessionKey = await makeKey()
  const request = await grantRequest(world, phone.deviceKey, proved, { grant, sessionKey })
  return phoneOf(world, phone, { sessionKey, tokens: tokensOf(await world.send(request)) })
}

export type Unlocked = { readonly phone: Phone; readonly way: Way }

/** Login, wrap under the next share, session. */
export async function unlockByPasscode(world: World, { phone, way }: Unlocked): Promise<Unlocked> {
  const proved = await logIn(world, phone, way)
  return { phone: await openWith(world, phone, proved), way: { ...way, held: way.held + 1 } }
}

/** A phone whose session was opened with its passcode. `attemptKey`: also registered. */
export async function enrolWithPasscode(
  world: World,
  {
    user,
    attemptKey,
    passcode = rightPasscode,
  }: { readonly user?: string; readonly attemptKey?: PublicJwk; readonly passcode?: string } = {},
): Promise<Unlocked> {
  const phone = await enrol(world, user)
  const way = await registerPasscode(world, phone, passcode, attemptKey)
  return unlockByPasscode(world, { phone, way })
}
