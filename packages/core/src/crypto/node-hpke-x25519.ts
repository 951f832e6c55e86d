/** DHKEM(X25519, HKDF-SHA256) of RFC 9180 section 4.1 on node:crypto. */
import type { KeyObject } from 'node:crypto'
import { concat, I2OSP, type KDF, type Key, type KEM, LabeledExpand, LabeledExtract } from 'hpke'
import { utf8 } from '../bytes.ts'
import { agreeX25519, generateX25519, importX25519, type X25519Pair, x25519Of } from './node-x25519.ts'

const id = 0x0020
const algorithm = { name: 'X25519' }
const suiteId = concat(utf8('KEM'), I2OSP(id, 2))
const none = new Uint8Array(0)
const labels = { prk: utf8('eae_prk'), shared: utf8('shared_secret') }

type X25519Key = Key & { readonly octets: Uint8Array; readonly object: KeyObject }

function publicKeyOf(octets: Uint8Array): X25519Key {
  return { algorithm, extractable: true, type: 'public', octets, object: importX25519(octets) }
}

function keysOf({ publicKey, privateKey }: X25519Pair): { publicKey: X25519Key; privateKey: X25519Key } {
  return {
    publicKey: publicKeyOf(publicKey),
    privateKey: { algorithm, extractable: false, type: 'private', octets: publicKey, object: privateKey },
  }
}

function unexported(): never {
  throw new TypeError('private keys are not exported: keep the seed')
}

export function nodeX25519Kem(kdf: KDF): KEM<X25519Key> {
  async function extractAndExpand(
    shared: Uint8Array,
    enc: Uint8Array,
    recipient: Uint8Array,
  ): Promise<Uint8Array> {
    const prk = await LabeledExtract(kdf, suiteId, none, labels.prk, shared)
    return LabeledExpand(kdf, suiteId, prk, labels.shared, concat(enc, recipient), 32)
  }

  const erasing = {
    async Extract(salt: Uint8Array, input: Uint8Array) {
      const prk = await kdf.Extract(salt, input)
      // A copy with the seed in it, made for this call.
      input.fill(0)
      return prk
    },
  }

  return {
    id,
    type: 'KEM',
    name: 'DHKEM(X25519, HKDF-SHA256)',
    Nsecret: 32,
    Nenc: 32,
    Npk: 32,
    Nsk: 32,
    async DeriveKeyPair(ikm: Uint8Array) {
      const prk = await LabeledExtract(erasing, suiteId, none, utf8('dkp_prk'), ikm)
      const scalar = await LabeledExpand(kdf, suiteId, prk, utf8('sk'), none, 32)
      const keys = keysOf(x25519Of(scalar))
      prk.fill(0)
      scalar.fill(0)
      return keys
    },
    GenerateKeyPair: async () => keysOf(generateX25519()),
    SerializePublicKey: async (key: X25519Key) => key.octets,
    DeserializePublicKey: async (octets: Uint8Array) => publicKeyOf(octets.slice()),
    SerializePrivateKey: unexported,
    DeserializePrivateKey: async (scalar: Uint8Array) => keysOf(x25519Of(scalar)).privateKey,
    async Encap(recipient: X25519Key) {
      const { publicKey: enc, privateKey } = generateX25519()
      const shared = agreeX25519(privateKey, recipient.object)
      return { enc, shared_secret: await extractAndExpand(shared, enc, recipient.octets) }
    },
    Decap: async (enc: Uint8Array, { object, octets }: X25519Key) =>
      extractAndExpand(agreeX25519(object, importX25519(enc)), enc, octets),
  }
}
