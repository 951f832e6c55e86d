import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import type { ShortLivedStore } from '../../store.ts'
import { shortLivedContract } from '../contract/index.ts'
import { t0 } from '../contract/facts.ts'
import { redisShortLived } from './index.ts'

const url = process.env['HOLDFAST_TEST_REDIS'] ?? 'redis://127.0.0.1:6379'
const admin = new Redis(url, { lazyConnect: true, connectTimeout: 2000, retryStrategy: () => null })
admin.on('error', () => {})
const reachable = await admin.connect().then(
  () => true,
  () => false,
)
const startable = spawnSync('redis-server', ['--version']).status === 0

const opened: ShortLivedStore[] = []
const prefixes: string[] = []

async function open(options: Parameters<typeof redisShortLived>[0]): Promise<ShortLivedStore> {
  const store = await redisShortLived(options)
  opened.push(store)
  return store
}

async function forget(prefix: string): Promise<void> {
  const keys = await admin.keys(`${prefix}:*`)
  if (keys.length > 0) await admin.del(keys)
}

afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()))
  if (reachable) for (const prefix of prefixes) await forget(prefix)
  admin.disconnect()
})

describe.skipIf(!reachable)('Redis store (skipped when HOLDFAST_TEST_REDIS is unreachable)', () => {
  shortLivedContract(
    'Redis',
    async () => {
      const prefix = `holdfast-test-${randomUUID()}`
      prefixes.push(prefix)
      const nodes = await Promise.all([open({ url, prefix }), open({ url, prefix })])
      const wipe = async () => {
        await forget(prefix)
        return nodes
      }
      return { nodes, wipe }
    },
    { describe, it, expect },
  )

  it('refuses to start without a server', async () => {
    const started = redisShortLived({ url: 'redis://127.0.0.1:1' })
    await expect(started).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe.skipIf(!startable)('Redis process (skipped when there is no redis-server to start)', () => {
  let child: ChildProcess | undefined
  let directory = ''

  async function start(...flags: string[]): Promise<string> {
    directory ||= await mkdtemp(join(tmpdir(), 'holdfast-redis-'))
    const socket = join(directory, 'socket')
    child = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--dir', directory, ...flags])
    for await (const line of child.stdout!) if (String(line).includes('ready to accept')) break
    return socket
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  afterEach(async () => {
    await stop('SIGKILL')
    if (directory !== '') await rm(directory, { recursive: true })
    directory = ''
  })

  it('refuses an instance that may evict keys', async () => {
    const socket = await start('--maxmemory-policy', 'allkeys-lru')
    await expect(redisShortLived({ url: socket })).rejects.toThrow(TypeError)
  })

  it('goes on when the instance forbids CONFIG', async () => {
    const socket = await start('--rename-command', 'CONFIG', '')
    const store = await open({ url: socket })
    expect(await store.useNonce('key', 'nonce', t0, t0 + 1000)).toEqual({ first: true, epoch: t0 })
  })

  it('refuses at once while it is down, and recovers with a new epoch though its dump was loaded', async () => {
    const store = await open({ url: await start('--save', '3600 1') })
    await store.markPristine()
    expect(await store.useNonce('key', 'one', t0, t0 + 65_000)).toEqual({ first: true, epoch: 0 })

    // Saves on the way down: the marker comes back from disk, and must not count.
    await stop('SIGTERM')
    const begun = performance.now()
    for (const act of [
      () => store.useNonce('key', 'two', t0, t0 + 1000),
      () => store.hit('key', 1000, t0),
      () => store.ping(),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: 'store_unavailable' })
    }
    expect(performance.now() - begun).toBeLessThan(1500)

    await start('--save', '3600 1')
    const again = async () => store.useNonce('key', randomUUID(), t0 + 9000, t0 + 70_000)
    const recovered = await vi.waitFor(again, { timeout: 20_000 })
    expect(recovered).toEqual({ first: true, epoch: t0 + 9000 })
    expect((await store.useNonce('key', 'one', t0 + 9000, t0 + 70_000)).first).toBe(false)
  })

  it('refuses within a second or two when it hangs', async () => {
    const store = await open({ url: await start() })
    child?.kill('SIGSTOP')
    const begun = performance.now()
    await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(performance.now() - begun).toBeLessThan(3000)
    child?.kill('SIGCONT')
    await vi.waitFor(() => store.ping(), { timeout: 20_000 })
  })
})
