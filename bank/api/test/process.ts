/** The built command in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { secret } from './gateway.ts'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

export type Serving = {
  readonly origin: string
  /** All it wrote so far. */
  readonly log: () => string
  /** Resolves to how it ended: exit code, or the signal. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | string>
}

export type Commands = {
  /** `--data` and `--secret-file` are given. */
  start(...args: string[]): Promise<Serving>
  /** How it ends when it does not start: exit code, and all it wrote. */
  fail(...args: string[]): Promise<{ code: number | null; log: string }>
  readonly data: string
  close(): Promise<void>
}

export function commands(): Commands {
  const folder = mkdtempSync(join(tmpdir(), 'alder-main-'))
  const data = join(folder, 'data')
  const secretFile = join(folder, 'secret')
  writeFileSync(secretFile, Buffer.concat([secret, Buffer.from('\n')]))
  const children = new Set<ChildProcess>()

  function run(args: readonly string[]) {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    let log = ''
    for (const output of [child.stdout, child.stderr])
      output.setEncoding('utf8').on('data', (text: string) => (log += text))
    const ended = once(child, 'close').then(([code, signal]) => {
      children.delete(child)
      return (signal ?? code) as number | string
    })
    return { child, log: () => log, ended }
  }

  return {
    data,
    async start(...args) {
      const { child, log, ended } = run(['--port', '0', '--secret-file', secretFile, '--data', data, ...args])
      const lines = createInterface({ input: child.stdout })
      const first = once(lines, 'line') as Promise<[string]>
      const early = ended.then((how) => {
        throw new Error(`it ended with ${how}: ${log()}`)
      })
      const [line] = await Promise.race([first, early])
      early.catch(() => {})
      const { ready, port } = JSON.parse(line) as { ready: boolean; port: number }
      if (!ready) throw new Error(line)
      return {
        origin: `http://127.0.0.1:${port}`,
        log,
        stop(signal) {
          child.kill(signal)
          return ended
        },
      }
    },
    async fail(...args) {
      const { log, ended } = run(args)
      const code = (await ended) as number | null
      return { code, log: log() }
    },
    async close() {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
