/** Passkeys (WebAuthn Level 3) as presence keys: what a browser is asked for, and whether what it answers holds (docs/protocol.md 12.3). */
import { fromBase64url, HoldfastError, prfInput, toBase64url } from '@holdfast/core'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import * as v from 'valibot'
import type { PresenceRecord } from './store-factors.ts'

/** Where passkeys of this service may be used, `deployment.web`. */
export type RelyingParty = { readonly origins: readonly string[]; readonly rpId: string }

export type NewPasskey = Pick<PresenceRecord, 'keyName' | 'publicKey' | 'counter' | 'synced'>

// Loaded by those who use it: it takes as long to load as all the rest of a gateway.
const webAuthn = (): Promise<typeof import('@simplewebauthn/server')> => import('@simplewebauthn/server')
const parts = (): Promise<typeof import('@simplewebauthn/server/helpers')> =>
  import('@simplewebauthn/server/helpers')

/** COSE numbers of ES256 and RS256 (RFC 9053, RFC 8812); the latter for authenticators in TPMs that know nothing else. */
const algorithms = [-7, -257]
/** Evaluated by the authenticator, and never told to us: its result is the biometric secret. */
const extensions = { prf: { eval: { first: toBase64url(prfInput) } } }

const text = (most: number): v.GenericSchema<string, string> =>
  v.pipe(v.string(), v.maxLength(most), v.regex(/^[A-Za-z0-9_-]+$/))
const credential = { id: text(1400), rawId: text(1400), type: v.literal('public-key') }
// What else a browser says stays outside, the results of extensions above all.
const created = v.object({
  ...credential,
  response: v.object({ clientDataJSON: text(4096), attestationObject: text(16_384) }),
})
const asserted = v.object({
  ...credential,
  response: v.object({ clientDataJSON: text(4096), authenticatorData: text(4096), signature: text(1400) }),
})

type Asked = { readonly challenge: string; readonly seconds: number }

/** PublicKeyCredentialCreationOptionsJSON. One passkey per device and authenticator: another one takes the place of the first. */
export async function askForPasskey(
  { rpId }: RelyingParty,
  device: { readonly id: string; readonly name: string },
  { challenge, seconds }: Asked,
): Promise<Record<string, unknown>> {
  const { generateRegistrationOptions } = await webAuthn()
  const options = await generateRegistrationOptions({
    rpName: rpId,
    rpID: rpId,
    // Neither says who the user is: both are shown and kept by whoever keeps the passkey.
    userName: device.name,
    userID: new TextEncoder().encode(device.id),
    challenge: new Uint8Array(fromBase64url(challenge)),
    timeout: seconds * 1000,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  })
  return { ...options, extensions }
}

/** PublicKeyCredentialRequestOptionsJSON, for the one passkey that is recorded. */
export async function askPasskey(
  { rpId }: RelyingParty,
  { keyName }: Pick<PresenceRecord, 'keyName'>,
  { challenge, seconds }: Asked,
): Promise<Record<string, unknown>> {
  const { generateAuthenticationOptions } = await webAuthn()
  const options = await generateAuthenticationOptions({
    rpID: rpId,
    allowCredentials: [{ id: keyName }],
    challenge: new Uint8Array(fromBase64url(challenge)),
    timeout: seconds * 1000,
    userVerification: 'required',
  })
  return { ...options, extensions }
}

/** A page of somebody else must not have shown ours in a frame (WebAuthn section 5.8.1 crossOrigin). */
async function checkFrame(clientDataJSON: string): Promise<void> {
  const { decodeClientDataJSON } = await parts()
  const { crossOrigin, topOrigin } = decodeClientDataJSON(clientDataJSON)
  if (crossOrigin === true || topOrigin !== undefined) throw new TypeError('asked for within a frame')
}

/** No attestation was asked for. A certificate chain would be looked after by fetching what addresses it names. */
async function checkPlain(attestationObject: string): Promise<void> {
  const { decodeAttestationObject } = await parts()
  const attestation = decodeAttestationObject(new Uint8Array(fromBase64url(attestationObject)))
  const format = attestation.get('fmt')
  const isOwn = format === 'packed' && attestation.get('attStmt').get('x5c') === undefined
  if (format !== 'none' && !isOwn) throw new TypeError('an attestation nobody asked for')
}

/** `challenge`: b64u of what core's passkeyChallenge makes of the statement. Throws `presence_refused`. */
export async function verifyNewPasskey(
  { origins, rpId }: RelyingParty,
  answer: unknown,
  challenge: string,
): Promise<NewPasskey> {
  return refusing(async () => {
    const { response, ...named } = v.parse(created, answer)
    await checkFrame(response.clientDataJSON)
    await checkPlain(response.attestationObject)
    const said: RegistrationResponseJSON = { ...named, response, clientExtensionResults: {} }
    const { verifyRegistrationResponse } = await webAuthn()
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: said,
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    })
    if (!verified || registrationInfo.credential.id !== named.id) throw new TypeError('another passkey')
    const { credential: passkey, credentialDeviceType } = registrationInfo
    return {
      keyName: passkey.id,
      publicKey: toBase64url(passkey.publicKey),
      counter: passkey.counter,
      synced: credentialDeviceType === 'multiDevice',
    }
  })
}

/** Its signature counter after this use. `challenge` as above. Throws `presence_refused`. */
export async function verifyPasskey(
  { origins, rpId }: RelyingParty,
  presence: NewPasskey,
  { answer, challenge }: { readonly answer: unknown; readonly challenge: string },
): Promise<number> {
  return refusing(async () => {
    const { response, ...named } = v.parse(asserted, answer)
    if (named.id !== presence.keyName) throw new TypeError('another passkey')
    await checkFrame(response.clientDataJSON)
    const said: AuthenticationResponseJSON = { ...named, response, clientExtensionResults: {} }
    const { verifyAuthenticationResponse } = await webAuthn()
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: said,
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id: presence.keyName,
        publicKey: new Uint8Array(fromBase64url(presence.publicKey)),
        counter: presence.counter,
      },
    })
    // Backup eligibility never changes (WebAuthn section 6.1.3): another one means another credential.
    const isSynced = authenticationInfo.credentialDeviceType === 'multiDevice'
    if (!verified || isSynced !== presence.synced) throw new TypeError('it does not verify')
    return authenticationInfo.newCounter
  })
}

/** One code for whatever is wrong: which step failed is for the log alone. */
async function refusing<Value>(verify: () => Promise<Value>): Promise<Value> {
  try {
    return await verify()
  } catch (cause) {
    throw new HoldfastError('presence_refused', { cause })
  }
}
