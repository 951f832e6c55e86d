/** A target of the suite's own: a backend, a line, and gateways between them in a directory that is thrown away. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { adminAnswer, adminOf, type Operator, readOperator, readText } from './admin.ts'
import type { Setting } from './attack.ts'
import { startBackend } from './backend.ts'
import { type GatewayProcess, type GatewayStart, startGateway } from './gateway.ts'
import { openLine } from './line.ts'
import { neighbourFile } from './neighbours.ts'
import { configOf, type GatewayConfig, outboxOf, type TlsFiles } from './own-config.ts'
import { copyDatabase } from './own-database.ts'
import { plain } from './phone.ts'
import { packageFile } from './product.ts'
import { type Address, exchange } from './raw.ts'
import { openSharedStores } from './shared-stores.ts'
import { sender, type Target } from './target.ts'
import { reserveIdentity, serverIdentity, type TlsIdentity } from './tls-identity.ts'

async function readTree(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

type Fleet = {
  readonly start: (changes?: GatewayConfig) => Promise<void>
  readonly stop: (how: 'kill' | 'end') => Promise<void>
  /** The public address of a node. */
  readonly address: (node: number) => Address
  readonly adminAddress: () => Address
  readonly operator: () => Operator
  readonly words: () => string
}

function loopback(port: number, tls = false): Address {
  return { host: '127.0.0.1', port, tls }
}

/** Gateways from one directory of packages, all alike. */
function createFleet(first: GatewayStart & { readonly tls: boolean }, size: number): Fleet {
  const nodes: GatewayProcess[] = []
  const said: string[] = []
  let { config } = first
  let operator: Operator | null = null
  function node(index: number): GatewayProcess {
    const running = nodes[index]
    if (running === undefined) throw new Error('this node does not run')
    return running
  }
  return {
    async start(changes = {}) {
      config = { ...config, ...changes }
      while (nodes.length < size) nodes.push(await startGateway({ ...first, config }))
      operator = await readOperator(node(0).ready.credentials)
    },
    async stop(how) {
      for (const running of nodes.splice(0)) {
        await running[how]()
        said.push(running.words())
      }
    },
    address: (index) => loopback(node(index).ready.port, first.tls),
    adminAddress: () => loopback(node(0).ready.adminPort),
    operator() {
      if (operator === null) throw new Error('nothing was started')
      return operator
    },
    words: () => [...said, ...nodes.map((running) => running.words())].join('\n'),
  }
}

/** A built module: `@holdfast/client/index.js`. */
export async function loadFrom(directory: string, specifier: string): Promise<Record<string, unknown>> {
  const file = packageFile(directory, specifier.replace('@holdfast/', ''))
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>
}

/** Nobody listens there at the moment: a gateway does not say where it takes client certificates, it is told. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function writeIdentity(home: string, { key, cert, pin }: TlsIdentity): Promise<TlsFiles> {
  const pins = [pin, reserveIdentity().pin]
  const files = { key: join(home, 'server.key'), cert: join(home, 'server.pem'), pins }
  await writeFile(files.key, key, { mode: 0o600 })
  await writeFile(files.cert, cert)
  return files
}

function flagsOf({ store, heapMegabytes }: Setting): string[] {
  // PostgreSQL is compiled once, for a process that soon ends, and not a second time for speed.
  const compile = store === 'embedded' ? ['--liftoff-only'] : []
  return heapMegabytes === undefined ? compile : [...compile, `--max-old-space-size=${heapMegabytes}`]
}

/** `directory` holds the packages: the product's, or those of a weakened copy. */
export async function startTarget(directory: string, setting: Setting): Promise<Target> {
  const clustered = setting.store === 'cluster'
  const stores = clustered ? await openSharedStores() : null
  const home = await mkdtemp(join(tmpdir(), 'holdfast-target-'))
  const tls = setting.tls !== undefined
  const [backend, line] = [await startBackend(), await openLine(tls ? 'https' : 'http')]
  const files = tls ? await writeIdentity(home, serverIdentity()) : null
  const mutualPort = setting.mutual === true ? await freePort() : null
  const surroundings = { home, origin: line.origin, backend: backend.origin, tls: files, mutualPort }
  const config = configOf(surroundings, setting, stores?.config ?? {})
  if (setting.store === 'embedded') await copyDatabase(join(home, 'data', 'database'))
  const fleet = createFleet({ directory, home, config, flags: flagsOf(setting), tls }, clustered ? 2 : 1)
  const { adminAddress } = fleet

  async function start(changes?: GatewayConfig): Promise<void> {
    await fleet.start(changes)
    line.lead(fleet.address(0))
  }
  async function close(): Promise<void> {
    line.close()
    await backend.close()
    await fleet.stop('end')
    await stores?.remove()
    await rm(home, { recursive: true, force: true })
  }
  try {
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    ...sender(() => fleet.address(0)),
    ...adminOf(adminAddress, fleet.operator),
    origin: line.origin,
    openPath: '/open',
    backend,
    sendElsewhere: (request) => exchange(fleet.address(1), request),
    sendAdmin: async (request) => adminAnswer(await exchange(adminAddress(), request)),
    adminHost: () => `127.0.0.1:${adminAddress().port}`,
    lastText: (sendTo) => readText(outboxOf(home), sendTo),
    async crash() {
      await fleet.stop('kill')
      await start()
    },
    async restart(changes) {
      await fleet.stop('end')
      await start(changes)
    },
    mutualAddress: () => loopback(mutualPort ?? 0, true),
    divert: (to) => line.lead(to ?? fleet.address(0)),
    async wipeNonces() {
      await stores?.wipeNonces()
    },
    async publicWords() {
      const metrics = await exchange(adminAddress(), plain({ origin: `http://127.0.0.1` }, '/metrics'))
      return `${fleet.words()}\n${metrics.text}`
    },
    files: () => readTree(join(home, 'data')),
    outbox: () => readFile(outboxOf(home), 'utf8'),
    dump: async () => stores?.dump() ?? '',
    query: async (sql, ...values) => stores?.query(sql, values) ?? [],
    load: (specifier) => loadFrom(directory, specifier),
    neighbour: (path) => neighbourFile(directory, path),
    close,
  }
}
