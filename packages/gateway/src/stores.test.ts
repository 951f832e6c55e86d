import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import type { Config } from './config/config.ts'
import { openStores } from './stores.ts'

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
