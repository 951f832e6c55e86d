#!/usr/bin/env node
/**
 * The bank's ledger as a process:
 *
 *     node main.js --port 0 --secret-file FILE [--database postgres://…] [--data DIR] [--approvals FILE]
 *
 * Prints one line of JSON when it is ready, and then its log, a line each. SIGTERM and SIGINT end it after the answers under way.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openBank } from './bank.ts'
import { isOutage } from './database/transaction.ts'

const usage =
  'usage: main.js --port PORT --secret-file FILE [--database postgres://…] [--data DIR] [--approvals FILE]'
const text = { type: 'string' } as const

function options() {
  const { values } = parseArgs({
    options: { port: text, 'secret-file': text, database: text, data: text, approvals: text },
  })
  const { port = '', 'secret-file': file, database, data, approvals } = values
  if (file === undefined || !/^\d{1,5}$/.test(port)) throw new TypeError(usage)
  const bytes = readFileSync(file)
  // The same bytes the gateway takes: the file less one final line break.
  const secret = bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes
  return { port: Number(port), secret, database, data, approvals }
}

function log(line: object): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`)
}

async function main(): Promise<void> {
  const { port, ...given } = options()
  const bank = await openBank({ ...given, now: () => new Date(), log })
  const ready = await bank.listen(port)
  const end = (): void => void bank.close()
  process.once('SIGTERM', end).once('SIGINT', end)
  process.stdout.write(`${JSON.stringify({ ready: true, port: ready })}\n`)
  await bank.chores()
}

/** A wrong option is the operator's to read; of anything else the message may quote what is nobody's business. */
function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return error.message
  if (isOutage(error)) return 'the database cannot be reached'
  const { code, name } = error as NodeJS.ErrnoException
  return `cannot start: ${code ?? name}`
}

main().catch((error: unknown) => {
  process.stderr.write(`${reasonOf(error)}\n`)
  process.exitCode = 1
})
