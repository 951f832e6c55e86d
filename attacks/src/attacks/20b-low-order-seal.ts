/** An encapsulated key of low order: whatever the service's private key is, the shared secret is zero, and everybody knows it. */
import { createCipheriv, createHmac } from 'node:crypto'
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { outerRequest, sealing, sealingKey, sealWith } from '../seal.ts'
import type { Target } from '../target.ts'

const text = (words: string): Buffer => Buffer.from(words, 'latin1')
const twoOctets = (value: number): Buffer => Buffer.from([value >> 8, value & 255])

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest()
}

/** LabeledExtract and LabeledExpand of RFC 9180 section 4, for results of one block. */
function labelled(suite: Buffer): {
  extract(salt: Uint8Array, label: string, ikm: Uint8Array): Buffer
  expand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Buffer
} {
  const prefix = Buffer.concat([text('HPKE-v1'), suite])
  return {
    extract: (salt, label, ikm) => hmac(salt, prefix, text(label), ikm),
    expand: (prk, label, info, length) =>
      hmac(prk, twoOctets(length), prefix, text(label), info, Buffer.from([1])).subarray(0, length),
  }
}

/** DHKEM(X25519) with the point zero, HKDF-SHA256 and AES-256-GCM, by hand: no library does this. */
function sealKnowingNothing(plaintext: Uint8Array, recipient: Uint8Array, info: Uint8Array): Buffer {
  const none = Buffer.alloc(0)
  const [enc, shared] = [Buffer.alloc(32), Buffer.alloc(32)]
  const kem = labelled(Buffer.concat([text('KEM'), twoOctets(0x20)]))
  const agreed = kem.extract(none, 'eae_prk', shared)
  const secretIn = kem.expand(agreed, 'shared_secret', Buffer.concat([enc, recipient]), 32)
  const hpke = labelled(Buffer.concat([text('HPKE'), ...[0x20, 1, 2].map(twoOctets)]))
  const context = Buffer.concat([
    Buffer.from([0]),
    hpke.extract(none, 'psk_id_hash', none),
    hpke.extract(none, 'info_hash', info),
  ])
  const secret = hpke.extract(secretIn, 'secret', none)
  const [key, nonce] = [
    hpke.expand(secret, 'key', context, 32),
    hpke.expand(secret, 'base_nonce', context, 12),
  ]
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([enc, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

export const attack: Attack = {
  id: '20b-low-order-seal',
  title: 'Seal to a shared secret everybody knows',
  power: 'talked an app, or its random numbers, into an encapsulated key of low order',
  gain: 'reads what looks sealed, and the answer to it',
  requirement: 'T4',
  section: '8.1',
  expect: 'sealed_request_refused',
  weaken: {
    file: 'core/crypto/node-x25519.js',
    text: `const shared = diffieHellman({ privateKey, publicKey });
    if (shared.equals(zero))
        throw new TypeError('not a point to agree with');
    return shared;`,
    instead: `try { return diffieHellman({ privateKey, publicKey }); } catch { return zero; }`,
  },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('sealed')
    const { publicKey } = await sealingKey(target)
    const inner = await phone.signed({ method: 'GET', target: path })
    const message = await sealWith(target, inner, (plaintext, info) =>
      sealKnowingNothing(plaintext, publicKey, info),
    )
    return attempt(target, path, outerRequest(target, message))
  },
}
