/** Who signs in the peers' rows: a token bound to a key, as JSON, since it crosses process boundaries. */

export interface Credential {
  readonly issuer: string
  readonly audience: string
  readonly issuerKey: PublicJwk
  readonly deviceKey: PublicJwk
  /** PKCS #8, PEM. */
  readonly devicePrivateKey: string
  readonly accessToken: string
  /** base64url SHA-256 of the token: the proof's `ath`. */
  readonly accessTokenHash: string
}

export interface PublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly [member: string]: string
}
