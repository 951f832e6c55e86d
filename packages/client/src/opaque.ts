/**
 * Holdfast's OPAQUE (docs/protocol.md 11): RFC 9807 with the cost of `keyStretching`, an empty context, and identities that tie a record
 * to one device and one service. Portable: no WebCrypto, no WebAssembly but what stands behind the Stretch port.
 */
import { keyStretching, utf8 } from '@holdfast/core'
import type { KeyStretching } from './opaque-envelope.ts'
import { login } from './opaque-login.ts'
import { type RegistrationSetting, register } from './opaque-registration.ts'
import type { Random } from './opaque-suite.ts'
import type { Stretch } from './ports.ts'

export type { Random } from './opaque-suite.ts'

export type OpaqueOptions = {
  /** From core's `opaqueIdentifiers`. */
  readonly identifiers: { readonly client: string; readonly server: string }
  readonly stretch: Stretch
  /** The server's public key of the service statement, 32 octets. */
  readonly serverKey: Uint8Array
}

export type OpaqueRegistration = {
  /** 32 octets. */
  readonly request: Uint8Array
  /**
   * From the 64 octets of the answer: what the server stores (192 octets) and the export key (64), the caller's to wipe. Once.
   * Throws `answer_refused` when the answer is malformed or names another server key.
   */
  readonly finish: (
    response: Uint8Array,
    options: OpaqueOptions,
  ) => Promise<{ readonly upload: Uint8Array; readonly exportKey: Uint8Array }>
}

export type OpaqueLogin = {
  /** 96 octets. */
  readonly ke1: Uint8Array
  /**
   * From the 320 octets of KE2: KE3 (64), session key (64) and export key (64), the keys the caller's to wipe. Once. Throws
   * `passcode_refused` when the passcode is not the registered one, `answer_refused` when KE2 is malformed or not from the server of
   * that registration and that key.
   */
  readonly finish: (
    ke2: Uint8Array,
    options: OpaqueOptions,
  ) => Promise<{ readonly ke3: Uint8Array; readonly sessionKey: Uint8Array; readonly exportKey: Uint8Array }>
}

/** Throws TypeError for a passcode of no or more than 1024 octets. */
export function startRegistration(passcode: string, random: Random): OpaqueRegistration {
  const { request, finish } = register(octets(passcode), random)
  return { request, finish: (response, options) => finish(response, settingOf(options)) }
}

/** Throws TypeError for a passcode of no or more than 1024 octets. */
export function startLogin(passcode: string, random: Random): OpaqueLogin {
  const { ke1, finish } = login(octets(passcode), random)
  const context = new Uint8Array(0)
  return { ke1, finish: (ke2, options) => finish(ke2, { ...settingOf(options), context }) }
}

/**
 * UTF-8 of the passcode in Unicode's form C, so that keyboards which compose letters differently give the same octets (as RFC 8265
 * section 4.2 has it). Nothing else is changed: not case, not width, not spaces. The string itself is the app's, and no string can be zeroed.
 */
function octets(passcode: string): Uint8Array {
  const encoded = utf8(passcode.normalize('NFC'))
  if (encoded.length === 0 || encoded.length > 1024) throw new TypeError('a passcode has 1 to 1024 octets')
  return encoded
}

/** The OPRF output is as good as random to whoever lacks the OPRF key, so no salt makes it better: 16 zero octets. */
function stretchingBy(stretch: Stretch): KeyStretching {
  return (oprfOutput) => stretch(oprfOutput, new Uint8Array(16), keyStretching)
}

function settingOf({ identifiers, stretch, serverKey }: OpaqueOptions): RegistrationSetting {
  const identities = { client: utf8(identifiers.client), server: utf8(identifiers.server) }
  return { identities, stretch: stretchingBy(stretch), serverKey }
}
