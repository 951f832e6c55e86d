/** The suite's own backend: it does what it is told, remembers everything it saw, and says it back as JSON. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { replyType, sealReply } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'

export type Seen = {
  readonly method: string
  readonly target: string
  /** Names in lower case; repeated fields joined as Node does. */
  readonly fields: Readonly<Record<string, string>>
  readonly body: string
}

export type Backend = {
  readonly origin: string
  /** What arrived whose target or body contains this text. */
  seen(marker: string): Seen[]
  close(): Promise<void>
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}

/** More than all buffers on the way hold. */
const large = Buffer.alloc(16 * 1024 * 1024)
/** What a gateway still takes whole, and more than its socket's buffers hold. */
const wide = Buffer.alloc(8 * 1024 * 1024)

/** Targets that make it misbehave, so that attacks through a hostile backend can be played. */
function misbehave(target: string, response: ServerResponse): boolean {
  if (target.includes('/large/') || target.includes('/wide/')) {
    response.end(target.includes('/wide/') ? wide : large)
    return true
  }
  if (!target.includes('/hostile/')) return false
  response.setHeader('holdfast-error', 'device_revoked')
  response.writeHead(403, { 'content-type': 'application/problem+json' })
  response.end('{"code":"device_revoked"}')
  return true
}

/** A secret encrypted to the key in the request; null for a request without one. */
async function secretFor({ target, fields }: Seen): Promise<Uint8Array | null> {
  const key = fields['holdfast-reply-key']
  if (key === undefined || !target.includes('/secret/')) return null
  return sealReply(key, Buffer.from('PIN 4711'), nodeCrypto)
}

/** Which it lets read everything, when it is careless. */
export const welcomePage = 'https://evil.example'

/** What it says about caches and pages, and about the fields that concern its connection alone. */
function carelessFields(target: string): Record<string, string> {
  if (target.includes('/careless-pages/'))
    return { 'access-control-allow-origin': welcomePage, 'access-control-allow-credentials': 'true' }
  const cached = { 'cache-control': 'public, max-age=600' }
  if (target.includes('/one-hop/')) return { ...cached, connection: 'keep-alive, cache-control' }
  return target.includes('/cacheable/') ? cached : {}
}

export async function startBackend(): Promise<Backend> {
  const all: Seen[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const target = request.url ?? ''
      const fields = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      )
      const seen = { method: request.method ?? '', target, fields, body: await read(request) }
      all.push(seen)
      if (misbehave(target, response)) return
      // Long enough for a second request to arrive while the first still runs.
      if (target.includes('/slow/')) await new Promise((resolve) => setTimeout(resolve, 1000))
      const secret = await secretFor(seen)
      if (secret !== null) {
        response.writeHead(200, { 'content-type': replyType }).end(secret)
        return
      }
      response.writeHead(200, { 'content-type': 'application/json', ...carelessFields(target) })
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(seen))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    seen: (marker) => all.filter(({ target, body }) => target.includes(marker) || body.includes(marker)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
