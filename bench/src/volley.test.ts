import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { listen } from './listen.ts'
import type { Sample } from './target.ts'
import { loadVolley } from './volley.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

const request = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n'

async function round(answer: RequestListener, count: number): Promise<Sample> {
  const server = createServer(answer)
  stops.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const { port } = await listen(server)
  const maker = `data:text/javascript,export const make = (state, count) => Array.from({ length: count }, () => Buffer.from(state))`
  const traffic = { kind: 'made', maker, state: request } as const
  const fire = await loadVolley({ port, connections: 4, durationMs: 5_000, traffic, count })
  return fire()
}

test('sends a batch once over, and counts all but the first of each connection; in answers with a length and in chunks', async () => {
  let seen = 0
  const sample = await round((_, response) => {
    seen += 1
    if (seen % 2 === 0) response.writeHead(200, { 'content-length': 2 }).end('{}')
    else {
      response.write('{')
      response.end('}')
    }
  }, 100)
  expect(seen).toBe(100)
  expect(sample).toMatchObject({ completed: 96, failed: 0, failure: null })
  expect(sample.p99).toBeGreaterThanOrEqual(sample.p50)
})

test('counts every answer but 2xx as failed and keeps the first', async () => {
  const sample = await round((_, response) => response.writeHead(401, { 'content-length': 0 }).end(), 10)
  expect(sample).toMatchObject({ completed: 6, failed: 10 })
  expect(sample.failure).toContain('401')
})

test('counts a lost connection as failed', async () => {
  const sample = await round((_, response) => void response.destroy(), 10)
  expect(sample).toMatchObject({ completed: 0, failed: 4 })
})
