/** A node of the service in a process of its own that can be ended at any statement, and the database it shares with this one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { Client } from 'pg'
import type { RequestHead } from '../src/head.ts'
import type { OwnAnswer } from '../src/http.ts'
import { openKeyFile } from '../src/key-file.ts'
import { postgresShortLived, postgresStore } from '../src/stores/sql/index.ts'
import { bundled } from './bundled.ts'
import { openHouse, type OpenHouse } from './passcode.ts'
import { origin } from './stage.ts'

const postgres = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'

async function inPostgres<Result>(url: string, act: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}

export function postgresReachable(): Promise<boolean> {
  return inPostgres(postgres, async () => {}).then(
    () => true,
    () => false,
  )
}

export type Grounds = {
  /** A node in this process. */
  readonly house: OpenHouse
  readonly url: string
  /** Where the keys of all nodes are. */
  readonly keys: string
  /** What a node in a process of its own runs. */
  readonly script: () => Promise<string>
  /** Every row of every table, as text. */
  dump(): Promise<string>
  close(): Promise<void>
}

/** A database, a key file, and the first node on them. */
export async function openGrounds(): Promise<Grounds> {
  const name = `holdfast_test_${randomUUID().replaceAll('-', '')}`
  const url = Object.assign(new URL(postgres), { pathname: `/${name}` }).href
  await inPostgres(postgres, (client) => client.query(`create database ${name}`))
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-passcode-'))
  const keys = join(folder, 'keys.json')
  const clock = { now: Date.now, monotonic: () => performance.now() }
  const store = await postgresStore({ url, connections: 4 })
  const shortLived = await postgresShortLived({ url, connections: 4 })
  const ring = await openKeyFile(keys, { clock, crypto: nodeCrypto })
  const house = await openHouse({}, { store, shortLived, keys: ring, clock })
  return {
    house,
    url,
    keys,
    script: () => bundled(fileURLToPath(new URL('passcode-node.mjs', import.meta.url))),
    dump: () => inPostgres(url, dumpAll),
    async close(): Promise<void> {
      await house.server.close()
      await Promise.all([store.close(), shortLived.close()])
      await inPostgres(postgres, (client) => client.query(`drop database ${name} with (force)`))
      await rm(folder, { recursive: true })
    },
  }
}

async function dumpAll(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  )
  const texts: string[] = []
  for (const { name } of rows) {
    const { rows: held } = await client.query<{ row: string }>(
      `select to_jsonb(t)::text as row from "${name}" t`,
    )
    texts.push(`${name}:`, ...held.map(({ row }) => row))
  }
  return texts.join('\n')
}

export type ChildNode = {
  readonly pid: number
  /** Ends itself once PostgreSQL has answered the nth statement from now. */
  killAfter(statements: number): void
  /** Rejects when the process ends before it answered. */
  answer(head: RequestHead, body: Uint8Array): Promise<OwnAnswer>
  kill(): void
}

type Said = { readonly id?: number; readonly body: string } & Omit<OwnAnswer, 'body'>

export async function startNode(grounds: Grounds): Promise<ChildNode> {
  // A database that is busy with other suites may refuse a start.
  for (let tries = 5; tries > 0; tries--) {
    const node = await start(grounds).catch(() => null)
    if (node !== null) return node
  }
  throw new Error('no node starts')
}

async function start({ url, keys, script }: Grounds): Promise<ChildNode> {
  const words = [await script(), JSON.stringify({ url, keys, origin })]
  const child: ChildProcess = spawn(process.execPath, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const { stdin, stdout, pid } = child
  if (stdin === null || stdout === null || pid === undefined) throw new Error('no process')
  // Ended in the middle of a line.
  stdin.on('error', () => {})
  const waiting = new Map<number, (answer: OwnAnswer) => void>()
  const ended = once(child, 'exit').then((): never => {
    throw new Error('the node is gone')
  })
  ended.catch(() => {})
  const lines = createInterface({ input: stdout })
  lines.on('line', (line) => {
    const { id, body, ...answer } = JSON.parse(line) as Said
    if (id !== undefined) waiting.get(id)?.({ ...answer, body: Buffer.from(body, 'base64') })
  })
  await Promise.race([once(lines, 'line'), ended])
  let asked = 0
  return {
    pid,
    killAfter: (statements) => void stdin.write(`${JSON.stringify({ killAt: statements })}\n`),
    answer(head: RequestHead, body: Uint8Array): Promise<OwnAnswer> {
      const id = ++asked
      const fields = [...head.fields].flat()
      const { method, target } = head
      const answered = new Promise<OwnAnswer>((resolve) => waiting.set(id, resolve))
      const sent = { id, method, target: target.raw, fields, body: Buffer.from(body).toString('base64') }
      stdin.write(`${JSON.stringify(sent)}\n`)
      return Promise.race([answered, ended])
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
