import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Client } from 'pg'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Config } from './config/config.ts'
import { closeStores, openStores } from './stores.ts'

afterEach(() => vi.useRealTimers())

/** Speaks as much of the Redis protocol as opening takes: each command is an array whose words are told in turn. */
async function redis(answers: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (text: Buffer) => {
      for (const [, name = ''] of text.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
        socket.write(answers[name.toLowerCase()] ?? '+OK\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a Redis that may forget nonces is refused with the setting to change', async () => {
  const info = 'redis_version:7.0.0\r\nloading:0\r\nrun_id:abc\r\n'
  const url = await redis({
    info: `$${info.length}\r\n${info}\r\n`,
    config: '*2\r\n$16\r\nmaxmemory-policy\r\n$11\r\nallkeys-lru\r\n',
  })
  const config = { store: { kind: 'memory' }, nonces: { kind: 'redis', url } } as Config
  await expect(openStores(config)).rejects.toThrow(/Redis.*cannot be opened .*maxmemory-policy to noeviction/)
})

const server = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const admin = new Client({ connectionString: server, connectionTimeoutMillis: 2000 })
const reachable = await admin.connect().then(
  () => true,
  () => false,
)

test.skipIf(!reachable)('a clock that is not the one of PostgreSQL is refused', async () => {
  const database = `holdfast_clock_${randomUUID().replaceAll('-', '')}`
  await admin.query(`create database ${database}`)
  onTestFinished(async () => {
    await admin.query(`drop database ${database} with (force)`)
    await admin.end()
  })
  const url = Object.assign(new URL(server), { pathname: `/${database}` }).href
  const config = { store: { kind: 'postgres', url }, nonces: { kind: 'memory' } } as Config
  const stores = await openStores(config)
  await closeStores(stores)

  for (const wrongMs of [-3_600_000, 3_600_000]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + wrongMs })
    await expect(openStores(config)).rejects.toThrow(
      /clocks of this machine and of the database differ by 3[56]\d\d s/,
    )
    vi.useRealTimers()
  }
})
