/** WebAuthn's messages as JSON (WebAuthn Level 3, sections 5.1.8 to 5.1.10), by hand: a browser's own toJSON would put the PRF output, a secret, into the answer. */
import { fromBase64url, prfInput, toBase64url } from '@holdfast/core'
import * as v from 'valibot'

/** What is remembered of a passkey: enough to ask for it without the service. */
export type Passkey = { readonly id: Uint8Array; readonly rpId: string }

const octets = v.pipe(
  v.string(),
  v.transform((text) => new Uint8Array(fromBase64url(text))),
)
const descriptor = v.object({
  type: v.literal('public-key'),
  id: octets,
  transports: v.exactOptional(v.array(v.string())),
})
const duration = v.exactOptional(v.pipe(v.number(), v.minValue(0)))

const creationSchema = v.object({
  rp: v.object({ name: v.string(), id: v.exactOptional(v.string()) }),
  user: v.object({ id: octets, name: v.string(), displayName: v.string() }),
  pubKeyCredParams: v.array(v.object({ type: v.literal('public-key'), alg: v.number() })),
  timeout: duration,
  excludeCredentials: v.exactOptional(v.array(descriptor)),
  authenticatorSelection: v.exactOptional(v.record(v.string(), v.unknown())),
  attestation: v.exactOptional(v.string()),
})
const requestSchema = v.object({ rpId: v.exactOptional(v.string()), timeout: duration })

/** Asks for the secret along with the credential. */
const extensions: AuthenticationExtensionsClientInputs = {
  prf: { eval: { first: new Uint8Array(prfInput) } },
}

/** The service's options, for this challenge; user verification is not the service's to leave out. */
export function creationOptions(
  options: Record<string, unknown>,
  challenge: Uint8Array,
): PublicKeyCredentialCreationOptions {
  const { authenticatorSelection, ...parsed } = v.parse(creationSchema, options)
  return {
    ...(parsed as Omit<PublicKeyCredentialCreationOptions, 'challenge'>),
    challenge: new Uint8Array(challenge),
    authenticatorSelection: { ...authenticatorSelection, userVerification: 'required' },
    extensions,
  }
}

/** For this passkey and no other, whatever the service lists: the secret is of this one. */
export function requestOptions(
  { id, rpId }: Passkey,
  options: Record<string, unknown>,
  challenge: Uint8Array,
): PublicKeyCredentialRequestOptions {
  return {
    rpId,
    ...v.parse(requestSchema, options),
    challenge: new Uint8Array(challenge),
    allowCredentials: [{ type: 'public-key', id: new Uint8Array(id) }],
    userVerification: 'required',
    extensions,
  }
}

const text = (buffer: ArrayBuffer): string => toBase64url(new Uint8Array(buffer))

function credentialJson(credential: PublicKeyCredential, response: object): Record<string, unknown> {
  const { id, type, authenticatorAttachment } = credential
  const attachment = authenticatorAttachment === null ? {} : { authenticatorAttachment }
  return { id, rawId: text(credential.rawId), type, response, ...attachment, clientExtensionResults: {} }
}

/** RegistrationResponseJSON. */
export function registrationJson(credential: PublicKeyCredential): Record<string, unknown> {
  const response = credential.response as AuthenticatorAttestationResponse
  return credentialJson(credential, {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports(),
  })
}

/** AuthenticationResponseJSON. */
export function authenticationJson(credential: PublicKeyCredential): Record<string, unknown> {
  const { clientDataJSON, authenticatorData, signature, userHandle } =
    credential.response as AuthenticatorAssertionResponse
  return credentialJson(credential, {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    ...(userHandle === null ? {} : { userHandle: text(userHandle) }),
  })
}

/** The PRF output; null when the authenticator gave none. */
export function secretOf(credential: PublicKeyCredential): Uint8Array | null {
  const first = credential.getClientExtensionResults().prf?.results?.first
  if (first === undefined) return null
  return ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength).slice()
    : new Uint8Array(first).slice()
}

/** True also where the output itself comes with the first assertion only. */
export function hasSecret(credential: PublicKeyCredential): boolean {
  return credential.getClientExtensionResults().prf?.enabled === true
}
