/** The client of OPAQUE's registration (RFC 9807 section 5). */
import { concat, equal, HoldfastError } from '@holdfast/core'
import { type Identities, type KeyStretching, randomizePassword, store } from './opaque-envelope.ts'
import { blindPassword, checkElement, fields, type Random, singleUse, sizes, wipe } from './opaque-suite.ts'

/** What client and server agree on beside the messages. */
export type RegistrationSetting = {
  readonly identities: Identities
  readonly stretch: KeyStretching
  /** The public key the server must have. */
  readonly serverKey: Uint8Array
}

export type Registration = {
  /** RegistrationRequest, 32 octets. */
  readonly request: Uint8Array
  /**
   * FinalizeRegistrationRequest: RegistrationResponse (64 octets) → RegistrationRecord (192) and the export key (64), which is the
   * caller's to wipe. Once. Throws `answer_refused` for a malformed response and for another server's key.
   */
  readonly finish: (
    response: Uint8Array,
    setting: RegistrationSetting,
  ) => Promise<{ upload: Uint8Array; exportKey: Uint8Array }>
}

/** CreateRegistrationRequest. `password` is this function's from now on: zeroed after {@link Registration.finish}. */
export function register(password: Uint8Array, random: Random): Registration {
  const { blind, request } = blindPassword(password, random)
  const use = singleUse({ password, blind })
  return {
    request,
    finish: (response, { identities, stretch, serverKey }) =>
      use(async (secrets) => {
        const said = fields(response, { evaluated: sizes.element, serverPublicKey: sizes.element })
        // The envelope would carry a stranger's key into every login to come.
        if (!equal(checkElement(said.serverPublicKey), serverKey)) throw new HoldfastError('answer_refused')
        const randomized = await randomizePassword(secrets, checkElement(said.evaluated), stretch)
        try {
          const { clientPublicKey, maskingKey, envelope, exportKey } = store(
            randomized,
            serverKey,
            identities,
            random,
          )
          const upload = concat(clientPublicKey, maskingKey, envelope)
          wipe(maskingKey)
          return { upload, exportKey }
        } finally {
          wipe(randomized)
        }
      }),
  }
}
