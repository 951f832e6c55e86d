/** Node's Buffer as far as the suites use it to write octets down. */
import { fromBase64, fromBase64url, fromUtf8, toBase64, toBase64url, utf8 } from '../../../core/src/bytes.ts'

class Octets extends Uint8Array {
  override toString(encoding = 'utf8'): string {
    if (encoding === 'hex') return Array.from(this, (octet) => octet.toString(16).padStart(2, '0')).join('')
    if (encoding === 'base64') return toBase64(this)
    return encoding === 'base64url' ? toBase64url(this) : fromUtf8(this)
  }
  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((octet, i) => octet === other[i])
  }
}

function octetsOf(value: string | Iterable<number>, encoding: string): Iterable<number> {
  if (typeof value !== 'string') return value
  if (encoding === 'hex') return (value.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  if (encoding === 'base64') return fromBase64(value)
  return encoding === 'base64url' ? fromBase64url(value) : utf8(value)
}

Object.assign(globalThis, {
  Buffer: {
    from: (value: string | Iterable<number>, encoding = 'utf8') => Octets.from(octetsOf(value, encoding)),
    alloc: (length: number) => new Octets(length),
    concat: (parts: readonly Uint8Array[]) => Octets.from(parts.flatMap((part) => [...part])),
  },
})
