/** The messages of `POST /holdfast/token` (docs/protocol.md 5): OAuth 2.0 parameter names (RFC 6749) in JSON. */
import * as v from 'valibot'
import { base64url32 } from './bytes.ts'
import { HoldfastError } from './errors.ts'
import { type PublicJwk, parsePublicJwk } from './jwk.ts'
import { idSchema } from './passcode.ts'
import { type ShareAck, shareAckSchema } from './share.ts'

/** The device key's signature alone opens a session while the device has no passcode. */
export const deviceGrant = 'https://holdfast.dev/grant/device'
/** A finished passcode login (docs/protocol.md 11). */
export const passcodeGrant = 'https://holdfast.dev/grant/passcode'
/** A proved presence challenge (docs/protocol.md 12). */
export const presenceGrant = 'https://holdfast.dev/grant/presence'
export const refreshGrant = 'refresh_token'
/** Authorization scheme of the access token: it is not a bearer token (RFC 6750), so it does not say so. */
export const tokenScheme = 'Holdfast'

export type TokenRequest =
  /** `session_key`: public half of a key made for this session alone. */
  | { grant_type: typeof deviceGrant; session_key: PublicJwk }
  | { grant_type: typeof refreshGrant; refresh_token: string }
  /** `factor`: id of the login or challenge that was passed, once. `ack`: the shares this device keeps its wrap under now. */
  | { grant_type: typeof passcodeGrant; session_key: PublicJwk; factor: string; ack: ShareAck }
  | { grant_type: typeof presenceGrant; session_key: PublicJwk; factor: string; ack: ShareAck }
const sessionKey = v.pipe(
  v.unknown(),
  v.transform((value): PublicJwk => parsePublicJwk(value)),
)
const requestSchema: v.GenericSchema<unknown, TokenRequest> = v.variant('grant_type', [
  v.strictObject({
    grant_type: v.literal(deviceGrant),
    session_key: sessionKey,
  }),
  v.strictObject({
    grant_type: v.picklist([passcodeGrant, presenceGrant]),
    session_key: sessionKey,
    factor: idSchema,
    ack: shareAckSchema,
  }),
  v.strictObject({
    grant_type: v.literal(refreshGrant),
    refresh_token: v.pipe(v.string(), v.regex(base64url32)),
  }),
])

export function parseTokenRequest(value: unknown): TokenRequest {
  try {
    return v.parse(requestSchema, value)
  } catch (cause) {
    throw cause instanceof HoldfastError ? cause : new HoldfastError('bad_request', { cause })
  }
}

export type TokenResponse = {
  access_token: string
  token_type: typeof tokenScheme
  /** Seconds. */
  expires_in: number
  refresh_token: string
  /** Seconds until the session ends whatever is refreshed. */
  session_expires_in: number
}
const responseSchema: v.GenericSchema<unknown, TokenResponse> = v.object({
  access_token: v.pipe(v.string(), v.minLength(1), v.maxLength(8192)),
  token_type: v.literal(tokenScheme),
  expires_in: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  refresh_token: v.pipe(v.string(), v.regex(base64url32)),
  session_expires_in: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})
/** Throws `answer_refused`: it is read from answers only. */
export function parseTokenResponse(value: unknown): TokenResponse {
  const response = v.safeParse(responseSchema, value)
  if (!response.success) throw new HoldfastError('answer_refused')
  return response.output
}
