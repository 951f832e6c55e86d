/**
 * Device keys in the Secure Enclave or Android's keystore, by io-react-native-crypto. Read in the source of its version 1.2.5:
 * - it says PUBLIC_KEY_NOT_FOUND also when the keystore threw (Android) or the phone is locked (iOS), so that word alone is no
 *   certainty, and `generate` would overwrite what it failed to see;
 * - where Android's hardware has no P-256 it makes an RSA key instead;
 * - errors carry their code as the message.
 */
import { type CryptoPort, fromBase64, HoldfastError, type PublicJwk, parsePublicJwk } from '@holdfast/core'
import { thumbprint, toBase64url, utf8 } from '@holdfast/core'
import type { Keystore, StoredKey } from '../../ports.ts'
import { asciiText, rawSignature } from './der.ts'
import type { KeyModule } from './modules.ts'
import type { KeychainSecrets } from './secrets.ts'

export type KeystoreOptions = {
  readonly keys: KeyModule
  readonly crypto: CryptoPort
  /** Of the same phone: what tells a key that is not there from a keystore that cannot be read. */
  readonly secrets: Pick<KeychainSecrets, 'probe'>
}

const tagOf = (label: string): string => `holdfast.key.${toBase64url(utf8(label))}`

function isAbsence(error: unknown): boolean {
  return error instanceof Error && error.message === 'PUBLIC_KEY_NOT_FOUND'
}
const unavailable = (cause: unknown): HoldfastError => new HoldfastError('key_unavailable', { cause })

export function hardwareKeystore({ keys, crypto, secrets }: KeystoreOptions): Keystore {
  /** Null when the module sees none, for whatever reason. */
  async function look(tag: string): Promise<StoredKey | null> {
    let jwk: unknown
    try {
      jwk = await keys.getPublicKeyFixed(tag)
    } catch (error) {
      if (isAbsence(error)) return null
      throw unavailable(error)
    }
    try {
      const publicJwk: PublicJwk = parsePublicJwk(jwk)
      await crypto.importPublicKey(publicJwk)
      return { publicJwk, thumbprint: await thumbprint(publicJwk, crypto) }
    } catch (cause) {
      throw unavailable(cause)
    }
  }

  /** Null is certain: not seen twice, and in between the same phone's store of secrets wrote and read. */
  async function find(tag: string): Promise<StoredKey | null> {
    const seen = await look(tag)
    if (seen !== null) return seen
    await secrets.probe()
    return look(tag)
  }

  /** Whatever came of `generate`: the key is P-256 and stays, or it goes. */
  async function generate(tag: string): Promise<StoredKey> {
    try {
      await keys.generate(tag)
      const made = await look(tag)
      if (made === null) throw new HoldfastError('key_unavailable')
      return made
    } catch (error) {
      // It was certain before that no key of this name is lost by this.
      await keys.deleteKey(tag).catch(() => undefined)
      throw error instanceof HoldfastError ? error : unavailable(error)
    }
  }

  return {
    async create(label: string): Promise<StoredKey> {
      const tag = tagOf(label)
      if ((await find(tag)) !== null) throw new TypeError('this label is in use')
      return generate(tag)
    },
    find: (label: string) => find(tagOf(label)),
    async sign(label: string, data: Uint8Array): Promise<Uint8Array> {
      const [tag, text] = [tagOf(label), asciiText(data)]
      try {
        return rawSignature(fromBase64(await keys.sign(text, tag)))
      } catch (error) {
        if (isAbsence(error) && (await find(tag)) === null) throw new HoldfastError('key_missing')
        throw unavailable(error)
      }
    },
    async remove(label: string): Promise<void> {
      try {
        await keys.deleteKey(tagOf(label))
      } catch (cause) {
        throw unavailable(cause)
      }
    },
  }
}
