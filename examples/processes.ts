/** Starts and ends what a test talks to: a backend in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

export type Running = {
  readonly port: number
  /** What it wrote to its standard output so far. */
  readonly lines: readonly string[]
  readonly stop: () => Promise<void>
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return address.port
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Resolves with the port in the process's first line that says it is ready; rejects when it ends before. */
export async function start(program: string, args: readonly string[]): Promise<Running> {
  // A group of its own: Ctrl-C reaches the test alone, and that ends the others in order.
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  process.once('exit', () => child.kill('SIGTERM'))
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`${program} ended with status ${code} before it was ready`))
    })
  })
  const lines: string[] = []
  const ready = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (line.startsWith('{"ready":true,')) resolve((JSON.parse(line) as { port: number }).port)
    })
  })
  const port = await Promise.race([ready, failed])
  failed.catch(() => undefined)
  return { port, lines, stop: () => stop(child) }
}
