/**
 * Names of sessions. Each carries the session's public key, as a compressed point (SEC 1 section 2.3.3), before its random
 * part: so a refresh, which shows the device key only, can write the session key into the next access token.
 */
import { ECDH } from 'node:crypto'
import { concat, fromBase64url, type PublicJwk, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'

const pointBytes = 33
/** 42 bytes with the point: 56 characters without left-over bits. */
const randomBytes = 9

/** A new session id for a key that was imported before, hence lies on the curve. */
export function newSessionId(sessionKey: PublicJwk): string {
  const y = fromBase64url(sessionKey.y)
  const sign = Uint8Array.of(2 + ((y[31] as number) & 1))
  return toBase64url(concat(sign, fromBase64url(sessionKey.x), nodeCrypto.random(randomBytes)))
}

export function sessionKeyOf(sid: string): PublicJwk {
  const compressed = fromBase64url(sid).subarray(0, pointBytes)
  const point = ECDH.convertKey(compressed, 'prime256v1', undefined, undefined, 'uncompressed') as Uint8Array
  return {
    kty: 'EC',
    crv: 'P-256',
    x: toBase64url(point.subarray(1, 33)),
    y: toBase64url(point.subarray(33, 65)),
  }
}
