/** What the peers check instead of our signature: a JWT access token (RFC 9068) bound to a key, and DPoP proofs (RFC 9449). */

import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import type { Credential, PublicJwk } from './credential.ts'
import type { Make } from './target.ts'

/** State of `make`: where the proofs are to be valid. */
export interface ProofTraffic {
  readonly credential: Credential
  readonly origin: string
  readonly path: string
}

export function issueCredential(): Credential {
  const issuer = 'https://issuer.example'
  const audience = 'https://api.example'
  const issuerPair = generatePair()
  const devicePair = generatePair()
  const now = Math.floor(Date.now() / 1000)
  const accessToken = signJwt(
    createPrivateKey(issuerPair.privateKey),
    { typ: 'at+jwt', alg: 'ES256', kid: 'bench' },
    {
      iss: issuer,
      aud: audience,
      sub: 'user-17',
      client_id: 'bench',
      iat: now,
      exp: now + 3600,
      jti: randomBytes(16).toString('base64url'),
      cnf: { jkt: thumbprintOf(devicePair.publicKey) },
    },
  )
  return {
    issuer,
    audience,
    issuerKey: { ...issuerPair.publicKey, kid: 'bench', alg: 'ES256', use: 'sig' },
    deviceKey: devicePair.publicKey,
    devicePrivateKey: devicePair.privateKey,
    accessToken,
    accessTokenHash: createHash('sha256').update(accessToken).digest('base64url'),
  }
}

/** A maker of proofs for one URL; each has its own `jti`. */
export function proofMaker(credential: Credential, method: string, url: string): () => string {
  const key = createPrivateKey(credential.devicePrivateKey)
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: credential.deviceKey }
  return () =>
    signJwt(key, header, {
      htm: method,
      htu: url,
      iat: Math.floor(Date.now() / 1000),
      jti: randomBytes(16).toString('base64url'),
      ath: credential.accessTokenHash,
    })
}

/** Requests for the load process. */
export function make(state: unknown, count: number): Uint8Array[] {
  const { credential, origin, path } = state as ProofTraffic
  const prove = proofMaker(credential, 'GET', `${origin}${path}`)
  const head = `GET ${path} HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nAccept: application/json\r\nAuthorization: DPoP ${credential.accessToken}\r\nDPoP: `
  return Array.from({ length: count }, () => Buffer.from(`${head}${prove()}\r\n\r\n`, 'latin1'))
}
make satisfies Make

function signJwt(key: KeyObject, header: object, claims: object): string {
  const input = `${encode(header)}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** RFC 7638. */
export function thumbprintOf(key: PublicJwk): string {
  const canonical = JSON.stringify({ crv: key.crv, kty: key.kty, x: key.x, y: key.y })
  return createHash('sha256').update(canonical).digest('base64url')
}

/** Encoded while it is generated: exporting a fresh KeyObject as a JWK can hang Node 20. */
export function generatePair(): { privateKey: string; publicKey: PublicJwk } {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'jwk' } as never,
  }) as unknown as { privateKey: string; publicKey: JsonWebKey }
  return { privateKey: pair.privateKey, publicKey: pair.publicKey as PublicJwk }
}
