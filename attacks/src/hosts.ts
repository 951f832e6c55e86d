/** Processes in which gateways run, one after the other: starting Node and loading libraries costs ten times what a gateway does. */
import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Run the command line in `cli` with this configuration; or end what runs, as a signal would. */
export type Order = { readonly cli: string; readonly config: string } | 'end'

export type Host = {
  readonly child: ChildProcess
  /** Of node. */
  readonly flags: string
  /** Of its standard output. */
  readonly lines: Interface
  /** Everything it has written in its life. */
  readonly said: () => string
  readonly gone: Promise<void>
}

const program = fileURLToPath(new URL('../dist/host.js', import.meta.url))

/** None outlives the suite, however it ends. */
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

function openHost(flags: readonly string[]): Host {
  const child = fork(program, [], { execArgv: [...flags], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  alive.add(child)
  const gone = new Promise<void>((resolve) => child.once('close', resolve).once('error', resolve))
  void gone.then(() => alive.delete(child))
  const [output, errors] = [child.stdout, child.stderr]
  if (output === null || errors === null) throw new Error('its output goes elsewhere')
  const chunks: string[] = []
  for (const stream of [output, errors])
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  const lines = createInterface({ input: output })
  return { child, flags: flags.join(' '), lines, said: () => chunks.join(''), gone }
}

let idle: readonly Host[] = []

/** While it is idle nobody waits for it. */
function hold({ child }: Host, held: boolean): void {
  for (const handle of [child, child.channel, child.stdout as Socket | null, child.stderr as Socket | null])
    if (held) handle?.ref()
    else handle?.unref()
}

export function takeHost(flags: readonly string[]): Host {
  const found = idle.find((host) => host.flags === flags.join(' ') && alive.has(host.child))
  if (found === undefined) return openHost(flags)
  idle = idle.filter((host) => host !== found)
  hold(found, true)
  return found
}

/** Nothing runs in it any more. */
export function giveBack(host: Host): void {
  hold(host, false)
  idle = [...idle, host]
}

/** SIGKILL: no farewell, no flush. */
export async function killHost({ child, gone }: Host): Promise<void> {
  child.kill('SIGKILL')
  await gone
}

/** The line of JSON that says of a gateway that it is ready, or has ended. Rejects when there is none within this time. */
export function tell({ child, lines, gone }: Host, order: Order, patienceMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const read = (line: string): void => {
      if (!/^\{"(ready|ended)":/.test(line)) return
      done()
      resolve(JSON.parse(line))
    }
    const timer = setTimeout(() => fail('did not answer'), patienceMs)
    const done = (): void => {
      clearTimeout(timer)
      lines.off('line', read)
    }
    const fail = (why: string): void => {
      done()
      reject(new Error(why))
    }
    lines.on('line', read)
    void gone.then(() => fail('ended'))
    child.send(order, (error) => error && fail('ended'))
  })
}
