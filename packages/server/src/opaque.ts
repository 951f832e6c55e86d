/**
 * The server's half of OPAQUE (RFC 9807, ristretto255-SHA512), by @serenity-kit/opaque: opaque-ke in WebAssembly, audited. Octets are
 * b64u, as in core/passcode.ts; the KSF runs on the device alone. The WASM runs on this thread: a login start takes under a millisecond.
 */
import { HoldfastError } from '@holdfast/core'
import { ready, server } from '@serenity-kit/opaque'

/** Before it resolved nothing here may be called: the module is compiled once for a process. */
export const opaqueReady: Promise<void> = ready

/** OPRF seed and key pair of a service; a secret. */
export function createOpaqueSetup(): string {
  return server.createSetup()
}

/** Throws TypeError for what is no setup; the message shows nothing of it. */
export function opaquePublicKey(setup: string): string {
  try {
    return server.getPublicKey(setup)
  } catch {
    // No cause: a parser's message may quote its input.
    throw new TypeError('not an OPAQUE setup')
  }
}

/** A record under one service: `record` is the credential identifier, which its OPRF key comes from (RFC 9807 section 5.1.2). */
export type OpaqueRecord = { readonly setup: string; readonly record: string }
export type OpaqueIdentifiers = { readonly client: string; readonly server: string }

/** Throws `bad_request` for a request that is no group element. */
export function answerRegistration({ setup, record }: OpaqueRecord, request: string): string {
  return refusing('bad_request', () =>
    server.createRegistrationResponse({
      serverSetup: setup,
      userIdentifier: record,
      registrationRequest: request,
    }),
  ).registrationResponse
}

/** `state` is secret: it makes the session key. Throws `bad_request` for a KE1 that is none. */
export function startOpaqueLogin(
  { setup, record }: OpaqueRecord,
  given: { readonly upload: string; readonly ke1: string; readonly identifiers: OpaqueIdentifiers },
): { readonly state: string; readonly ke2: string } {
  const { serverLoginState: state, loginResponse: ke2 } = refusing('bad_request', () =>
    server.startLogin({
      serverSetup: setup,
      userIdentifier: record,
      registrationRecord: given.upload,
      startLoginRequest: given.ke1,
      identifiers: given.identifiers,
    }),
  )
  return { state, ke2 }
}

/** The session key, 64 octets. Throws `passcode_refused` unless the KE3 proves the passcode; compared in constant time there. */
export function finishOpaqueLogin(
  state: string,
  given: { readonly ke3: string; readonly identifiers: OpaqueIdentifiers },
): string {
  return refusing('passcode_refused', () =>
    server.finishLogin({
      serverLoginState: state,
      finishLoginRequest: given.ke3,
      identifiers: given.identifiers,
    }),
  ).sessionKey
}

function refusing<Result>(code: 'bad_request' | 'passcode_refused', act: () => Result): Result {
  try {
    return act()
  } catch (cause) {
    // What the library refuses is the message; a trap of the module is a defect and says nothing about anybody's passcode.
    if (!(cause instanceof Error) || cause.name === 'RuntimeError') throw cause
    throw new HoldfastError(code, { cause })
  }
}
