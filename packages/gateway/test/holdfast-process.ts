/** The built `holdfast` command in child processes, each with a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled } from '../../server/test/bundled.ts'

const shipped = fileURLToPath(new URL('../bin/holdfast.js', import.meta.url))

/** The same in few files, which start in a third of the time: for tests of what it does once it runs. */
export const fromBundle = (): Promise<string> => bundled(shipped)

export type Finished = { readonly code: number | null; readonly out: string; readonly err: string }
export type Ready = {
  readonly port: number
  readonly adminPort: number
  readonly pins: string[]
  readonly credentials: string
}
export type Serving = Ready & {
  readonly pid: number
  /** All that was written to stdout and stderr so far. */
  output(): string
  stop(signal: NodeJS.Signals): Promise<Finished>
}

export type Place = {
  readonly directory: string
  run(...args: string[]): Promise<Finished>
  runWithInput(input: string, ...args: string[]): Promise<Finished>
  serve(...args: string[]): Promise<Serving>
  /** Ends what still runs and removes the directory. */
  clear(): void
}

type Held = { readonly child: ChildProcess; readonly finished: Promise<Finished>; out: string; err: string }

function hold(child: ChildProcess): Held {
  const held = { child, out: '', err: '' } as Omit<Held, 'finished'> & { finished?: Promise<Finished> }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (held.out += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (held.err += text))
  held.finished = new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, out: held.out, err: held.err }))
  })
  return held as Held
}

function readyLine(held: Held): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const line = held.out.split('\n').find((text) => text.startsWith('{"ready":true'))
      if (line?.endsWith('}') === true) resolve(JSON.parse(line) as Ready)
    }
    held.child.stdout?.on('data', look)
    held.finished.then(
      ({ code, err }) => reject(new Error(`holdfast serve ended with ${code}: ${err}`)),
      reject,
    )
  })
}

/** Those that run: a test that is given up on clears nothing, and its processes would stay for ever. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export type PlaceOptions = {
  /** For node itself. */
  readonly nodeArgs?: readonly string[]
  /** The command as it is shipped unless told. */
  readonly command?: () => Promise<string>
}

export function createPlace(
  config: string,
  { nodeArgs = [], command = async () => shipped }: PlaceOptions = {},
): Place {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-cli-'))
  writeFileSync(join(directory, 'holdfast.yaml'), config)
  const children = new Set<ChildProcess>()
  const start = async (args: readonly string[], input?: string): Promise<Held> => {
    const child = spawn(process.execPath, [...nodeArgs, await command(), ...args], { cwd: directory })
    child.stdin.end(input)
    for (const all of [children, running]) {
      all.add(child)
      child.once('close', () => all.delete(child))
    }
    return hold(child)
  }
  return {
    directory,
    run: async (...args: string[]): Promise<Finished> => (await start(args)).finished,
    runWithInput: async (input: string, ...args: string[]): Promise<Finished> =>
      (await start(args, input)).finished,
    async serve(...args: string[]): Promise<Serving> {
      const held = await start(['serve', '--json', ...args])
      const ready = await readyLine(held)
      return {
        ...ready,
        pid: held.child.pid as number,
        output: () => held.out + held.err,
        stop(signal: NodeJS.Signals): Promise<Finished> {
          held.child.kill(signal)
          return held.finished
        },
      }
    },
    clear(): void {
      for (const child of children) child.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
