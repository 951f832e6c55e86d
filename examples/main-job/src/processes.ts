/** Starts and ends the processes of the main job: a backend in Python, and the gateway as an operator runs it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

export type Ready = { readonly port: number; readonly adminPort?: number }
export type Running = Ready & { stop(): Promise<void> }

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

/** Resolves with the process's first line that says it is ready; rejects when it ends before. */
async function start(command: string, args: readonly string[]): Promise<Running> {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`${command} ended with status ${code} before it was ready`))
    })
  })
  const ready = (async (): Promise<Ready> => {
    for await (const line of createInterface({ input: child.stdout })) {
      if (/^\{"ready": ?true/.test(line)) return JSON.parse(line) as Ready
    }
    return failed
  })()
  const { port, adminPort } = await Promise.race([ready, failed])
  failed.catch(() => undefined)
  child.stdout.resume()
  return { port, ...(adminPort === undefined ? {} : { adminPort }), stop: () => stop(child) }
}

export async function startBackend(secretFile: string): Promise<Running> {
  const args = ['examples/python-accounts/accounts.py', '--port', '0', '--secret-file', secretFile]
  try {
    return await start('python3', args)
  } catch (cause) {
    throw new Error('the example backend needs Python 3 (python3 on the PATH)', { cause })
  }
}

export function startGateway(configFile: string): Promise<Running> {
  return start(process.execPath, [
    'packages/gateway/bin/holdfast.js',
    'serve',
    '--config',
    configFile,
    '--json',
  ])
}

/** Runs one `holdfast` command and returns what it printed as JSON. */
export async function holdfast(...args: readonly string[]): Promise<Record<string, unknown>> {
  const all = ['packages/gateway/bin/holdfast.js', ...args, '--json']
  const child = spawn(process.execPath, all, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk as string
  const [code] = (await exited) as [number | null]
  if (code !== 0) throw new Error(`holdfast ${args[0]} ended with status ${code}`)
  return JSON.parse(text) as Record<string, unknown>
}
