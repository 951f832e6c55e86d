/**
 * X-Wing (draft-connolly-cfrg-xwing-kem; MLKEM768-X25519 of draft-ietf-hpke-pq) for Node: X25519 of node:crypto, and the best
 * ML-KEM there is. Keys are expanded once, not for each message.
 */
import { createHash, randomBytes } from 'node:crypto'
import { concat, I2OSP, type Key, type KEM, LabeledDerive } from 'hpke'
import { utf8 } from '../bytes.ts'
import {
  type MlKem,
  mlKemCiphertextLength,
  type MlKemPrivateKey,
  type MlKemPublicKey,
  mlKemPublicLength,
  mlKemSeedLength,
} from './node-ml-kem.ts'
import { agreeX25519, generateX25519, importX25519, x25519Of } from './node-x25519.ts'

const id = 0x647a
const algorithm = { name: 'MLKEM768-X25519' }
const suiteId = concat(utf8('KEM'), I2OSP(id, 2))
const combinerLabel = utf8('\\.//^\\')

/** Both parts of either half; of a private key the octets are those of its public half. */
type XWingKey = Key & {
  readonly octets: Uint8Array
  readonly mlKem: MlKemPublicKey | MlKemPrivateKey
  readonly x25519: ReturnType<typeof importX25519>
}

function shake256(input: Uint8Array, outputLength: number): Uint8Array {
  return createHash('shake256', { outputLength }).update(input).digest()
}

function combine(mlKem: Uint8Array, x25519: Uint8Array, ciphertext: Uint8Array, key: XWingKey): Uint8Array {
  const publicKey = key.octets.subarray(mlKemPublicLength)
  const hash = createHash('sha3-256').update(mlKem).update(x25519).update(ciphertext).update(publicKey)
  return hash.update(combinerLabel).digest()
}

function unexported(): never {
  throw new TypeError('private keys are not exported: keep the seed')
}

/** What {@link nodeXWingKem} with the same ML-KEM made. */
export function eraseXWing(key: Key, mlKem: MlKem): void {
  mlKem.erase((key as XWingKey).mlKem as MlKemPrivateKey)
}

export function nodeXWingKem(mlKem: MlKem): KEM<XWingKey> {
  function publicKeyOf(octets: Uint8Array): XWingKey {
    return {
      algorithm,
      extractable: true,
      type: 'public',
      octets,
      mlKem: mlKem.importPublic(octets.subarray(0, mlKemPublicLength)),
      x25519: importX25519(octets.subarray(mlKemPublicLength)),
    }
  }

  function keysOf(seed: Uint8Array): { publicKey: XWingKey; privateKey: XWingKey } {
    const expanded = shake256(seed, mlKemSeedLength + 32)
    const post = mlKem.keysOf(expanded.subarray(0, mlKemSeedLength))
    const x25519 = x25519Of(expanded.subarray(mlKemSeedLength))
    expanded.fill(0)
    const octets = concat(post.octets, x25519.publicKey)
    const halves = { octets, mlKem: post.privateKey, x25519: x25519.privateKey }
    return {
      publicKey: publicKeyOf(octets),
      privateKey: { algorithm, extractable: false, type: 'private', ...halves },
    }
  }

  return {
    id,
    type: 'KEM',
    name: algorithm.name,
    Nsecret: 32,
    Nenc: mlKemCiphertextLength + 32,
    Npk: mlKemPublicLength + 32,
    Nsk: 32,
    async DeriveKeyPair(ikm: Uint8Array) {
      const kdf = {
        async Derive(input: Uint8Array, length: number) {
          const output = shake256(input, length)
          // A copy with the seed in it, made for this call.
          input.fill(0)
          return output
        },
      }
      const seed = await LabeledDerive(kdf, suiteId, ikm, utf8('DeriveKeyPair'), new Uint8Array(0), 32)
      const keys = keysOf(seed)
      seed.fill(0)
      return keys
    },
    GenerateKeyPair: async () => keysOf(randomBytes(32)),
    SerializePublicKey: async (key: XWingKey) => key.octets,
    DeserializePublicKey: async (octets: Uint8Array) => publicKeyOf(octets.slice()),
    SerializePrivateKey: unexported,
    DeserializePrivateKey: async (seed: Uint8Array) => keysOf(seed).privateKey,
    async Encap(recipient: XWingKey) {
      const { sharedKey, ciphertext } = mlKem.encapsulate(recipient.mlKem as MlKemPublicKey)
      const ephemeral = generateX25519()
      const shared = agreeX25519(ephemeral.privateKey, recipient.x25519)
      return {
        enc: concat(ciphertext, ephemeral.publicKey),
        shared_secret: combine(sharedKey, shared, ephemeral.publicKey, recipient),
      }
    },
    async Decap(enc: Uint8Array, key: XWingKey) {
      const ephemeral = enc.subarray(mlKemCiphertextLength)
      const sharedKey = mlKem.decapsulate(
        key.mlKem as MlKemPrivateKey,
        enc.subarray(0, mlKemCiphertextLength),
      )
      return combine(sharedKey, agreeX25519(key.x25519, importX25519(ephemeral)), ephemeral, key)
    },
  }
}
