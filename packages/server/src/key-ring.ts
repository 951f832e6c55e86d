/** A key record at work: keys opened once, states by the clock, private halves behind opaque handles. */
import {
  fromBase64url,
  type PublicJwk,
  type SyncCryptoPort,
  thumbprintInput,
  toBase64url,
  type VerifyKey,
} from '@holdfast/core'
import type { Clock } from './deployment.ts'
import {
  type KeyPairRecord,
  type KeyRecord,
  type KeyState,
  keyStates,
  type KeyUse,
  type Overlaps,
  type Timed,
  type TimedUse,
} from './key-record.ts'
import type { CaEntry, KeyRing, SigningKeyEntry } from './keys.ts'
import { fileKms } from './kms-file.ts'
import type { KeyPlace, Kms } from './kms.ts'
import { opaquePublicKey } from './opaque.ts'
import { createWrapping, rootsOf, type WrappingRoots } from './wrapping.ts'

/** One key as operators may see it: never its private half. */
export type KeyDescription = {
  readonly use: KeyUse
  readonly state: KeyState
  readonly place: KeyPlace
  /** Null for wrapping keys, which have no public half. */
  readonly kid: string | null
  readonly jwk: PublicJwk | null
  /** When it begins, or began, to work, milliseconds since 1970; null where people decide that. */
  readonly fromMs: number | null
  /** `previous`: how long what it made is accepted. */
  readonly untilMs: number | null
}

export type DescribedRing = KeyRing & { describe(): KeyDescription[] }

export type RingOptions = {
  readonly clock: Clock
  readonly crypto: SyncCryptoPort
  readonly overlaps: Overlaps
  /** Keys in the record itself, unless told. */
  readonly kms?: Kms
}

/** A signing key that can be verified, too. */
type RingKey = SigningKeyEntry & { readonly verifyKey: VerifyKey; readonly place: KeyPlace }
type RingPair = { readonly current: RingKey; readonly next: RingKey }

export function openRingKey(said: string, kms: Kms, crypto: SyncCryptoPort): RingKey {
  const { publicJwk: jwk, privateKey, place } = kms.openKey(said)
  const kid = toBase64url(crypto.sha256(thumbprintInput(jwk)))
  return { kid, jwk, privateKey, place, verifyKey: crypto.importPublicKey(jwk) }
}

/** Roots of a wrapping key as it stands in the record; the key itself is overwritten. */
function openWrappingKey(said: string, crypto: SyncCryptoPort): WrappingRoots {
  const key = fromBase64url(said)
  try {
    return rootsOf(key, crypto)
  } finally {
    key.fill(0)
  }
}

/** Needs `opaqueReady`. */
export function createKeyRing(record: KeyRecord, options: RingOptions): DescribedRing {
  const { clock, crypto, overlaps, kms = fileKms() } = options
  const open = (said: string): RingKey => openRingKey(said, kms, crypto)
  const openPair = ({ current, next }: KeyPairRecord): RingPair => ({
    current: open(current),
    next: open(next),
  })
  const service = openPair(record.service)
  const forward = openPair(record.forward)
  const token = record.token.map(({ key, fromMs }) => ({ fromMs, ...open(key) }))
  const ca = record.ca.map(({ key, fromMs, certificate }) => ({
    fromMs,
    certificate: fromBase64url(certificate),
    ...open(key),
  }))
  const wrapping = record.wrapping.map(({ key, fromMs }) => ({ fromMs, ...openWrappingKey(key, crypto) }))
  const opaque = { setup: record.opaque, publicKey: opaquePublicKey(record.opaque) }

  const accepted = <Key extends Timed>(use: TimedUse, keys: readonly Key[]): Key[] => {
    const states = keyStates(keys, clock.now(), overlaps[use])
    return keys.filter((_, index) => states[index] !== 'gone')
  }
  const current = <Key extends Timed>(use: TimedUse, keys: readonly Key[]): Key | undefined =>
    keys[keyStates(keys, clock.now(), overlaps[use]).indexOf('current')]

  function serviceThumbprints(): string[] {
    const { previous } = record.service
    const kept = previous !== undefined && clock.now() < previous.untilMs ? [previous.kid] : []
    return [...kept, service.current.kid, service.next.kid]
  }

  function describeTimed(use: TimedUse, keys: ReadonlyArray<Timed & Partial<RingKey>>): KeyDescription[] {
    const states = keyStates(keys, clock.now(), overlaps[use])
    return keys.map(({ fromMs, kid = null, jwk = null, place = 'file' }, index) => {
      const state = states[index] as KeyState
      const untilMs = state === 'previous' ? (keys[index + 1] as Timed).fromMs + overlaps[use] : null
      return { use, state, place, kid, jwk, fromMs, untilMs }
    })
  }

  function describe(): KeyDescription[] {
    const pair = (use: KeyUse, keys: RingPair): KeyDescription[] =>
      (['current', 'next'] as const).map((state) => {
        const { place, kid, jwk } = keys[state]
        return { use, state, place, kid, jwk, fromMs: null, untilMs: null }
      })
    return [
      ...pair('service', service),
      ...describeTimed('token', token),
      ...pair('forward', forward),
      ...describeTimed('ca', ca),
      ...describeTimed('wrapping', wrapping),
    ]
  }

  return {
    ...createWrapping(
      {
        current: () => current('wrapping', wrapping) as WrappingRoots,
        accepted: () => accepted('wrapping', wrapping).toReversed(),
        digest: fromBase64url(record.digest),
      },
      crypto,
    ),
    service: (): SigningKeyEntry => service.current,
    servicePins: (): string[] => [service.current.kid, service.next.kid],
    serviceThumbprints,
    token: (): SigningKeyEntry => current('token', token) as RingKey,
    tokenKeys: (): RingKey[] => accepted('token', token),
    forward: (): SigningKeyEntry => forward.current,
    opaque: (): ReturnType<KeyRing['opaque']> => opaque,
    ca: (): CaEntry | null => current('ca', ca) ?? null,
    caCertificates: (): Uint8Array[] => accepted('ca', ca).map(({ certificate }) => certificate),
    version: (): string =>
      [service.current, service.next, ...accepted('token', token), ...accepted('ca', ca)]
        .map(({ kid }) => kid)
        .join(' '),
    describe,
  }
}
