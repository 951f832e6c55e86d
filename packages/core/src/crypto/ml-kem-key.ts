/** ML-KEM-768 public keys (FIPS 203): the check of them that not every library makes. */

const q = 3329
/** Three polynomials of 256 coefficients, two of 12 bits in three octets; what follows, the seed of the matrix, may be anything. */
const coefficientOctets = 3 * 384

/**
 * The modulus check of FIPS 203 section 7.2: each coefficient is below q. `key` begins with an encapsulation key of ML-KEM-768, as a
 * key of X-Wing does; one that is too short passes no further than its length is looked at.
 */
export function isReduced(key: Uint8Array): boolean {
  for (let at = 0; at < coefficientOctets; at += 3) {
    const [low, middle, high] = [key[at] ?? 0, key[at + 1] ?? 0, key[at + 2] ?? 0]
    if ((low | ((middle & 15) << 8)) >= q || ((middle >> 4) | (high << 4)) >= q) return false
  }
  return true
}
