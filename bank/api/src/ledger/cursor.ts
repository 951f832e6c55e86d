/**
 * Where a listing goes on: the number of the last entry that was shown, in the eight octets of a bigint as base64url. What is booked
 * meanwhile moves no page. It permits nothing: the account it is used on is checked as ever.
 */
export function writeCursor(number: bigint): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(number)
  return bytes.toString('base64url')
}

/** Null when it is not one that {@link writeCursor} makes. */
export function parseCursor(text: string): bigint | null {
  if (!/^[A-Za-z0-9_-]{11}$/.test(text)) return null
  const number = Buffer.from(text, 'base64url').readBigInt64BE()
  return number > 0n && writeCursor(number) === text ? number : null
}
