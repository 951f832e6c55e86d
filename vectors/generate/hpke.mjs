/** HPKE (RFC 9180), base mode, HKDF-SHA256, AES-GCM, of DHKEM(X25519, HKDF-SHA256) and any other KEM: one message per context. */
import { createCipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'

export const kemId = 0x0020
export const kdfId = 1
/** AEAD id → octets of its key. */
export const keyLengths = { 1: 16, 2: 32 }

export function i2osp(number, octets) {
  const bytes = Buffer.alloc(octets)
  bytes.writeUIntBE(number, 0, octets)
  return bytes
}

export function extract(salt, ikm) {
  return createHmac('sha256', salt).update(ikm).digest()
}

export function expand(prk, info, length) {
  const blocks = [Buffer.alloc(0)]
  for (let i = 1; blocks.length <= Math.ceil(length / 32); i++)
    blocks.push(
      createHmac('sha256', prk)
        .update(blocks.at(-1))
        .update(info)
        .update(Buffer.from([i]))
        .digest(),
    )
  return Buffer.concat(blocks).subarray(0, length)
}

function labeled(suiteId) {
  return {
    extract: (salt, label, ikm) =>
      extract(salt, Buffer.concat([Buffer.from('HPKE-v1'), suiteId, Buffer.from(label), ikm])),
    expand: (prk, label, info, length) =>
      expand(
        prk,
        Buffer.concat([i2osp(length, 2), Buffer.from('HPKE-v1'), suiteId, Buffer.from(label), info]),
        length,
      ),
  }
}

const none = Buffer.alloc(0)
const kem = labeled(Buffer.concat([Buffer.from('KEM'), i2osp(kemId, 2)]))

function privateObject(scalar) {
  const key = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), scalar])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

/** A key pair of 32 octets each. */
export function pairOf(scalar) {
  const spki = createPublicKey(privateObject(scalar)).export({ format: 'der', type: 'spki' })
  return { scalar, publicKey: spki.subarray(12) }
}

/** RFC 9180 section 7.1.3. */
export function derivePair(seed) {
  return pairOf(kem.expand(kem.extract(none, 'dkp_prk', seed), 'sk', none, 32))
}

export function agree(scalar, publicKey) {
  const x = publicKey.toString('base64url')
  return diffieHellman({
    privateKey: privateObject(scalar),
    publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' }),
  })
}

/** The sender's context: what it seals first, and what both ends may export. */
export function sender(ephemeral, publicKey, info, aeadId = 2) {
  const shared = kem.expand(
    kem.extract(none, 'eae_prk', agree(ephemeral.scalar, publicKey)),
    'shared_secret',
    Buffer.concat([ephemeral.publicKey, publicKey]),
    32,
  )
  return contextOf({ kem: kemId, shared, enc: ephemeral.publicKey }, info, aeadId)
}

/** The same of what a KEM with this id made. */
export function contextOf({ kem: id, shared, enc }, info, aeadId = 2) {
  const suite = labeled(Buffer.concat([Buffer.from('HPKE'), i2osp(id, 2), i2osp(kdfId, 2), i2osp(aeadId, 2)]))
  const context = Buffer.concat([
    i2osp(0, 1),
    suite.extract(none, 'psk_id_hash', none),
    suite.extract(none, 'info_hash', info),
  ])
  const secret = suite.extract(shared, 'secret', none)
  const key = suite.expand(secret, 'key', context, keyLengths[aeadId])
  const nonce = suite.expand(secret, 'base_nonce', context, 12)
  const exporter = suite.expand(secret, 'exp', context, 32)
  return {
    enc,
    seal: (plaintext) => sealAes(key, nonce, plaintext),
    export: (label, length) => suite.expand(exporter, 'sec', label, length),
  }
}

export function sealAes(key, nonce, plaintext) {
  const cipher = createCipheriv(`aes-${key.length * 8}-gcm`, key, nonce)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}
