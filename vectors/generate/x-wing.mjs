/**
 * X-Wing (docs/protocol.md 8.1) as a KEM of HPKE, and sealed requests with it. ML-KEM-768 is that of @noble/post-quantum, the rest is
 * written out here. Holdfast is not imported; what it is checked against is in packages/core: the vectors of the two drafts.
 */
import { createHash } from 'node:crypto'
import { ml_kem768 as mlKem } from '@noble/post-quantum/ml-kem.js'
import { agree, contextOf, i2osp, pairOf } from './hpke.mjs'
import { octetsOf, requestHeader } from './ohttp.mjs'

export const xWingId = 0x647a
const label = Buffer.from('\\.//^\\')
const mlKemLength = 1184

function shake256(input, outputLength) {
  return createHash('shake256', { outputLength }).update(input).digest()
}

/** DeriveKeyPair of draft-ietf-hpke-pq: SHAKE256 makes the 32 octets, X-Wing expands them. */
export function deriveXWing(seed) {
  const name = Buffer.from('DeriveKeyPair')
  const suite = Buffer.concat([Buffer.from('KEM'), i2osp(xWingId, 2)])
  const input = [seed, Buffer.from('HPKE-v1'), suite, i2osp(name.length, 2), name, i2osp(32, 2)]
  const expanded = shake256(shake256(Buffer.concat(input), 32), 96)
  const { publicKey } = mlKem.keygen(new Uint8Array(expanded.subarray(0, 64)))
  return { publicKey: Buffer.concat([publicKey, pairOf(expanded.subarray(64)).publicKey]) }
}

/** `randomness`: the 32 octets ML-KEM takes, and the scalar of the one-time X25519 key. */
export function encapsulateXWing(plaintext, { id, publicKey, randomness }) {
  const point = publicKey.subarray(mlKemLength)
  const kem = mlKem.encapsulate(new Uint8Array(publicKey.subarray(0, mlKemLength)), randomness.mlKem)
  const ephemeral = pairOf(randomness.x25519)
  const combined = [kem.sharedSecret, agree(ephemeral.scalar, point), ephemeral.publicKey, point, label]
  const shared = createHash('sha3-256').update(Buffer.concat(combined)).digest()
  const enc = Buffer.concat([kem.cipherText, ephemeral.publicKey])
  const header = requestHeader(id, 2, xWingId)
  const info = Buffer.concat([Buffer.from('message/bhttp request\0'), header])
  const context = contextOf({ kem: xWingId, shared, enc }, info)
  return Buffer.concat([header, enc, context.seal(plaintext)])
}

export function randomnessOf(name) {
  return {
    mlKem: new Uint8Array(octetsOf(`ML-KEM randomness of ${name}`)),
    x25519: octetsOf(`ephemeral of ${name}`),
  }
}
