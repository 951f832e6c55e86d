import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import {
  createServer,
  defaultPolicy,
  type DurableStore,
  type HoldfastServer,
  openKeyFile,
  parseHead,
  systemClock,
} from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'
import { expect, onTestFinished, test } from 'vitest'
import { parseCredentials } from './credentials.ts'
import { ensureFirstOperator } from './first-operator.ts'

type Rig = {
  readonly data: string
  readonly store: DurableStore
  /** One start on this store. */
  readonly start: (store?: DurableStore) => Promise<{ server: HoldfastServer }>
}

async function rig(): Promise<Rig> {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-operator-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  const keys = await openKeyFile(join(data, 'keys.json'), { clock: systemClock, crypto: nodeCrypto })
  const real = memoryStore()
  return {
    data,
    store: real,
    async start(store: DurableStore = real): Promise<{ server: HoldfastServer }> {
      const server = await createServer({
        origin: 'http://127.0.0.1:8080',
        store,
        shortLived: memoryShortLived(),
        keys,
        policy: defaultPolicy,
        routes: [],
        outbox: { send: () => Promise.resolve() },
        clock: systemClock,
      })
      onTestFinished(() => server.close())
      return { server }
    },
  }
}

/** The operator whom the file lets in. */
function nameIn(path: string, { server }: { server: HoldfastServer }): Promise<string> {
  const { name, secret } = parseCredentials(readFileSync(path, 'utf8'))
  const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
  const head = parseHead('GET', '/admin/operators', ['authorization', authorization], '127.0.0.1')
  return server.operators.authenticate(head)
}

test.each([
  ['before', false],
  ['after', true],
])('a start cut off %s the commit locks nobody out: the next one finishes', async (_when, committed) => {
  const { data, store, start } = await rig()
  const cut: DurableStore = {
    ...store,
    async addFirstOperator(operator, audit): Promise<boolean> {
      if (committed) await store.addFirstOperator(operator, audit)
      throw new Error('killed')
    },
  }
  await expect(ensureFirstOperator({ data }, await start(cut))).rejects.toThrow('killed')
  expect(existsSync(join(data, 'operator.json'))).toBe(false)
  const next = await start()
  const path = await ensureFirstOperator({ data }, next)
  expect(await nameIn(path, next)).toBe('admin')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(existsSync(`${path}.new`)).toBe(false)
})

test('half a draft, or half a file, of an earlier start is written anew', async () => {
  const { data, start } = await rig()
  const path = join(data, 'operator.json')
  writeFileSync(`${path}.new`, '{"name":"adm')
  writeFileSync(path, '{"name', { mode: 0o644 })
  const service = await start()
  await ensureFirstOperator({ data }, service)
  expect(await nameIn(path, service)).toBe('admin')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('where another node made the first operator, a left-over is thrown away and nothing is written', async () => {
  const { data, start } = await rig()
  const service = await start()
  await service.server.operators.ensureFirst()
  const draft = join(data, 'operator.json.new')
  writeFileSync(draft, JSON.stringify({ name: 'admin', secret: 'hfo_never_committed' }))
  await ensureFirstOperator({ data }, service)
  expect(existsSync(draft)).toBe(false)
  expect(existsSync(join(data, 'operator.json'))).toBe(false)
})
