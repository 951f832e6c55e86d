import { randomBytes } from 'node:crypto'
import { dayOf } from '../src/day.ts'
import { prepared } from './prepared.ts'

/** A folder for `--data`: books on the embedded database with the year that ends at `now`, their documents, and the key file of the PINs. */
export function filledBooks(now: Date): Promise<string> {
  const make = async (data: string): Promise<void> => {
    // Most who ask find it made, and need nothing of the bank itself.
    const { openBank } = await import('../src/bank.ts')
    const bank = await openBank({ secret: randomBytes(32), data, now: () => now, log: () => undefined })
    await bank.close()
  }
  return prepared({ name: 'filled-books', from: ['bank/api/src'], on: dayOf(now), make })
}
