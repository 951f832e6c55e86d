import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HoldfastError, utf8 } from '@holdfast/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { insecureReadableOutbox, webhookOutbox } from './outboxes.ts'

const message = { to: '+41790000042', text: '123456 acorn zebra' }

async function sender(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`
}

describe('the readable outbox', () => {
  function directory(): string {
    const made = mkdtempSync(join(tmpdir(), 'holdfast-outbox-'))
    onTestFinished(() => rmSync(made, { recursive: true }))
    return made
  }

  it('appends lines to a file of its owner', async () => {
    const file = join(directory(), 'out.jsonl')
    const outbox = insecureReadableOutbox(file)
    await outbox.send(message)
    await outbox.send({ ...message, to: '2' })
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([message, { ...message, to: '2' }])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('follows no link somebody laid there', async () => {
    const place = directory()
    writeFileSync(join(place, 'target'), '')
    symlinkSync(join(place, 'target'), join(place, 'out.jsonl'))
    await expect(insecureReadableOutbox(join(place, 'out.jsonl')).send(message)).rejects.toThrow('ELOOP')
  })
})

describe('the webhook', () => {
  const secret = utf8('bearer-secret-of-the-sender')

  it('posts the message with its bearer token', async () => {
    const got: unknown[] = []
    const url = await sender((asked, answer) => {
      let body = ''
      asked.setEncoding('utf8').on('data', (text: string) => (body += text))
      asked.on('end', () => {
        const { authorization, 'content-type': type } = asked.headers
        got.push(asked.method, authorization, type, JSON.parse(body))
        answer.writeHead(202).end()
      })
    })
    await webhookOutbox({ url, secret }).send(message)
    expect(got).toEqual(['POST', 'Bearer bearer-secret-of-the-sender', 'application/json', message])
  })

  it.each<[string, RequestListener]>([
    ['a refusal', (_asked, answer) => void answer.writeHead(500).end()],
    [
      'a redirect, which it does not follow',
      (_asked, answer) => void answer.writeHead(307, { location: '/' }).end(),
    ],
    ['a cut line', (asked) => void asked.socket.destroy()],
    ['silence', () => undefined],
  ])('says upstream_unreachable on %s, without the text', async (_name, listener) => {
    let asked = 0
    const url = await sender((request, answer) => {
      asked += 1
      listener(request, answer)
    })
    const sent = webhookOutbox({ url, secret, timeoutMs: 300 }).send(message)
    await expect(sent).rejects.toSatisfy(
      (error) =>
        error instanceof HoldfastError && error.code === 'upstream_unreachable' && error.cause === undefined,
    )
    expect(asked).toBe(1)
  })
})
