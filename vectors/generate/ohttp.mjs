/** Binary HTTP (RFC 9292) and its encapsulation (RFC 9458), as far as the vectors need them. */
import { createHash } from 'node:crypto'
import { expand, extract, i2osp, kdfId, kemId, keyLengths, sealAes, sender } from './hpke.mjs'

/** Octets that belong to a name: the same in every run. TEST VALUES, as the keys made of them. */
export function octetsOf(name, length = 32) {
  return createHash('shake256', { outputLength: length }).update(`holdfast vectors: ${name}`).digest()
}

/** An integer of RFC 9000 section 16 in its shortest form. */
export function integer(value) {
  if (value < 64) return i2osp(value, 1)
  return value < 16_384 ? i2osp(0x4000 + value, 2) : i2osp(0x80000000 + value, 4)
}

export function sized(content) {
  const octets = Buffer.from(content, 'latin1')
  return Buffer.concat([integer(octets.length), octets])
}

function whole(control, { fields, body }) {
  const section = Buffer.concat(fields.flat().map(sized))
  return Buffer.concat([control, sized(section.toString('latin1')), integer(body.length), body, integer(0)])
}

export function binaryRequest(request) {
  const { method, scheme, authority, path } = request
  return whole(Buffer.concat([integer(0), ...[method, scheme, authority, path].map(sized)]), request)
}

export function binaryAnswer(answer) {
  return whole(Buffer.concat([integer(1), integer(answer.status)]), answer)
}

/** docs/protocol.md 8.4, by bits instead of powers. */
export function padded(message) {
  let length = Math.max(message.length, 512)
  if (length > 512) {
    const exponent = length.toString(2).length - 1
    const spare = exponent - exponent.toString(2).length
    length = Math.ceil(length / 2 ** spare) * 2 ** spare
  }
  return Buffer.concat([message, Buffer.alloc(length - message.length)])
}

export function keyConfiguration(id, publicKey, kem = kemId) {
  const algorithms = Buffer.concat([i2osp(kdfId, 2), i2osp(2, 2)])
  return Buffer.concat([i2osp(id, 1), i2osp(kem, 2), publicKey, i2osp(algorithms.length, 2), algorithms])
}

export function requestHeader(id, aeadId = 2, kem = kemId) {
  return Buffer.concat([i2osp(id, 1), i2osp(kem, 2), i2osp(kdfId, 2), i2osp(aeadId, 2)])
}

export function encapsulate(
  plaintext,
  { id, publicKey, ephemeral, aeadId = 2, label = 'message/bhttp request' },
) {
  const header = requestHeader(id, aeadId)
  const context = sender(
    ephemeral,
    publicKey,
    Buffer.concat([Buffer.from(label), Buffer.alloc(1), header]),
    aeadId,
  )
  return { message: Buffer.concat([header, context.enc, context.seal(plaintext)]), context, aeadId }
}

export function sealAnswer(plaintext, nonce, { context, aeadId }) {
  const secret = context.export(Buffer.from('message/bhttp response'), keyLengths[aeadId])
  const prk = extract(Buffer.concat([context.enc, nonce]), secret)
  const key = expand(prk, Buffer.from('key'), keyLengths[aeadId])
  return Buffer.concat([nonce, sealAes(key, expand(prk, Buffer.from('nonce'), 12), plaintext)])
}
