/** A gateway process of the suite's own: the real command line, on ports of the system's choice. */
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type Ready = {
  readonly port: number
  readonly adminPort: number
  /** File with the first operator's name and secret. */
  readonly credentials: string
}
export type GatewayProcess = {
  readonly ready: Ready
  /** Everything it has written. */
  words(): string
  /** SIGKILL: no farewell, no flush. */
  kill(): Promise<void>
}

const startMs = 30_000

/** None outlives the suite, however it ends. */
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** The ports in the ready line, or null for any other line. */
function readReady(line: string): Ready | null {
  try {
    const said = JSON.parse(line) as { ready?: unknown }
    return said.ready === true ? (said as unknown as Ready) : null
  } catch {
    return null
  }
}

function untilReady(child: ChildProcess, words: () => string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the gateway ${why}: ${words().slice(-2000)}`))
    const timer = setTimeout(() => fail('did not get ready'), startMs)
    child.on('exit', () => fail('ended'))
    child.on('error', () => fail('did not start'))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = readReady(line)
      if (ready === null) return
      clearTimeout(timer)
      resolve(ready)
    })
  })
}

export type GatewayStart = {
  /** Holds the packages. */
  readonly directory: string
  readonly home: string
  /** Written as JSON, which is YAML too. */
  readonly config: Readonly<Record<string, unknown>>
  /** Of node. */
  readonly flags: readonly string[]
}

export async function startGateway(start: GatewayStart): Promise<GatewayProcess> {
  const { directory, home, config, flags } = start
  const file = join(home, 'holdfast.yaml')
  await writeFile(file, JSON.stringify(config, null, 2))
  const cli = join(directory, 'gateway', 'bin', 'holdfast.js')
  const child = spawn(process.execPath, [...flags, cli, 'serve', '--config', file, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)
  child.once('exit', () => alive.delete(child))
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => chunks.push(chunk))
  }
  const words = (): string => chunks.join('')
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  try {
    return { ready: await untilReady(child, words), words, kill }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}
