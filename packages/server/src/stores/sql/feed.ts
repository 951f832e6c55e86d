import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import type { Invalidation, InvalidationFeed } from '../../store.ts'
import { refusingAsUnavailable } from './driver.ts'
import { channel, parseInvalidation } from './invalidation.ts'

const beatMs = 250
const longestBeatMs = 2000
const firstRetryMs = 100
const longestRetryMs = 1000

/**
 * Hears LISTEN/NOTIFY on a connection of its own. Proof of hearing is a beat: a notification this connection sends to
 * itself. PostgreSQL delivers in commit order, so once it is back everything committed before its sending was delivered.
 * A cut is repaired by itself, and then `all` is told first: what was sent meanwhile is lost.
 */
export async function listen(
  config: ClientConfig,
  listener: (event: Invalidation) => void,
): Promise<InvalidationFeed> {
  const closing = new AbortController()
  let line = await refusingAsUnavailable(() => openLine(config, listener))

  let freshAt = line.openedAt

  async function reopen(): Promise<void> {
    for (let wait = firstRetryMs; !closing.signal.aborted; wait = Math.min(wait * 2, longestRetryMs)) {
      try {
        line = await openLine(config, listener)
        listener({ all: true })
        return
      } catch {
        await delay(wait, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }

  async function keepBeating(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        freshAt = await line.beat()
        await delay(beatMs, undefined, { signal: line.lost })
      } catch {
        // Not waited for: the end of a dead line may be long in coming.
        void line.close()
        await reopen()
      }
    }
    await line.close()
  }
  const beating = keepBeating()

  return {
    freshAt: () => freshAt,
    async close() {
      closing.abort()
      await line.close()
      await beating
    },
  }
}

type Line = {
  /** performance.now() of a moment since which it hears everything. */
  openedAt: number
  /** Resolves with the performance.now() of its sending once it came back. */
  beat(): Promise<number>
  /** Aborted when the connection is lost. */
  lost: AbortSignal
  close(): Promise<void>
}

async function openLine(config: ClientConfig, listener: (event: Invalidation) => void): Promise<Line> {
  const client = new Client(config)
  const lost = new AbortController()
  const close = () => client.end().catch(() => {})
  client.on('error', () => lost.abort())
  client.on('end', () => lost.abort())

  const beatChannel = `holdfast_beat_${randomUUID().replaceAll('-', '')}`
  const beats = new EventEmitter()
  client.on('notification', ({ channel: name, payload = '' }) => {
    if (name === beatChannel) beats.emit('back')
    const event = name === channel ? parseInvalidation(payload) : null
    if (event) listener(event)
  })

  try {
    await client.connect()
    // A beat need not reach the disk.
    await client.query('set synchronous_commit = off')
    await client.query(`listen ${channel}`)
    await client.query(`listen ${beatChannel}`)
  } catch (error) {
    void close()
    throw error
  }

  return {
    openedAt: performance.now(),
    async beat() {
      const sentAt = performance.now()
      const back = once(beats, 'back', { signal: AbortSignal.timeout(longestBeatMs) })
      await Promise.all([client.query('select pg_notify($1, $2)', [beatChannel, '']), back])
      return sentAt
    },
    lost: lost.signal,
    close,
  }
}
