/** The bank's own ledger (bank/api) behind a target's gateway, in the place of the suite's backend: a process on books in memory. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Target } from './target.ts'

/** Its two customers, with a year of their lives. */
export const customers = ['maria', 'jonas'] as const

export type Ledger = {
  /** Everything it has written. */
  readonly words: () => string
}

/** For as long as `act` takes; the gateway is started anew before it, with `config` beside the usual. */
export async function withLedger<Result>(
  target: Target,
  config: Readonly<Record<string, unknown>>,
  act: (ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-ledger-'))
  const secretFile = join(home, 'secret')
  await writeFile(secretFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
  const main = target.neighbour('bank/main.js')
  const child = spawn(process.execPath, [main, '--port', '0', '--secret-file', secretFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const atExit = (): void => void child.kill('SIGKILL')
  process.once('exit', atExit)
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk))
  try {
    const port = await Promise.race([
      readyPort(createInterface({ input: child.stdout }), said),
      ended.then(() => Promise.reject(new Error(`the ledger ended: ${said.join('')}`))),
    ])
    const identity = { mode: 'hmac-sha256', secretFile }
    await target.crash({
      ...config,
      upstreams: [{ name: 'bank', url: `http://127.0.0.1:${port}`, identity }],
    })
    return await act({ words: () => said.join('') })
  } finally {
    child.kill('SIGKILL')
    await ended
    process.removeListener('exit', atExit)
    await rm(home, { recursive: true })
  }
}

/** Its log comes the same way as the line that says it is ready. */
async function readyPort(lines: AsyncIterable<string>, said: string[]): Promise<number> {
  for await (const line of lines) {
    const { ready, port } = JSON.parse(line) as { ready?: boolean; port?: number }
    if (ready === true && port !== undefined) return port
    said.push(`${line}\n`)
  }
  throw new Error('the ledger said nothing')
}
