/** What a key file holds, and how keys change over time: no files, no clock of its own. */
import { fromBase64url, type SyncCryptoPort, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import * as v from 'valibot'
import { createFileKey } from './kms-file.ts'
import type { Kms } from './kms.ts'
import { createOpaqueSetup, opaquePublicKey } from './opaque.ts'
import { digestKeyOf, wrappingKeyBytes } from './wrapping.ts'

/** Works from this moment (milliseconds since 1970) until its successor does. */
export type Timed = { fromMs: number }
/** Signing keys are what their provider says of them (kms.ts): PKCS#8 in base64url, or a name in a token. */
export type KeyPairRecord = { current: string; next: string }
export type TimedKeyRecord = Timed & { key: string }
/** `certificate`: DER in base64url. */
export type CaRecord = TimedKeyRecord & { certificate: string }
export type ServiceRecord = KeyPairRecord & {
  /** The key before: phones that still hold a statement of it may finish what they began. */
  previous?: { kid: string; untilMs: number }
}

export type KeyRecord = {
  version: 3
  /** The OPAQUE setup as its library writes it, b64u. No rotation changes it: every passcode depends on it. */
  opaque: string
  /** 32 bytes in base64url. No rotation changes it: what is looked up by its digest must be found. */
  digest: string
  /** 32 bytes in base64url each: seal what the store holds. Oldest first; never empty. */
  wrapping: TimedKeyRecord[]
  service: ServiceRecord
  forward: KeyPairRecord
  /** Oldest first; never empty. */
  token: TimedKeyRecord[]
  /** Oldest first; empty until an operator asks for one. */
  ca: CaRecord[]
}

const signingKey = v.pipe(v.string(), v.regex(/^(?:[A-Za-z0-9_-]{100,400}|pkcs11:[A-Za-z0-9_-]{22})$/))
const symmetricKey = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{43}$/),
  v.check((text) => fromBase64url(text).length === wrappingKeyBytes),
)
const moment = v.pipe(v.number(), v.integer(), v.minValue(0))
const pair = v.strictObject({ current: signingKey, next: signingKey })

const sinceSecond = {
  digest: symmetricKey,
  wrapping: v.pipe(v.array(v.strictObject({ key: symmetricKey, fromMs: moment })), v.minLength(1)),
  service: v.strictObject({
    ...pair.entries,
    previous: v.exactOptional(
      v.strictObject({ kid: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)), untilMs: moment }),
    ),
  }),
  forward: pair,
  token: v.pipe(v.array(v.strictObject({ key: signingKey, fromMs: moment })), v.minLength(1)),
  ca: v.array(
    v.strictObject({
      key: signingKey,
      certificate: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{200,4000}$/)),
      fromMs: moment,
    }),
  ),
}

const recordSchema: v.GenericSchema<unknown, KeyRecord> = v.strictObject({
  version: v.literal(3),
  opaque: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9_-]{171}$/),
    v.check((setup) => opaquePublicKey(setup) !== ''),
  ),
  ...sinceSecond,
})

/** Version 2 was before passcodes. */
const secondSchema = v.pipe(
  v.strictObject({ version: v.literal(2), ...sinceSecond }),
  v.transform((record): KeyRecord => ({ ...record, version: 3, opaque: createOpaqueSetup() })),
)

/** Version 1 had one wrapping key, digests under it, and no CA. */
const firstSchema = v.pipe(
  v.strictObject({
    version: v.literal(1),
    wrapping: symmetricKey,
    service: pair,
    forward: pair,
    token: v.pipe(v.array(v.strictObject({ key: signingKey, signsFromMs: moment })), v.minLength(1)),
  }),
  v.transform(
    ({ wrapping, service, forward, token }): KeyRecord => ({
      version: 3,
      opaque: createOpaqueSetup(),
      digest: toBase64url(digestKeyOf(fromBase64url(wrapping), nodeCrypto)),
      wrapping: [{ key: wrapping, fromMs: 0 }],
      service,
      forward,
      token: token.map(({ key, signsFromMs }) => ({ key, fromMs: signsFromMs })),
      ca: [],
    }),
  ),
)

/** `isOlder`: what the older version lacked was made just now, another each time, and has to be written down. */
export type ReadRecord = { readonly record: KeyRecord; readonly isOlder: boolean }

/** Needs `opaqueReady`. Throws TypeError; the message never shows what the text holds. */
export function parseKeyRecord(text: string): ReadRecord {
  try {
    const said: unknown = JSON.parse(text)
    const record = v.parse(v.union([recordSchema, secondSchema, firstSchema]), said)
    return { record, isOlder: !v.is(recordSchema, said) }
  } catch {
    // No cause: a parser's message may quote its input.
    throw new TypeError('the key file is damaged: it is not a Holdfast key file of version 1 to 3')
  }
}

export type CreateKey = Kms['createKey']

function newSecret(crypto: Pick<SyncCryptoPort, 'random'>): string {
  const secret = crypto.random(wrappingKeyBytes)
  try {
    return toBase64url(secret)
  } finally {
    secret.fill(0)
  }
}

/** Needs `opaqueReady`. */
export function newKeyRecord(
  crypto: Pick<SyncCryptoPort, 'random'>,
  createKey: CreateKey = createFileKey,
): KeyRecord {
  return {
    version: 3,
    opaque: createOpaqueSetup(),
    digest: newSecret(crypto),
    wrapping: [{ key: newSecret(crypto), fromMs: 0 }],
    service: { current: createKey('service'), next: createKey('service') },
    forward: { current: createKey('forward'), next: createKey('forward') },
    token: [{ key: createKey('token'), fromMs: 0 }],
    ca: [],
  }
}

export type KeyState = 'next' | 'current' | 'previous' | 'gone'

/**
 * The state of each key of a list at `now`. Nothing is written when a state changes, so all nodes agree as far as their clocks do.
 * `previous` is accepted for `overlapMs` after its successor began: until the last thing it made has ended.
 */
export function keyStates(keys: readonly Timed[], now: number, overlapMs: number): KeyState[] {
  const begun = keys.findLastIndex(({ fromMs }) => fromMs <= now)
  // With a clock before every key the oldest works: something must.
  const current = Math.max(0, begun)
  return keys.map((_, index) => {
    if (index === current) return 'current'
    if (index > current) return 'next'
    const successor = keys[index + 1] as Timed
    return now < successor.fromMs + overlapMs ? 'previous' : 'gone'
  })
}

/** Keys that are replaced by a new one in the list; the other two hand over to a next one that is known long before. */
export type TimedUse = 'token' | 'wrapping' | 'ca'
export type KeyUse = TimedUse | 'service' | 'forward'

/** How long each is accepted after its successor began, in milliseconds. */
export type Overlaps = Readonly<Record<TimedUse | 'service', number>>

/** How long a new key is known before it works: every node has read the file again, and who must know it can. */
export const leadMs: Readonly<Record<TimedUse, number>> = {
  token: 60_000,
  wrapping: 60_000,
  // People hand CA certificates to terminators.
  ca: 24 * 3_600_000,
}

type Rotation = { readonly now: number; readonly overlaps: Overlaps }

function living<Entry extends Timed>(
  use: TimedUse,
  entries: readonly Entry[],
  { now, overlaps }: Rotation,
): Entry[] {
  const states = keyStates(entries, now, overlaps[use])
  return entries.filter((_, index) => states[index] !== 'gone')
}

/** The record without what is gone; itself when nothing is. */
export function withoutGone(record: KeyRecord, rotation: Rotation): KeyRecord {
  const token = living('token', record.token, rotation)
  const wrapping = living('wrapping', record.wrapping, rotation)
  const ca = living('ca', record.ca, rotation)
  const all = [token, wrapping, ca].flat().length
  return all === [record.token, record.wrapping, record.ca].flat().length
    ? record
    : { ...record, token, wrapping, ca }
}

/** What the record says of each signing key. */
export function signingKeysOf({ service, forward, token, ca }: KeyRecord): string[] {
  const pairs = [service, forward].flatMap(({ current, next }) => [current, next])
  return [...pairs, ...token.map(({ key }) => key), ...ca.map(({ key }) => key)]
}

/** The list with a new entry; what is gone goes. An entry already waiting stays: two rotations add two and lose none. */
function added<Entry extends Timed>(
  use: TimedUse,
  entries: readonly Entry[],
  entry: Omit<Entry, 'fromMs'>,
  rotation: Rotation,
): Entry[] {
  const kept = living(use, entries, rotation)
  // The first of all has nobody to wait for.
  const fromMs = kept.reduce(
    (latest, one) => Math.max(latest, one.fromMs),
    rotation.now + (kept.length === 0 ? 0 : leadMs[use]),
  )
  return [...kept, { ...entry, fromMs } as Entry]
}

/** The record with a new CA that begins when it is known, or at once when it is the first. */
export function withCa(record: KeyRecord, ca: Omit<CaRecord, 'fromMs'>, rotation: Rotation): KeyRecord {
  return { ...record, ca: added<CaRecord>('ca', record.ca, ca, rotation) }
}

export type RotationInput = Rotation & {
  readonly crypto: Pick<SyncCryptoPort, 'random'>
  readonly createKey: CreateKey
  /** Thumbprint of the current service key. */
  readonly serviceKid: string
}

/** The record after a rotation of anything but the CA. */
export function rotateRecord(
  record: KeyRecord,
  use: Exclude<KeyUse, 'ca'>,
  { now, overlaps, crypto, createKey, serviceKid }: RotationInput,
): KeyRecord {
  const rotation = { now, overlaps }
  if (use === 'wrapping') {
    const key = newSecret(crypto)
    return { ...record, wrapping: added<TimedKeyRecord>(use, record.wrapping, { key }, rotation) }
  }
  const key = createKey(use)
  if (use === 'token')
    return { ...record, token: added<TimedKeyRecord>(use, record.token, { key }, rotation) }
  if (use === 'forward') return { ...record, forward: { current: record.forward.next, next: key } }
  const previous = { kid: serviceKid, untilMs: now + overlaps.service }
  return { ...record, service: { current: record.service.next, next: key, previous } }
}
