import { HoldfastError } from '@holdfast/core'
import { Redis } from 'ioredis'
import type { ShortLivedStore } from '../../store.ts'
import { hitScript, useNonceScript } from './scripts.ts'

export type RedisOptions = {
  /** `redis://host:port` or `rediss://…` */
  url: string
  /** In front of every key; `holdfast` when not given. */
  prefix?: string
}

type Scripted = Redis & {
  useNonce(marker: string, use: string, now: number, lifeMs: number): Promise<[number, string]>
  hit(counter: string, now: number, windowMs: number): Promise<number>
}

/**
 * Nonces and rates in one Redis or Valkey for any number of nodes. Rejects with TypeError when the instance may evict keys:
 * an evicted nonce is a replay let through. While it cannot be reached every act rejects with `store_unavailable`.
 *
 * The epoch marker bears the run id of the server process. A restart from an older dump and a replica that was promoted
 * before it had everything are other processes: they have no marker yet, so the memory they lost is noticed
 * (docs/protocol.md 3.5).
 */
export async function redisShortLived({ url, prefix = 'holdfast' }: RedisOptions): Promise<ShortLivedStore> {
  const redis = connectionTo(url)
  let runId: string | undefined

  const learnRunId = async () => {
    runId = /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1]
    if (runId === undefined) throw new Error('this Redis does not tell its run id')
  }
  redis.on('close', () => {
    runId = undefined
  })

  try {
    await refusingAsUnavailable(() => redis.connect())
    await refuseEviction(redis)
    await refusingAsUnavailable(learnRunId)
  } catch (error) {
    redis.disconnect()
    throw error
  }
  // Acts are refused until the new connection has told its run id; one that does not is given up for another.
  redis.on('ready', () => void learnRunId().catch(() => redis.disconnect(true)))

  const markerName = () => {
    if (runId === undefined) throw new HoldfastError('store_unavailable')
    return `${prefix}:epoch:${runId}`
  }

  return {
    useNonce(key, nonce, now, expiresAt) {
      return refusingAsUnavailable(async () => {
        // The length in front keeps two pairs from reading as one.
        const use = `${prefix}:nonce:${key.length}:${key}${nonce}`
        const lifeMs = Math.max(1, Math.ceil(expiresAt - now))
        const [first, epoch] = await redis.useNonce(markerName(), use, now, lifeMs)
        return { first: first === 1, epoch: Number(epoch) }
      })
    },

    markPristine() {
      return refusingAsUnavailable(async () => void (await redis.set(markerName(), 0, 'NX')))
    },

    hit(key, windowMs, now) {
      return refusingAsUnavailable(() => redis.hit(`${prefix}:rate:${key}`, now, windowMs))
    },

    ping() {
      return refusingAsUnavailable(async () => void (await redis.ping()))
    },

    async close() {
      redis.disconnect()
    },
  }
}

/** Refuses at once what it cannot send, and never sends twice: a nonce sent again would look like a replay of itself. */
function connectionTo(url: string): Scripted {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1000,
    commandTimeout: 1000,
    retryStrategy: (times) => Math.min(times * 50, 500),
  })
  // Losses show in the acts; without a listener the event would be printed.
  redis.on('error', () => {})
  redis.defineCommand('useNonce', { numberOfKeys: 2, lua: useNonceScript })
  redis.defineCommand('hit', { numberOfKeys: 1, lua: hitScript })
  // defineCommand adds the two methods at run time.
  return redis as Scripted
}

async function refuseEviction(redis: Redis): Promise<void> {
  // A service that forbids CONFIG cannot be asked; its operator answers for the setting (docs/operate.md).
  const answer = await redis.config('GET', 'maxmemory-policy').catch(() => [])
  const policy: unknown = Array.isArray(answer) ? answer[1] : undefined
  if (typeof policy === 'string' && policy !== 'noeviction') {
    throw new TypeError('this Redis may evict keys: set maxmemory-policy to noeviction')
  }
}

async function refusingAsUnavailable<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof HoldfastError) throw error
    throw new HoldfastError('store_unavailable', { cause: error })
  }
}
