/**
 * Oblivious HTTP's encapsulation (RFC 9458 sections 3 and 4): a request sealed to the service's key, its answer sealed to the
 * request. Holdfast takes the messages without the relay.
 */
import { concat, utf8 } from './bytes.ts'
import { isReduced } from './crypto/ml-kem-key.ts'
import type { CryptoPort, HpkePrivateKey, SealingSuite } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'

/** One key and one suite of RFC 9458 section 3.1; ids are one octet. */
export type KeyConfiguration = {
  readonly id: number
  readonly suite: SealingSuite
  readonly publicKey: Uint8Array
}

/** A key configuration with its private half. */
export type SealingKey = { readonly configuration: KeyConfiguration; readonly privateKey: HpkePrivateKey }

type Kem = { readonly id: number; readonly publicKeyLength: number; readonly encLength: number }
const kems: Readonly<Record<SealingSuite, Kem>> = {
  x25519: { id: 0x0020, publicKeyLength: 32, encLength: 32 },
  'x-wing': { id: 0x647a, publicKeyLength: 1216, encLength: 1120 },
}
const suites = Object.keys(kems) as SealingSuite[]

// HKDF-SHA256 and AES-256-GCM, the same in every suite of ours.
const [kdfId, aeadId] = [1, 2]
const [keyLength, nonceLength, tagLength] = [32, 12, 16]
const headerLength = 7

// RFC 9458 sections 4.3 and 4.4.
const requestLabel = utf8('message/bhttp request\0')
const answerLabel = utf8('message/bhttp response')
const [keyLabel, nonceLabel] = [utf8('key'), utf8('nonce')]

/** Octets an encapsulated request may have beyond its plaintext. */
export const encapsulationOverhead: number = headerLength + kems['x-wing'].encLength + tagLength

function twoOctets(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value)
}
function readTwo(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

/** RFC 9458 section 3.1, with one pair of symmetric algorithms. */
export function encodeKeyConfiguration({ id, suite, publicKey }: KeyConfiguration): Uint8Array {
  const algorithms = concat(twoOctets(kdfId), twoOctets(aeadId))
  return concat(
    Uint8Array.of(id),
    twoOctets(kems[suite].id),
    publicKey,
    twoOctets(algorithms.length),
    algorithms,
  )
}

/** Null for a key of a suite we do not know. Throws `bad_request` when it is malformed. */
export function parseKeyConfiguration(bytes: Uint8Array): KeyConfiguration | null {
  if (bytes.length < 3) throw new HoldfastError('bad_request')
  const kem = readTwo(bytes, 1)
  const suite = suites.find((name) => kems[name].id === kem)
  // How long its key is and where the algorithms begin, only its KEM knows.
  if (suite === undefined) return null
  const end = 3 + kems[suite].publicKeyLength
  const publicKey = bytes.slice(3, end)
  const algorithms = bytes.subarray(end + 2)
  const whole = bytes.length >= end + 2 && readTwo(bytes, end) === algorithms.length
  const sound = suite !== 'x-wing' || isReduced(publicKey)
  if (!whole || !sound || algorithms.length === 0 || algorithms.length % 4 !== 0)
    throw new HoldfastError('bad_request')
  for (let at = 0; at < algorithms.length; at += 4) {
    if (readTwo(algorithms, at) === kdfId && readTwo(algorithms, at + 2) === aeadId)
      return { id: bytes[0] as number, suite, publicKey }
  }
  return null
}

function headerOf({ id, suite }: KeyConfiguration): Uint8Array {
  return concat(Uint8Array.of(id), twoOctets(kems[suite].id), twoOctets(kdfId), twoOctets(aeadId))
}

/** Which key a message is sealed to, not yet believed. Throws `sealed_request_refused` for no header of a suite we know. */
export function readEncapsulatedHeader(message: Uint8Array): { keyId: number; suite: SealingSuite } {
  const suite = suites.find((name) => kems[name].id === readTwo(message, 1))
  const known = readTwo(message, 3) === kdfId && readTwo(message, 5) === aeadId
  if (message.length < headerLength || suite === undefined || !known)
    throw new HoldfastError('sealed_request_refused')
  return { keyId: message[0] as number, suite }
}

function requestInfo(header: Uint8Array): Uint8Array {
  return concat(requestLabel, header)
}

const none = new Uint8Array(0)

/** RFC 9458 section 4.4: key and nonce of the one answer. */
async function answerKeys(
  exporter: { export(context: Uint8Array, length: number): Promise<Uint8Array> },
  enc: Uint8Array,
  answerNonce: Uint8Array,
  crypto: CryptoPort,
): Promise<{ key: Uint8Array; nonce: Uint8Array }> {
  const secret = await exporter.export(answerLabel, keyLength)
  const salt = concat(enc, answerNonce)
  return {
    key: await crypto.hkdfSha256(secret, salt, keyLabel, keyLength),
    nonce: await crypto.hkdfSha256(secret, salt, nonceLabel, nonceLength),
  }
}

export type Encapsulated = {
  readonly message: Uint8Array
  /** Opens the answer to this message. Throws `answer_refused`. */
  readonly open: (answer: Uint8Array) => Promise<Uint8Array>
}

/** The client's half, with a new ephemeral key each time. Throws `bad_request` for a public key that is none. */
export async function encapsulate(
  plaintext: Uint8Array,
  configuration: KeyConfiguration,
  crypto: CryptoPort,
): Promise<Encapsulated> {
  const header = headerOf(configuration)
  const sender = await crypto.hpke.sender(configuration.suite, configuration.publicKey, requestInfo(header))
  const message = concat(header, sender.enc, await sender.seal(none, plaintext))
  return {
    message,
    async open(answer: Uint8Array): Promise<Uint8Array> {
      if (answer.length < keyLength + tagLength) throw new HoldfastError('answer_refused')
      const { key, nonce } = await answerKeys(sender, sender.enc, answer.subarray(0, keyLength), crypto)
      const opened = await crypto.open(key, nonce, none, answer.subarray(keyLength))
      if (opened === null) throw new HoldfastError('answer_refused')
      return opened
    },
  }
}

export type Decapsulated = {
  readonly plaintext: Uint8Array
  /** Seals an answer that only the sender of the request can open. */
  readonly seal: (answer: Uint8Array) => Promise<Uint8Array>
}

/** The service's half. Throws `sealed_request_refused`, whatever is wrong: the sender learns nothing from which step failed. */
export async function decapsulate(
  message: Uint8Array,
  { configuration, privateKey }: SealingKey,
  crypto: CryptoPort,
): Promise<Decapsulated> {
  const { keyId, suite } = readEncapsulatedHeader(message)
  const end = headerLength + kems[configuration.suite].encLength
  if (keyId !== configuration.id || suite !== configuration.suite || message.length < end + tagLength)
    throw new HoldfastError('sealed_request_refused')
  const enc = message.subarray(headerLength, end)
  const info = requestInfo(headerOf(configuration))
  const recipient = await crypto.hpke.recipient(suite, privateKey, enc, info)
  const plaintext = await recipient?.open(none, message.subarray(end))
  if (recipient === null || plaintext === null || plaintext === undefined)
    throw new HoldfastError('sealed_request_refused')
  return {
    plaintext,
    async seal(answer: Uint8Array): Promise<Uint8Array> {
      const answerNonce = crypto.random(keyLength)
      const { key, nonce } = await answerKeys(recipient, enc, answerNonce, crypto)
      return concat(answerNonce, await crypto.seal(key, nonce, none, answer))
    },
  }
}
