/** The bank's ledger as a process on a database of its own, with customers who pay. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDatabase, postgresUrl, unreachable } from '../database.ts'
import type { Database } from '../database.ts'
import { startProgram } from '../program.ts'
import { payers } from './payer.ts'
import type { Payer, Payers } from './payer.ts'

export interface Ledger {
  readonly port: number
  readonly pid: number
  /** Shared with the gateways before it. */
  readonly secret: string
  readonly payers: Payers
  stop(): Promise<void>
}

const main = fileURLToPath(new URL('../../../bank/api/dist/main.js', import.meta.url))

/** Why there can be none here, or undefined. */
export async function withoutLedger(): Promise<string | undefined> {
  return existsSync(main) ? unreachable(postgresUrl) : 'the ledger is not built (npm run build)'
}

export async function startLedger(cores: readonly number[]): Promise<Ledger> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const file = (name: string): string => join(folder, name)
  const secret = randomBytes(32).toString('base64url')
  writeFileSync(file('secret'), secret, { mode: 0o600 })
  const database = await createDatabase()
  const options = ['--port', '0', '--secret-file', file('secret'), '--database', database.url]
  const program = await startProgram([main, ...options, '--data', folder], { cores, logFile: file('log') })
  await open(database, [...payers.many, payers.one])
  return {
    port: program.ready.port,
    pid: program.pid,
    secret,
    payers,
    async stop() {
      await program.stop()
      await database.drop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** What they may overdraw they will not reach. */
async function open(database: Database, customers: readonly Payer[]): Promise<void> {
  const list = (rows: readonly (readonly string[])[]): string =>
    rows.map((row) => `(${row.map((text) => `'${text}'`).join(', ')})`).join(', ')
  const names = customers.map(({ user }) => [user, 'Bench', 'Nowhere'])
  const accounts = customers.flatMap(({ user, accounts: ids, ibans }) =>
    ids.map((id, i) => [id, user, 'current', 'Bench', ibans[i] ?? '', 'EUR', '1000000000000', '2020-01-01']),
  )
  await database.run(`insert into customer (id, name, address) values ${list(names)}`)
  await database.run(
    `insert into account (id, customer, kind, name, iban, currency, overdraft, opened_on) values ${list(accounts)}`,
  )
}
