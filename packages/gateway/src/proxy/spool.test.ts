import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { createGathering } from './gathering.ts'
import { createLoad, defaultLimits } from '../line/limits.ts'
import { spool } from './spool.ts'

test('no chunk is kept: a chunk of one octet costs one octet', async () => {
  const message = new EventEmitter()
  const load = createLoad(defaultLimits)
  const fields = new Map([['transfer-encoding', 'chunked']])
  const body = spool(message as IncomingMessage, fields, {
    limitBytes: 10_000,
    load,
    address: '192.0.2.1',
    tooLarge: 'body_too_large',
  })
  // One array for all chunks, overwritten each time: whoever kept a chunk has lost what it held.
  const chunk = Buffer.alloc(1)
  for (let i = 0; i < 5_000; i++) {
    chunk[0] = i % 251
    message.emit('data', chunk)
  }
  message.emit('end')
  expect(await body).toEqual(Uint8Array.from({ length: 5_000 }, (_, i) => i % 251))
  expect(load.spooledBytes()).toBe(5_000)
})

test('room is made as octets arrive: at most twice what came, and never more than can come', () => {
  const unknown = createGathering({ atMostBytes: 1_000_000 })
  unknown.append(new Uint8Array(3_000))
  unknown.append(new Uint8Array(1))
  expect(unknown.take().buffer.byteLength).toBe(6_000)
  const stated = createGathering({ atMostBytes: 3_001 })
  stated.append(new Uint8Array(3_000))
  stated.append(new Uint8Array(1))
  expect(stated.take().buffer.byteLength).toBe(3_001)
})
