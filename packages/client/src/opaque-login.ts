/** The client of OPAQUE's login (RFC 9807 section 6): password to session key, each side proved to the other. */
import { concat, equal, HoldfastError } from '@holdfast/core'
import { authClientFinalize } from './opaque-ake.ts'
import { envelopeLength, randomizePassword, type Recovered, recover } from './opaque-envelope.ts'
import type { RegistrationSetting } from './opaque-registration.ts'
import {
  blindPassword,
  checkElement,
  deriveKeyPair,
  fields,
  type Random,
  singleUse,
  sizes,
  wipe,
} from './opaque-suite.ts'

/** As at the registration, or it does not open. */
export type LoginSetting = RegistrationSetting & { readonly context: Uint8Array }

export type Login = {
  /** 96 octets. */
  readonly ke1: Uint8Array
  /**
   * GenerateKE3: KE2 (320 octets) → KE3 (64), session key (64) and export key (64), the keys being the caller's to wipe. Once. Throws
   * `passcode_refused` when the envelope does not open, `answer_refused` when KE2 is malformed, of another server, or not from one who
   * has the key it names: none of these says anything about the password.
   */
  readonly finish: (
    ke2: Uint8Array,
    setting: LoginSetting,
  ) => Promise<{ ke3: Uint8Array; sessionKey: Uint8Array; exportKey: Uint8Array }>
}

const credentialResponseLength = sizes.element + sizes.nonce + sizes.element + envelopeLength

/** GenerateKE1. `password` is this function's from now on: zeroed after {@link Login.finish}. */
export function login(password: Uint8Array, random: Random): Login {
  const { blind, request } = blindPassword(password, random)
  const clientNonce = random(sizes.nonce)
  const seed = random(sizes.seed)
  const ephemeral = deriveKeyPair(seed)
  wipe(seed)
  const ke1 = concat(request, clientNonce, ephemeral.publicKey)
  const use = singleUse({ password, blind, clientSecret: ephemeral.secretKey })

  return {
    ke1: ke1.slice(),
    finish: (ke2, setting) =>
      use(async ({ clientSecret, ...secrets }) => {
        const said = parseKe2(ke2)
        const randomized = await randomizePassword(secrets, said.evaluated, setting.stretch)
        let recovered: Recovered | undefined
        try {
          recovered = recover(randomized, said.masked, setting.identities)
          const { serverPublicKey, clientKeys, exportKey } = recovered
          // What opened says whom the user registered with; the statement says who that is today.
          if (!equal(serverPublicKey, setting.serverKey)) throw new HoldfastError('answer_refused')
          const { context, identities } = setting
          const keys = { clientSecret, clientPrivateKey: clientKeys.secretKey, serverPublicKey }
          const agreed = authClientFinalize(keys, { ...said, context, identities, ke1 }, said.serverMac)
          return { ...agreed, exportKey: exportKey.slice() }
        } finally {
          wipe(randomized, recovered?.clientKeys.secretKey, recovered?.exportKey)
        }
      }),
  }
}

function parseKe2(ke2: Uint8Array) {
  const { credentialResponse, serverNonce, serverKeyshare, serverMac } = fields(ke2, {
    credentialResponse: credentialResponseLength,
    serverNonce: sizes.nonce,
    serverKeyshare: sizes.element,
    serverMac: sizes.mac,
  })
  const { evaluated, nonce, response } = fields(credentialResponse, {
    evaluated: sizes.element,
    nonce: sizes.nonce,
    response: sizes.element + envelopeLength,
  })
  checkElement(evaluated)
  checkElement(serverKeyshare)
  return {
    credentialResponse,
    evaluated,
    masked: { nonce, response },
    serverNonce,
    serverKeyshare,
    serverMac,
  }
}
