/** The library block of docs/integrate.md is started as it stands, but for its port and its SMS sender; a phone enrols with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { json, text as readText } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createClient } from '@holdfast/client'
import { virtualPhone } from '@holdfast/client/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCluster } from '../packages/server/test/cluster.ts'

const page = readFileSync(new URL('integrate.md', import.meta.url), 'utf8')
const section = page.slice(page.indexOf('## 2 The server as a library'))
const source = /^```ts\n([^]*?)^```$/m.exec(section)?.[1] ?? ''

const folder = mkdtempSync(join(tmpdir(), 'holdfast-library-'))
let child: ChildProcess
let origin: string
let pins: string[]
let text = ''
async function takeText(request: IncomingMessage, response: ServerResponse): Promise<void> {
  ;({ text } = (await json(request)) as { text: string })
  response.end()
}
const sms = createServer((request, response) => void takeText(request, response))

/** Prints a code for `ann`, then serves. */
const issue = `
console.log('code:', (await holdfast.enrolment.issue({ user: 'ann', sendTo: '0042', createdBy: 'test' })).code)
`
let code = ''

beforeAll(async () => {
  sms.listen(0, '127.0.0.1')
  await once(sms, 'listening')
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const port = String((free.address() as AddressInfo).port)
  free.close()
  await once(free, 'close')
  origin = `http://127.0.0.1:${port}`
  const sender = `http://127.0.0.1:${(sms.address() as AddressInfo).port}`
  // What is left of the types of this block.
  const program = source
    .replaceAll('8080', port)
    .replaceAll('https://sms.bank.example/send', sender)
    .replaceAll(' as const', '')
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'library.mjs'), program + issue)
  await createCluster(join(folder, 'data', 'database'))
  child = spawn(process.execPath, ['--liftoff-only', 'library.mjs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (line.startsWith('service keys for the app:')) pins = line.split(' ').slice(5)
    if (line.startsWith('code:')) {
      code = line.slice(6)
      break
    }
  }
})
afterAll(async () => {
  if (child.exitCode === null) {
    child.kill()
    await once(child, 'exit')
  }
  sms.close()
  rmSync(folder, { recursive: true })
})

/** Of a request whose first line no client would send. */
async function statusOf(line: string): Promise<number> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.end(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  return Number((await readText(socket)).split(' ')[1])
}

it('binds a phone, lets it read and write, and refuses the rest', async () => {
  const client = createClient({ origin, trust: pins, platform: virtualPhone().platform })
  const pending = await client.enrol({ activationCode: code, deviceName: 'phone' })
  await pending.confirm(/\b\d{6}\b/.exec(text)?.[0] ?? '')
  const session = await client.unlock()
  expect(await (await session.fetch('/accounts')).json()).toEqual({ path: '/accounts', user: 'ann' })
  const payment = await session.fetch('/transfers', { method: 'POST', body: '{"cents":1}' })
  expect(await payment.json()).toEqual({ path: '/transfers', user: 'ann' })
  expect(await (await fetch(`${origin}/public/rates`)).json()).toEqual({ path: '/public/rates', user: null })
  for (const line of ['TRACE /accounts', 'GET http://evil.example/accounts', 'GET /accounts?%']) {
    expect(await statusOf(line)).toBeGreaterThanOrEqual(400)
  }
  const refusal = await fetch(`${origin}/accounts`)
  expect([refusal.status, refusal.headers.get('holdfast-error')]).toEqual([401, 'signature_missing'])
})
