/** A whole bank in this process, with its year of data, and both its customers at the door. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bank, openBank } from '../src/bank.ts'
import type { Place, TestDatabase } from './databases.ts'
import { filledBooks } from './filled-books.ts'
import { type Ask, gatewayFor, secret } from './gateway.ts'
import { copyPrepared } from './prepared.ts'

export type Open = {
  readonly bank: Bank
  readonly maria: Ask
  readonly jonas: Ask
  /** Anybody else. */
  readonly as: (user: string) => Ask
  /** Everything it wrote down so far. */
  readonly logged: string[]
  readonly data: string
  close(): Promise<void>
}

export const today: Date = new Date('2026-05-20T10:00:00Z')

export async function openTestBank(database: TestDatabase): Promise<Open> {
  const place: Place = await database.create()
  const data = await mkdtemp(join(tmpdir(), 'alder-bank-'))
  if (place.url === undefined) copyPrepared(await filledBooks(today), data)
  const logged: string[] = []
  const now = (): Date => today
  const log = (line: object): void => void logged.push(JSON.stringify(line))
  const bank = await openBank({ secret, database: place.url, data, now, log })
  const origin = `http://127.0.0.1:${await bank.listen(0)}`
  const as = (user: string): Ask => gatewayFor(origin, user, now)
  return {
    bank,
    as,
    logged,
    data,
    maria: as('maria'),
    jonas: as('jonas'),
    async close() {
      await bank.close()
      await place.drop()
      await rm(data, { recursive: true })
    },
  }
}
