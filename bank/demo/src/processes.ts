/** Starts and ends the processes of the main job: a backend, and the gateway as an operator runs it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const command = 'packages/gateway/bin/holdfast.js'

export type Running = {
  readonly port: number
  /** All that its first line says. */
  readonly ready: Readonly<Record<string, unknown>>
  /** What it wrote to its standard output so far. */
  readonly lines: readonly string[]
  readonly stop: () => Promise<void>
}

type Ready = { readonly port: number } & Readonly<Record<string, unknown>>

/** From where systems take no port by themselves: nobody gets one of these by chance before it is used. */
const [leastPort, mostPort] = [20_000, 30_000]

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const port = randomInt(leastPort, mostPort)
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return freePort()
    throw error
  }
  server.close()
  await once(server, 'close')
  return port
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Resolves when the process has said that it is ready; rejects when it ends before. */
export async function start(program: string, args: readonly string[]): Promise<Running> {
  // A group of its own: Ctrl-C reaches the main job alone, and that ends the others in order.
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  process.once('exit', () => child.kill('SIGTERM'))
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`${program} ended with status ${code} before it was ready`))
    })
  })
  const lines: string[] = []
  const told = new Promise<Ready>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (line.startsWith('{"ready":true,')) resolve(JSON.parse(line) as Ready)
    })
  })
  const ready = await Promise.race([told, failed])
  failed.catch(() => undefined)
  return { port: ready.port, ready, lines, stop: () => stop(child) }
}

export function startGateway(configFile: string): Promise<Running> {
  return start(process.execPath, [command, 'serve', '--config', configFile, '--json'])
}

/** Runs one `holdfast` command and returns what it printed as JSON. */
export async function holdfast(...args: readonly string[]): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, [command, ...args, '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk as string
  const [code] = (await exited) as [number | null]
  if (code !== 0) throw new Error(`holdfast ${args[0]} ended with status ${code}`)
  return JSON.parse(text) as Record<string, unknown>
}
