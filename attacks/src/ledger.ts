/** The bank's own ledger (bank/api) behind a target's gateway, in the place of the suite's backend: a process on books in memory. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { shippedNeighbour } from './neighbours.ts'
import type { Target } from './target.ts'

/** Its two customers, with a year of their lives. */
export const customers = ['maria', 'jonas'] as const

export type Ledger = {
  /** Everything it has written. */
  readonly words: () => string
}
type Running = Ledger & {
  readonly port: number
  readonly secretFile: string
  readonly end: () => Promise<void>
}

const program = 'bank/main.js'

/** Filling a year of books takes seconds: all that attack the shipped one share it. It ends with this process. */
let shipped: Promise<Running> | undefined

/** For as long as `act` takes; the gateway is restarted before it. */
export async function withLedger<Result>(
  target: Target,
  act: (ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const main = target.neighbour(program)
  const isShipped = main === shippedNeighbour(program)
  const ledger = await (isShipped ? (shipped ??= startLedger(main)) : startLedger(main))
  try {
    const identity = { mode: 'hmac-sha256', secretFile: ledger.secretFile }
    await target.restart({
      upstreams: [{ name: 'bank', url: `http://127.0.0.1:${ledger.port}`, identity }],
    })
    return await act(ledger)
  } finally {
    if (!isShipped) await ledger.end()
  }
}

async function startLedger(main: string): Promise<Running> {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'))
  const secretFile = join(home, 'secret')
  writeFileSync(secretFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
  // PostgreSQL is compiled once, for a process that soon ends, and not a second time for speed.
  const args = ['--liftoff-only', main, '--port', '0', '--secret-file', secretFile]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  const kill = (): void => {
    child.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  }
  process.once('exit', kill)
  const said: string[] = []
  const port = await readyPort(child, said)
  // Nobody waits for it.
  for (const handle of [child, child.stdout as unknown as Socket, child.stderr as unknown as Socket])
    handle.unref()
  return {
    port,
    secretFile,
    words: () => said.join(''),
    async end() {
      process.removeListener('exit', kill)
      child.ref()
      kill()
      await ended
    },
  }
}

/** Its log comes the same way as the line that says it is ready. */
function readyPort(child: ChildProcessByStdio<null, Readable, Readable>, said: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the ledger ended: ${said.join('')}`)))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { ready, port } = JSON.parse(line) as { ready?: boolean; port?: number }
      if (ready === true && port !== undefined) resolve(port)
      else said.push(`${line}\n`)
    })
  })
}
