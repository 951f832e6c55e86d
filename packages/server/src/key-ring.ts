/** A key record at work: keys imported once, states by the clock, private halves behind opaque handles. */
import {
  fromBase64url,
  type PrivateKey,
  type PublicJwk,
  type SyncCryptoPort,
  thumbprintInput,
  toBase64url,
  type VerifyKey,
} from '@holdfast/core'
import { importPrivateKey } from '@holdfast/core/node-crypto'
import type { Clock } from './deployment.ts'
import {
  type KeyPairRecord,
  type KeyRecord,
  type KeyState,
  type KeyUse,
  tokenKeyStates,
} from './key-record.ts'
import type { KeyRing, SigningKeyEntry } from './keys.ts'
import { createWrapping } from './wrapping.ts'

/** One key as operators may see it: never its private half. */
export type KeyDescription = {
  readonly use: KeyUse
  readonly state: KeyState
  readonly kid: string
  readonly jwk: PublicJwk
  /** Token keys: when it begins to sign, milliseconds since 1970. */
  readonly signsFromMs: number | null
}

export type DescribedRing = KeyRing & { describe(): KeyDescription[] }

type RingOptions = {
  readonly clock: Clock
  readonly crypto: SyncCryptoPort
  /** How long a token key is accepted after its successor began to sign. */
  readonly overlapMs: number
}

/** A signing key that can be verified, too. */
type RingKey = SigningKeyEntry & { readonly verifyKey: VerifyKey }
type RingPair = { readonly current: RingKey; readonly next: RingKey }

function importKey(pkcs8: string, crypto: SyncCryptoPort): RingKey {
  const { publicJwk: jwk, privateKey }: { publicJwk: PublicJwk; privateKey: PrivateKey } = importPrivateKey(
    fromBase64url(pkcs8),
  )
  const kid = toBase64url(crypto.sha256(thumbprintInput(jwk)))
  return { kid, jwk, privateKey, verifyKey: crypto.importPublicKey(jwk) }
}

export function createKeyRing(record: KeyRecord, { clock, crypto, overlapMs }: RingOptions): DescribedRing {
  const importPair = ({ current, next }: KeyPairRecord): RingPair => ({
    current: importKey(current, crypto),
    next: importKey(next, crypto),
  })
  const service = importPair(record.service)
  const forward = importPair(record.forward)
  const token = record.token.map(({ key, signsFromMs }) => ({ signsFromMs, ...importKey(key, crypto) }))

  const tokensBy = (accepts: (state: KeyState) => boolean): typeof token => {
    const states = tokenKeyStates(token, clock.now(), overlapMs)
    return token.filter((_, index) => accepts(states[index] as KeyState))
  }
  const accepted = (): typeof token => tokensBy((state) => state !== 'gone')
  const signing = (): RingKey => tokensBy((state) => state === 'current')[0] as RingKey

  function describe(): KeyDescription[] {
    const states = tokenKeyStates(token, clock.now(), overlapMs)
    const pair = (use: KeyUse, { current, next }: RingPair): KeyDescription[] => [
      { use, state: 'current', kid: current.kid, jwk: current.jwk, signsFromMs: null },
      { use, state: 'next', kid: next.kid, jwk: next.jwk, signsFromMs: null },
    ]
    const tokens = token.map(({ kid, jwk, signsFromMs }, index) => ({
      use: 'token' as const,
      state: states[index] as KeyState,
      kid,
      jwk,
      signsFromMs,
    }))
    return [...pair('service', service), ...tokens, ...pair('forward', forward)]
  }

  return {
    ...createWrapping(fromBase64url(record.wrapping), crypto),
    service: (): SigningKeyEntry => service.current,
    servicePins: (): string[] => [service.current.kid, service.next.kid],
    token: (): SigningKeyEntry => signing(),
    tokenKeys: (): RingKey[] => accepted(),
    forward: (): SigningKeyEntry => forward.current,
    version: (): string => [service.current, service.next, ...accepted()].map(({ kid }) => kid).join(' '),
    describe,
  }
}
