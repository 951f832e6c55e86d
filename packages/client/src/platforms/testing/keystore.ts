/** Device keys in memory, and the ways a real keystore fails. */
import { KeyObject } from 'node:crypto'
import { type CryptoPort, HoldfastError, type KeyPair, thumbprint } from '@holdfast/core'
import type { Keystore, StoredKey } from '../../ports.ts'
import type { IdentityKey } from '../node/tls.ts'

export type VirtualKeystore = Keystore & {
  /** From now on no key is found, as after a wiped keystore; `false` brings them back. */
  keyMissing(missing?: boolean): void
  /** The next `times` uses fail, as on a locked phone. */
  keyUnavailable(times: number): void
  /** The key for TLS; with keys of `node:crypto` only. */
  readonly identityKey: IdentityKey
  /** Each signature takes this long by the phone's clock. */
  signDelay(ms: number): void
  readonly labels: readonly string[]
  /** The same keys in another keystore: what hardware would not allow. */
  copyTo(other: VirtualKeystore): void
  put(label: string, pair: KeyPair): void
}

export function virtualKeystore(crypto: CryptoPort, sleep: (ms: number) => Promise<void>): VirtualKeystore {
  const pairs = new Map<string, KeyPair>()
  let missing = false
  let unavailable = 0
  let delayMs = 0

  function take(label: string): KeyPair | undefined {
    if (unavailable > 0) {
      unavailable--
      throw new HoldfastError('key_unavailable')
    }
    return missing ? undefined : pairs.get(label)
  }
  async function stored({ publicJwk }: KeyPair): Promise<StoredKey> {
    return { publicJwk, thumbprint: await thumbprint(publicJwk, crypto) }
  }

  return {
    async create(label: string): Promise<StoredKey> {
      if (take(label) !== undefined) throw new TypeError('this label is in use')
      const pair = await crypto.generateKeyPair()
      pairs.set(label, pair)
      return stored(pair)
    },
    async find(label: string): Promise<StoredKey | null> {
      const pair = take(label)
      return pair === undefined ? null : stored(pair)
    },
    async sign(label: string, data: Uint8Array): Promise<Uint8Array> {
      const pair = take(label)
      if (pair === undefined) throw new HoldfastError('key_missing')
      if (delayMs > 0) await sleep(delayMs)
      return crypto.sign(pair.privateKey, data)
    },
    async identityKey(label: string): Promise<string | null> {
      const key: unknown = take(label)?.privateKey
      return key instanceof KeyObject ? key.export({ format: 'pem', type: 'pkcs8' }).toString() : null
    },
    async remove(label: string): Promise<void> {
      pairs.delete(label)
    },
    keyMissing(now = true): void {
      missing = now
    },
    keyUnavailable(times: number): void {
      unavailable = times
    },
    signDelay(ms: number): void {
      delayMs = ms
    },
    get labels(): readonly string[] {
      return [...pairs.keys()]
    },
    copyTo(other: VirtualKeystore): void {
      for (const [label, pair] of pairs) other.put(label, pair)
    },
    put(label: string, pair: KeyPair): void {
      pairs.set(label, pair)
    },
  }
}
