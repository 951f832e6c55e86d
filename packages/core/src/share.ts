/**
 * The split vault key (docs/protocol.md 13): the server's share, and the keys that wrap the vault key together with it. A share
 * belongs to one way in (one passcode record, one presence key), is released after that factor alone, and is another at each unlock.
 */
import * as v from 'valibot'
import { base64url32, concat, fromBase64url, fromUtf8, toBase64url, utf8 } from './bytes.ts'
import type { CryptoPort } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'

export const shareBytes = 32

/**
 * What the service gives after a factor. The device opens its wrap with `share` (null the first time), wraps the vault key anew
 * under `next_share`, keeps that, and says so with the token request ({@link ShareAck}); until then both live.
 */
export type ShareRelease = {
  /** Of `share`; 0 when there is none yet. `next_share` has the number after it. */
  number: number
  share: string | null
  next_share: string
  /** The vault's high-water mark as last acknowledged, and the one of this unlock: what the device stores never goes below. */
  mark: number
  next_mark: number
}
export type ShareAck = { number: number; mark: number }

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const share = v.pipe(v.string(), v.regex(base64url32))
const releaseSchema: v.GenericSchema<unknown, ShareRelease> = v.object({
  number: count,
  share: v.nullable(share),
  next_share: share,
  mark: count,
  next_mark: count,
})
export const shareAckSchema: v.GenericSchema<unknown, ShareAck> = v.strictObject({
  number: count,
  mark: count,
})

/** Under an OPAQUE session ({@link releaseKey}): b64u of nonce ‖ ciphertext, AES-256-GCM. */
export async function sealRelease(
  key: Uint8Array,
  release: ShareRelease,
  crypto: CryptoPort,
): Promise<string> {
  const nonce = crypto.random(12)
  const sealed = await crypto.seal(key, nonce, utf8(releaseContext), utf8(JSON.stringify(release)))
  return toBase64url(concat(nonce, sealed))
}

/** Throws `answer_refused`. */
export async function openRelease(
  key: Uint8Array,
  sealed: string,
  crypto: CryptoPort,
): Promise<ShareRelease> {
  return readRelease(async () => {
    const bytes = fromBase64url(sealed)
    return crypto.open(key, bytes.subarray(0, 12), utf8(releaseContext), bytes.subarray(12))
  })
}

const releaseContext = 'holdfast share v1'

/** To the key a presence request brings (HPKE x25519, base mode): b64u of enc ‖ ciphertext. `context` is the challenge's id. */
export async function sealReleaseTo(
  publicKey: Uint8Array,
  context: string,
  release: ShareRelease,
  crypto: CryptoPort,
): Promise<string> {
  const sender = await crypto.hpke.sender('x25519', publicKey, utf8(`${releaseContext} ${context}`))
  const sealed = await sender.seal(new Uint8Array(0), utf8(JSON.stringify(release)))
  return toBase64url(concat(sender.enc, sealed))
}

/** Opens {@link sealReleaseTo} with the key of that seed. Throws `answer_refused`. */
export async function openReleaseWith(
  seed: Uint8Array,
  context: string,
  sealed: string,
  crypto: CryptoPort,
): Promise<ShareRelease> {
  const { privateKey } = await crypto.hpke.deriveKeyPair('x25519', seed)
  try {
    return await readRelease(async () => {
      const bytes = fromBase64url(sealed)
      const info = utf8(`${releaseContext} ${context}`)
      const recipient = await crypto.hpke.recipient('x25519', privateKey, bytes.subarray(0, 32), info)
      return (await recipient?.open(new Uint8Array(0), bytes.subarray(32))) ?? null
    })
  } finally {
    crypto.hpke.erase(privateKey)
  }
}

/** One code for everything that is wrong with it, the text of the answer included. */
async function readRelease(open: () => Promise<Uint8Array | null>): Promise<ShareRelease> {
  try {
    const plaintext = await open()
    if (plaintext === null) throw new TypeError('it does not open')
    return v.parse(releaseSchema, JSON.parse(fromUtf8(plaintext)))
  } catch (cause) {
    throw new HoldfastError('answer_refused', { cause })
  }
}

/** HKDF labels: every key that wraps the vault key. */
const labels = {
  passcode: 'holdfast vault key by passcode v1',
  presence: 'holdfast vault key by presence v1',
} as const

/** By passcode: device share (32) ‖ server share (32) ‖ OPAQUE export key (64). Fixed lengths, so one reading. */
export async function passcodeWrappingKey(
  parts: {
    readonly deviceShare: Uint8Array
    readonly serverShare: Uint8Array
    readonly exportKey: Uint8Array
  },
  crypto: CryptoPort,
): Promise<Uint8Array> {
  const { deviceShare, serverShare, exportKey } = parts
  checkLengths([deviceShare, 32], [serverShare, 32], [exportKey, 64])
  const secret = concat(deviceShare, serverShare, exportKey)
  return crypto.hkdfSha256(secret, new Uint8Array(0), utf8(labels.passcode), 32)
}

/** By presence: biometric secret (32) ‖ device share (32) ‖ server share (32). */
export async function presenceWrappingKey(
  parts: { readonly secret: Uint8Array; readonly deviceShare: Uint8Array; readonly serverShare: Uint8Array },
  crypto: CryptoPort,
): Promise<Uint8Array> {
  const { secret, deviceShare, serverShare } = parts
  checkLengths([secret, 32], [deviceShare, 32], [serverShare, 32])
  const joined = concat(secret, deviceShare, serverShare)
  return crypto.hkdfSha256(joined, new Uint8Array(0), utf8(labels.presence), 32)
}

function checkLengths(...parts: ReadonlyArray<readonly [Uint8Array, number]>): void {
  if (parts.some(([bytes, length]) => bytes.length !== length))
    throw new TypeError('a share of a wrong length')
}
