/** The lengths and texts of Binary HTTP: integers as RFC 9000 section 16 has them, texts of one octet a character. */
import { concat, fromUtf8 } from './bytes.ts'
import { HoldfastError } from './errors.ts'

/** The shortest form; up to 2^30 - 1, far above any message of ours. */
export function binaryLength(value: number): Uint8Array {
  if (value < 1 << 6) return Uint8Array.of(value)
  if (value < 1 << 14) return Uint8Array.of(0x40 | (value >> 8), value)
  if (value < 1 << 30) return Uint8Array.of(0x80 | (value >> 24), value >> 16, value >> 8, value)
  throw new HoldfastError('bad_request')
}

/** With its length before it; the caller has checked that every character is one octet. */
export function writeBinary(text: string): Uint8Array {
  const octets = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i)
  return concat(binaryLength(text.length), octets)
}

function isAscii(octets: Uint8Array): boolean {
  for (let i = 0; i < octets.length; i++) {
    if ((octets[i] as number) >= 0x80) return false
  }
  return true
}

/** As many arguments as every runtime lets a call have. */
const charactersAtOnce = 4096

function isomorphic(octets: Uint8Array): string {
  let text = ''
  for (let at = 0; at < octets.length; at += charactersAtOnce)
    text += String.fromCharCode(...octets.subarray(at, at + charactersAtOnce))
  return text
}

/** Four at a time where they lie so: anybody may send ten million of them. */
function isZero(octets: Uint8Array): boolean {
  const lead = Math.min(-octets.byteOffset & 3, octets.length)
  const count = (octets.length - lead) >> 2
  const words = count === 0 ? [] : new Int32Array(octets.buffer, octets.byteOffset + lead, count)
  let seen = 0
  for (let i = 0; i < lead; i++) seen |= octets[i] as number
  for (let i = 0; i < count; i++) seen |= words[i] as number
  for (let i = lead + count * 4; i < octets.length; i++) seen |= octets[i] as number
  return seen === 0
}

/** Reads to the end and never beyond: whatever is missing is `bad_request`. */
export class BinaryReader {
  readonly #message: Uint8Array
  #at = 0

  constructor(message: Uint8Array) {
    this.#message = message
  }

  get at(): number {
    return this.#at
  }

  get ended(): boolean {
    return this.#at === this.#message.length
  }

  /** Any form, as RFC 9000 allows: what is not the shortest still has one meaning. */
  length(): number {
    const first = this.bytes(1)[0] as number
    let value = first & 0x3f
    // At most 62 bits: a double rounds the largest ones, which no message is long enough for.
    for (const octet of this.bytes((1 << (first >> 6)) - 1)) value = value * 256 + octet
    return value
  }

  /** Reads a length and tells where what it measures ends. */
  lengthPrefixedEnd(): number {
    const length = this.length()
    const end = this.#at + length
    if (end > this.#message.length) throw new HoldfastError('bad_request')
    return end
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#message.length) throw new HoldfastError('bad_request')
    const part = this.#message.subarray(this.#at, end)
    this.#at = end
    return part
  }

  /** One character for one octet. Throws `header_too_large`, before any is read, for more than `most`. */
  text(most: number): string {
    const part = this.bytes(this.length())
    if (part.length > most) throw new HoldfastError('header_too_large')
    // Nearly always ASCII, which the runtime decodes several times as fast.
    return isAscii(part) ? fromUtf8(part) : isomorphic(part)
  }

  /** Everything that is left must be zero (RFC 9292 section 3.8). */
  padding(): void {
    if (!isZero(this.bytes(this.#message.length - this.#at))) throw new HoldfastError('bad_request')
  }
}
