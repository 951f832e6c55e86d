/** Bytes and their text forms. Decoders are strict: one text for one value, anything else throws TypeError. */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Throws TypeError on invalid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** Constant-time in algorithm for equal lengths; lengths are not secret. JavaScript promises no more. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64urlAlphabet = `${base64Alphabet.slice(0, 62)}-_`

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1)
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i
  return values
}
const base64Values = valuesOf(base64Alphabet)
const base64urlValues = valuesOf(base64urlAlphabet)

function encode64(bytes: Uint8Array, alphabet: string): string {
  let text = ''
  let i = 0
  for (; i + 2 < bytes.length; i += 3) {
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number)
    text +=
      (alphabet[group >> 18] as string) +
      (alphabet[(group >> 12) & 63] as string) +
      (alphabet[(group >> 6) & 63] as string) +
      (alphabet[group & 63] as string)
  }
  const left = bytes.length - i
  if (left === 1) {
    const group = bytes[i] as number
    text += (alphabet[group >> 2] as string) + (alphabet[(group & 3) << 4] as string)
  } else if (left === 2) {
    const group = ((bytes[i] as number) << 8) | (bytes[i + 1] as number)
    text +=
      (alphabet[group >> 10] as string) +
      (alphabet[(group >> 4) & 63] as string) +
      (alphabet[(group & 15) << 2] as string)
  }
  return text
}

function decode64(text: string, values: Int8Array): Uint8Array {
  if (text.length % 4 === 1) throw new TypeError('not base64: impossible length')
  const bytes = new Uint8Array((text.length * 3) >> 2)
  const value = (i: number): number => {
    const code = text.charCodeAt(i)
    return code < 128 ? (values[code] as number) : -1
  }
  let offset = 0
  let i = 0
  for (; i + 3 < text.length; i += 4) {
    const group = (value(i) << 18) | (value(i + 1) << 12) | (value(i + 2) << 6) | value(i + 3)
    // A foreign character is -1, which no shift or union makes positive again.
    if (group < 0) throw new TypeError('not base64: foreign character')
    bytes[offset] = group >> 16
    bytes[offset + 1] = group >> 8
    bytes[offset + 2] = group
    offset += 3
  }
  let bits = 0
  const left = text.length - i
  for (; i < text.length; i++) bits = (bits << 6) | value(i)
  if (bits < 0) throw new TypeError('not base64: foreign character')
  // Left-over bits must be zero, or one value would have several texts (RFC 4648 section 3.5).
  const spare = left === 2 ? 4 : left === 3 ? 2 : 0
  if ((bits & ((1 << spare) - 1)) !== 0) throw new TypeError('not base64: dangling bits')
  bits >>= spare
  for (let end = bytes.length - 1; end >= offset; end--, bits >>= 8) bytes[end] = bits
  return bytes
}

/** The texts base64url has for values of 16 and 32 bytes: left-over bits zero, so one text for one value. */
export const base64url16: RegExp = /^[A-Za-z0-9_-]{21}[AQgw]$/
export const base64url32: RegExp = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** RFC 4648 section 5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  return encode64(bytes, base64urlAlphabet)
}
export function fromBase64url(text: string): Uint8Array {
  return decode64(text, base64urlValues)
}

/** RFC 4648 section 4 with padding, as structured fields want it. */
export function toBase64(bytes: Uint8Array): string {
  const text = encode64(bytes, base64Alphabet)
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new TypeError('not base64: padding is missing')
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length
  return decode64(text.slice(0, end), base64Values)
}
