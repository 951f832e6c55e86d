import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { loadDialogues, WrongAnswer } from './dialogue.ts'
import { listen } from './listen.ts'
import { probeRefusals } from './refusal.ts'
import type { Traffic } from './target.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer)
  stops.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return (await listen(server)).port
}

Object.assign(globalThis, { WrongAnswer })
/** A speaker that asks for a ticket and then shows it; strangers make theirs up. */
const maker = `data:text/javascript,${encodeURIComponent(`
  const request = (path) => Buffer.from('GET ' + path + ' HTTP/1.1\\r\\nHost: bench\\r\\n\\r\\n')
  async function show(ticket, send) {
    const { status, text } = await send(request('/' + ticket))
    if (status !== 200) throw new WrongAnswer(status, text)
  }
  const dialogue = async (send) => show((await send(request('/'))).text.split('\\r\\n\\r\\n')[1], send)
  export const speak = (callers) => Array.from({ length: callers }, () => dialogue)
  export const stranger = () => (send) => show('none', send)
`)}`
const traffic: Extract<Traffic, { kind: 'dialogues' }> = { kind: 'dialogues', maker, state: 3, callers: 3 }

function tickets({ forever = false } = {}): RequestListener {
  const given = new Set<string>()
  return ({ url = '' }, response) => {
    const ticket = url.slice(1)
    const fresh = ticket === '' ? randomUUID() : ''
    if (fresh !== '') given.add(fresh)
    const good = fresh !== '' || (forever ? given.has(ticket) : given.delete(ticket))
    response.writeHead(good ? 200 : 403, { 'content-length': fresh.length }).end(fresh)
  }
}

const load = (port: number, durationMs = 50) => loadDialogues({ port, durationMs, traffic })

test('counts dialogues that came to their end, and none before the clock starts', async () => {
  const fire = await load(await serve(tickets()), 0)
  expect(await fire()).toMatchObject({ completed: 3, failed: 0, failure: null })
})

test('counts a wrong answer once for each caller, and goes on with the others', async () => {
  let asked = 0
  const honest = tickets()
  const fire = await load(
    await serve((request, response) => {
      asked += 1
      if (asked === 1) response.writeHead(500, { 'content-length': 4 }).end('oops')
      else honest(request, response)
    }),
  )
  const sample = await fire()
  expect(sample.failed).toBe(1)
  expect(sample.failure).toContain('403')
  expect(sample.completed).toBeGreaterThanOrEqual(3)
  expect(sample.p99).toBeGreaterThanOrEqual(sample.p50)
})

test('counts a lost connection as failed, as often as it is used', async () => {
  const fire = await load(await serve((_, response) => void response.destroy()))
  expect(await fire()).toMatchObject({ completed: 0, failed: 6, failure: expect.stringContaining('Error') })
})

const probed = (port: number) =>
  probeRefusals('tickets', { port, pid: 0, traffic: async () => traffic, stop: async () => undefined })

test('a target is asked by a stranger, and the last request of a dialogue twice', async () => {
  expect(await probed(await serve(tickets()))).toBe(true)
  expect(await probed(await serve(tickets({ forever: true })))).toBe(false)
  const open = await serve((_, response) => response.writeHead(200, { 'content-length': 1 }).end('x'))
  await expect(probed(open)).rejects.toThrow('tickets lets a stranger through')
})
