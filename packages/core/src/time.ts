/** The signed clock (docs/protocol.md 2.3): phones are often wrong by more than a signature's window. */
import * as v from 'valibot'
import { base64url16 } from './bytes.ts'
import type { CryptoPort, PrivateKey, VerifyKey } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'
import { decodeJws, signJws, verifyJws } from './jws.ts'

export type SignedTime = {
  iss: string
  /** The client's own: an old answer cannot be sold as new. */
  nonce: string
  /** Milliseconds since 1970. */
  time: number
}
const timeSchema: v.GenericSchema<unknown, SignedTime> = v.strictObject({
  iss: v.string(),
  nonce: v.pipe(v.string(), v.regex(base64url16)),
  time: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})

export function isTimeNonce(value: unknown): value is string {
  return typeof value === 'string' && base64url16.test(value)
}

export function signTime(
  time: SignedTime,
  kid: string,
  key: PrivateKey,
  crypto: CryptoPort,
): Promise<string> {
  return signJws('hf-time+jwt', { kid }, time, key, crypto)
}

/** The `kid` of a signed time, or null when it is none. */
export function timeKeyId(jws: string): string | null {
  const decoded = decodeJws('hf-time+jwt', jws)
  return decoded !== null && 'kid' in decoded.signer ? decoded.signer.kid : null
}

/** Server time in milliseconds since 1970. Throws `answer_refused` unless it answers this nonce from this issuer. */
export async function openTime(
  jws: string,
  expected: { issuer: string; nonce: string },
  key: VerifyKey,
  crypto: CryptoPort,
): Promise<number> {
  const decoded = decodeJws('hf-time+jwt', jws)
  const time = v.safeParse(timeSchema, decoded === null ? null : await verifyJws(decoded, key, crypto))
  if (!time.success || time.output.iss !== expected.issuer || time.output.nonce !== expected.nonce) {
    throw new HoldfastError('answer_refused')
  }
  return time.output.time
}
