/** The passcode's calls (docs/protocol.md 11): the service never sees it, and counts every try before it answers. */
import {
  finishProof,
  fromBase64url,
  HoldfastError,
  opaqueIdentifiers,
  openRelease,
  parseLoginChallenge,
  parseLoginResult,
  parseRegistrationChallenge,
  passcodeGrant,
  passcodePaths,
  passcodeWrappingKey,
  type PublicJwk,
  releaseKey,
  type SigningKey,
  toBase64url,
} from '@holdfast/core'
import { readSigned } from './answer.ts'
import { callWithToken } from './call.ts'
import { type OpaqueOptions, type Random, startLogin, startRegistration } from './opaque.ts'
import type { Calling } from './prompt.ts'
import { jsonDraft, postRepeatable } from './request.ts'
import type { Proved } from './share.ts'
import type { EnrolledState } from './state.ts'
import type { Service } from './statement.ts'
import { zero } from './vault-key.ts'

/** Rejects with `passcode_unsupported` where passcodes are not stretched, or not taken. */
async function opaqueOptions(service: Service, { key }: EnrolledState): Promise<OpaqueOptions> {
  const { stretch } = service.platform
  const { opaque } = (await service.statement()).statement
  if (stretch === null || opaque === undefined) throw new HoldfastError('passcode_unsupported')
  const identifiers = opaqueIdentifiers(key.thumbprint, service.origin)
  return { identifiers, stretch, serverKey: fromBase64url(opaque.key) }
}

function randomOf(service: Service): Random {
  return (length) => service.platform.crypto.random(length)
}

async function urlOf(service: Service, path: string): Promise<string> {
  const { statement } = await service.statement()
  return service.origin + statement.endpoints.passcode + path
}

type Try = {
  readonly device: EnrolledState
  /** The device key, or the attempt key of this passcode. */
  readonly signer: SigningKey
  readonly passcode: string
  readonly record: string
}
export type LoginOptions = Try & {
  /** The number of the share the wrap under this passcode needs; 0 while there is none. */
  readonly held: number
}
/** Hears how many tries are left before the next lock, this one counted, and null when it was right. */
export type Counted = (left: number | null) => void

/** Counted by the service, and passed by its own proof here: it is still to be told so. Both keys are the caller's to zero. */
async function passTry(
  service: Service,
  url: string,
  { device, signer, passcode, record, approval }: Try & { readonly approval?: string },
  counted: Counted,
) {
  const options = await opaqueOptions(service, device)
  const opaque = startLogin(passcode, randomOf(service))
  const start = { record, ke1: toBase64url(opaque.ke1), ...(approval === undefined ? {} : { approval }) }
  const { login, ke2, left } = parseLoginChallenge(await postRepeatable(service, url, start, signer))
  counted(left)
  return { login, ...(await opaque.finish(fromBase64url(ke2), options)) }
}

/**
 * One try. Rejects with `passcode_refused`, `passcode_locked`, `passcode_blocked`, `passcode_not_set` and what {@link Proved}'s release is
 * refused with.
 */
export async function logIn(
  service: Service,
  { held, ...given }: LoginOptions,
  counted: Counted,
): Promise<Proved> {
  const { crypto } = service.platform
  const { signer } = given
  const url = await urlOf(service, passcodePaths.logins)
  const { login, ke3, sessionKey, exportKey } = await passTry(service, url, given, counted)
  try {
    const proof = await finishProof(sessionKey, { login, signer: signer.thumbprint, held }, crypto)
    const finish = { ke3: toBase64url(ke3), proof, held }
    const { release } = parseLoginResult(await postRepeatable(service, `${url}/${login}`, finish, signer))
    counted(null)
    return {
      grant: passcodeGrant,
      factor: login,
      release: await openRelease(await releaseKey(sessionKey, crypto), release, crypto),
      wrappingKey: (share, serverShare) =>
        passcodeWrappingKey({ deviceShare: share, serverShare, exportKey }, crypto),
      forget: () => zero(exportKey),
    }
  } catch (error) {
    zero(exportKey)
    throw error
  } finally {
    zero(sessionKey)
  }
}

/** How a login ends that is to approve something: in the proof of that (docs/protocol.md 9.3). */
export type LoginEnd = { readonly login: string; readonly ke3: string; readonly proof: string }

/** One try that opens nothing. Whether it was right is heard with the answer to the proof. Rejects as {@link logIn} does. */
export async function logInFor(
  service: Service,
  given: Try & { readonly approval: string },
  counted: Counted,
): Promise<LoginEnd> {
  const { crypto } = service.platform
  const url = await urlOf(service, passcodePaths.logins)
  const { login, ke3, sessionKey, exportKey } = await passTry(service, url, given, counted)
  try {
    const facts = { login, signer: given.signer.thumbprint, held: 0 }
    return { login, ke3: toBase64url(ke3), proof: await finishProof(sessionKey, facts, crypto) }
  } finally {
    zero(sessionKey, exportKey)
  }
}

/** The id of a new passcode, which is pending until a session was opened with it. Needs a fresh one where there is one already. */
export async function registerPasscode(
  service: Service,
  standing: Calling,
  {
    device,
    passcode,
    attemptKey,
  }: {
    readonly device: EnrolledState
    readonly passcode: string
    readonly attemptKey: PublicJwk | null
  },
): Promise<string> {
  const options = await opaqueOptions(service, device)
  const url = await urlOf(service, passcodePaths.registrations)
  const post = (to: string, body: unknown): Promise<unknown> =>
    callWithToken(service, standing, {
      draft: jsonDraft(to, body),
      signer: 'device',
      timeoutCovers: 'answer',
      accept: (answer, sent) => readSigned(answer, sent, service.trust),
    })
  const opaque = startRegistration(passcode, randomOf(service))
  const { record, response } = parseRegistrationChallenge(
    await post(url, { request: toBase64url(opaque.request) }),
  )
  const { upload, exportKey } = await opaque.finish(fromBase64url(response), options)
  // The login that follows gives it again.
  zero(exportKey)
  const finish = { upload: toBase64url(upload) }
  await post(`${url}/${record}`, attemptKey === null ? finish : { ...finish, attempt_key: attemptKey })
  return record
}

/** Tells the service that the passcode is forgotten: from now on this device needs another activation. */
export async function forgetPasscode(service: Service, signer: SigningKey): Promise<void> {
  await postRepeatable(service, await urlOf(service, passcodePaths.forgotten), {}, signer)
}
