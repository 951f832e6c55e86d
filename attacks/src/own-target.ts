/** A target of the suite's own: a backend, a line, and one gateway between them in a directory that is thrown away. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { adminOf, type Operator, readOperator, readText } from './admin.ts'
import type { Setting } from './attack.ts'
import { type Backend, startBackend } from './backend.ts'
import { type GatewayProcess, startGateway } from './gateway.ts'
import { type Line, openLine } from './line.ts'
import { type Address, exchange } from './raw.ts'
import { plain } from './phone.ts'
import { sender, type Target } from './target.ts'

export type OwnTarget = Target & {
  readonly backend: Backend
  readonly line: Line
  readonly adminAddress: Address
}

type Config = Readonly<Record<string, unknown>>

/** Limits are generous: hundreds of phones enrol here within a minute. An attack on a limit sets its own. */
function configOf(
  home: string,
  backend: Backend,
  line: Line,
  { store = 'memory', config = {} }: Setting,
): Config {
  const { policy = {}, ...others } = config as { policy?: Config }
  return {
    origin: line.origin,
    listen: { port: 0 },
    admin: { port: 0 },
    data: join(home, 'data'),
    store: { kind: store },
    upstreams: [{ name: 'backend', url: backend.origin, identity: { mode: 'signature' } }],
    routes: [
      { path: '/open/*', methods: ['GET', 'HEAD'], policy: 'open' },
      { path: '/device-only/*', signer: 'device' },
    ],
    outbox: { kind: 'insecureReadable', file: join(home, 'outbox.jsonl') },
    ...others,
    policy: { anonymousPerMinute: 1_000_000, ...policy },
  }
}

async function readTree(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

function loopback(port: number): Address {
  return { host: '127.0.0.1', port, tls: false }
}

/** `directory` holds the packages: the product's, or those of a weakened copy. */
export async function startTarget(directory: string, setting: Setting): Promise<OwnTarget> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-target-'))
  const [backend, line] = [await startBackend(), await openLine()]
  let config = configOf(home, backend, line, setting)
  let gateway: GatewayProcess | null = null
  let operator: Operator | null = null
  const said: string[] = []

  async function start(): Promise<GatewayProcess> {
    const started = await startGateway(directory, home, config)
    operator ??= await readOperator(join(home, 'data', 'operator.json'))
    line.lead(loopback(started.ready.port))
    gateway = started
    return started
  }
  function running(): GatewayProcess {
    if (gateway === null) throw new Error('the gateway does not run')
    return gateway
  }
  async function stop(): Promise<void> {
    said.push(gateway?.words() ?? '')
    await gateway?.kill()
    gateway = null
  }
  async function close(): Promise<void> {
    await stop()
    line.close()
    await backend.close()
    await rm(home, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await close()
    throw error
  }
  const address = (): Address => loopback(running().ready.port)
  const adminAddress = (): Address => loopback(running().ready.adminPort)
  const admin = adminOf(adminAddress, () => operator as Operator)
  return {
    ...sender(address),
    ...admin,
    origin: line.origin,
    openPath: '/open',
    backend,
    line,
    get adminAddress(): Address {
      return adminAddress()
    },
    oneTimeText: (sendTo) => readText(join(home, 'outbox.jsonl'), sendTo),
    async crash(changes = {}) {
      await stop()
      config = { ...config, ...changes }
      await start()
    },
    async publicWords() {
      const metrics = await exchange(adminAddress(), plain({ origin: 'http://127.0.0.1' }, '/metrics'))
      return [...said, running().words(), metrics.text].join('\n')
    },
    files: () => readTree(join(home, 'data')),
    load: (specifier) => {
      const [, name, ...path] = specifier.split('/')
      const file = join(directory, name as string, 'dist', ...path)
      return import(pathToFileURL(file).href) as Promise<Record<string, unknown>>
    },
    close,
  }
}
