/** The six digits that prove the telephone number on file, and the words around them (docs/protocol.md 4.3). */
import { checkPhrase, type EnrolmentRequest, type SyncCryptoPort } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { KeyRing } from './keys.ts'
import type { EnrolmentRecord } from './store.ts'

const count = 1_000_000
/** The largest multiple of `count` below 2^32: numbers from here on would favour the low digits, so they are thrown away. */
const unbiased = 2 ** 32 - (2 ** 32 % count)

/** Six decimal digits, each of the million equally likely. */
export function generateOneTimeText(crypto: Pick<SyncCryptoPort, 'random'> = nodeCrypto): string {
  for (;;) {
    const bytes = crypto.random(4)
    const number = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
    if (number < unbiased) return String(number % count).padStart(6, '0')
  }
}

const platformWords: Readonly<Record<EnrolmentRequest['platform'], string>> = {
  web: 'web browser',
  node: 'computer',
  android: 'Android phone',
  ios: 'iPhone',
  testing: 'test device',
}

export type OneTimeTextWords = {
  readonly origin: string
  readonly platform: EnrolmentRequest['platform']
  /** Hash of the enrolment transcript. */
  readonly transcript: string
  readonly digits: string
}

/**
 * One message of a telephone. All its words are ours: the name a requester chose never gets in, or it could carry a text
 * of the requester's to the user's phone under the bank's name.
 */
export function wordOneTimeText({ origin, platform, transcript, digits }: OneTimeTextWords): string {
  return (
    `${new URL(origin).host}: ${digits} adds a new ${platformWords[platform]}. ` +
    `It must show "${checkPhrase(transcript)}". Never tell it to anyone. Not you? Call us.`
  )
}

type Enrolling = Pick<EnrolmentRecord, 'id' | 'user' | 'keyThumbprint' | 'publicKey'>

/** Whose key it is belongs to it: they are what the digits confirm. */
const contextOf = ({ id, user, keyThumbprint, publicKey: { x, y } }: Enrolling): string =>
  `one-time-text:${JSON.stringify([id, user, keyThumbprint, x, y])}`

/** Keyed, and bound to the enrolment: a dump holds nothing that a million guesses could open. */
export function digestOneTimeText(enrolment: Enrolling, digits: string, keys: KeyRing): string {
  return keys.mac(contextOf(enrolment), digits)
}

export function isOneTimeText(enrolment: EnrolmentRecord, digits: string, keys: KeyRing): boolean {
  return keys.isMac(contextOf(enrolment), digits, enrolment.ottDigest)
}
