/**
 * HPKE (RFC 9180, base mode) by the `hpke` library. A provider brings the KEMs, KDF and AEAD it is best at; what goes through
 * them is the same for all.
 */
import { KEM_MLKEM768_X25519 } from '@panva/hpke-noble'
import { type AEADFactory, CipherSuite, type KDFFactory, type KEMFactory, type Key, type KeyPair } from 'hpke'
import { HoldfastError } from '../errors.ts'
import { isReduced } from './ml-kem-key.ts'
import type { HpkePort, HpkePrivateKey, HpkeRecipient, HpkeSender, SealingSuite } from './port.ts'

/** What a provider brings. Erased key types: each KEM reads only the keys it made. */
export type HpkeAlgorithms = {
  readonly kems: Readonly<Partial<Record<SealingSuite, KEMFactory>>>
  readonly kdf: KDFFactory
  readonly aead: AEADFactory
  /** Zeroes the octets of a private key, where its KEM holds any. */
  readonly erase?: Readonly<Partial<Record<SealingSuite, (privateKey: Key) => void>>>
}

/** What stands behind an {@link HpkePrivateKey}: whoever still has one has nothing once it is erased. */
type Held = { readonly suite: SealingSuite; pair: KeyPair | null }

/** X-Wing in portable code, for runtimes whose own cryptography has no ML-KEM. */
export const portableXWing: KEMFactory = KEM_MLKEM768_X25519

const names: readonly SealingSuite[] = ['x25519', 'x-wing']

export function hpkeOf({ kems, kdf, aead, erase }: HpkeAlgorithms): HpkePort {
  const suites = new Map<SealingSuite, CipherSuite>()
  for (const name of names) {
    const kem = kems[name]
    if (kem !== undefined) suites.set(name, new CipherSuite(kem, kdf, aead))
  }
  function suiteOf(name: SealingSuite): CipherSuite {
    const suite = suites.get(name)
    if (suite === undefined) throw new TypeError(`no HPKE suite ${name} here`)
    return suite
  }

  return {
    suites: [...suites.keys()],
    async deriveKeyPair(name: SealingSuite, seed: Uint8Array) {
      const suite = suiteOf(name)
      const pair = await suite.DeriveKeyPair(seed)
      const held: Held = { suite: name, pair }
      return {
        publicKey: await suite.SerializePublicKey(pair.publicKey),
        privateKey: held as unknown as HpkePrivateKey,
      }
    },
    async sender(name: SealingSuite, publicKey: Uint8Array, info: Uint8Array): Promise<HpkeSender> {
      const suite = suiteOf(name)
      try {
        if (name === 'x-wing' && !isReduced(publicKey)) throw new TypeError('a coefficient is too large')
        const key = await suite.DeserializePublicKey(publicKey)
        const { encapsulatedSecret, ctx } = await suite.SetupSender(key, { info })
        return {
          enc: encapsulatedSecret,
          seal: (aad, plaintext) => ctx.Seal(plaintext, aad),
          export: (context, length) => ctx.Export(context, length),
        }
      } catch (cause) {
        throw new HoldfastError('bad_request', { cause })
      }
    },
    async recipient(
      name: SealingSuite,
      privateKey: HpkePrivateKey,
      enc: Uint8Array,
      info: Uint8Array,
    ): Promise<HpkeRecipient | null> {
      const suite = suiteOf(name)
      const { pair } = privateKey as unknown as Held
      if (pair === null) return null
      const ctx = await suite.SetupRecipient(pair, enc, { info }).catch(() => null)
      if (ctx === null) return null
      return {
        open: (aad, sealed) => ctx.Open(sealed, aad).catch(() => null),
        export: (context, length) => ctx.Export(context, length),
      }
    },
    erase(privateKey: HpkePrivateKey): void {
      const held = privateKey as unknown as Held
      if (held.pair !== null) erase?.[held.suite]?.(held.pair.privateKey)
      held.pair = null
    },
  }
}
