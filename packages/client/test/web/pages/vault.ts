/** A vault of one app, its files as they lie in the browser, and timings. */
import { type WebPlatform, webPlatform } from '@holdfast/client/web'
import { openVault, type OpenVault, wipeVault } from '../../../src/vault.ts'
import type { VaultMark } from '../../../src/vault.ts'

const id = 'vault'
const key = new Uint8Array(32).fill(1)
/** Each test has an app of its own. */
let app = ''
let opened: OpenVault | null = null

const platforms = new Map<string, WebPlatform>()
/** One per page. */
function platform(): WebPlatform {
  const known = platforms.get(app) ?? webPlatform({ name: app })
  platforms.set(app, known)
  return known
}

function vault(): OpenVault['vault'] {
  if (opened === null) throw new TypeError('the vault is not open')
  return opened.vault
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle(`${app}-sql`, { create: true })
}

/** Nothing makes these shorter. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}
const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> => new Blob([new Uint8Array(bytes)]).stream()
async function bytesOf(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as ReadableStream<never>).arrayBuffer())
}

export const api = {
  async open(name: string, mark: VaultMark = { known: 0, next: 1 }): Promise<void> {
    app = name
    opened = await openVault({ platform: platform(), id, key, mark })
  },
  close: async () => opened?.close(),
  wipe: () => wipeVault(platform(), id),
  exec: (sql: string, parameters: Array<string | number> = []) => vault().sql.exec(sql, parameters),
  async fill(rows: number, text: string): Promise<void> {
    await vault().sql.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)')
    await vault().sql.batch(
      Array.from({ length: rows }, (_, i) => ['INSERT INTO t VALUES (?, ?)', [i, text]] as const),
    )
  },
  set: (name: string, value: string) => vault().preferences.set(name, value),
  get: (name: string) => vault().preferences.get(name),
  recipient: () => vault().files.recipient(),
  put: (name: string, content: Uint8Array) => vault().files.put(name, streamOf(content)),
  read: async (name: string) => bytesOf(await vault().files.get(name)),
  /** Whether so many octets came back as they were. */
  async roundTrip(length: number): Promise<boolean> {
    const content = noise(length)
    await vault().files.put('large', streamOf(content))
    const got = await bytesOf(await vault().files.get('large'))
    return got.length === length && got.every((octet, i) => octet === content[i])
  },
  putNoise: (length: number) => vault().files.put('noise', streamOf(noise(length))),
  async cached(path: string, body: string): Promise<string> {
    const fetch = vault().cache.through(
      async () => new Response(body, { headers: { 'cache-control': 'max-age=600' } }),
      { origin: location.origin },
    )
    return (await fetch(path)).text()
  },
  /** Counts up in a table and a preference; the page is killed meanwhile. */
  async count(report: number): Promise<number> {
    const [row] = await vault().sql.exec('SELECT b AS n FROM t LIMIT 1')
    let n = Number(row?.['n'])
    for (let i = 0; i < report; i++) {
      n++
      await vault().sql.exec('UPDATE t SET b = ?', [String(n)])
      await vault().preferences.set('n', String(n))
    }
    void api.count(Number.MAX_SAFE_INTEGER).catch(() => undefined)
    return n
  },
  async databaseBytes(): Promise<Uint8Array> {
    const file = await (await folder()).getFileHandle(`${id}.db`)
    return new Uint8Array(await (await file.getFile()).arrayBuffer())
  },
  async putDatabaseBytes(bytes: Uint8Array): Promise<void> {
    const file = await (await folder()).getFileHandle(`${id}.db`, { create: true })
    const writable = await file.createWritable()
    await writable.write(new Uint8Array(bytes))
    await writable.close()
  },
  usage: async () => (await navigator.storage.estimate()).usage ?? 0,
  /** What is stored for this origin, by file name. */
  async storedFiles(): Promise<string[]> {
    const names: string[] = []
    for (const name of [`${app}-sql`, `${app}-files`]) {
      const root = await navigator.storage.getDirectory()
      const found = (await root.getDirectoryHandle(name, { create: true })) as unknown as {
        keys(): AsyncIterable<string>
      }
      for await (const file of found.keys()) names.push(`${name}/${file}`)
    }
    return [...names, ...(await platform().storage.list(''))]
  },
}
