/** The socket: one request from its first byte to its line in the log. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Db } from '../database/transaction.ts'
import { customerOf } from '../ledger/customer.ts'
import { Refusal } from '../refusal.ts'
import { type Answer, codeFor, problem } from './answer.ts'
import type { IdentityCheck } from './identity.ts'
import { failureLine, type Log, requestLine } from './log.ts'
import type { Route } from './route.ts'
import { type Found, router } from './router.ts'

export type ListenerOptions = {
  readonly db: Db
  readonly check: IdentityCheck
  readonly routes: readonly Route[]
  readonly now: () => Date
  readonly log: Log
}

/** A hundred payments with the longest names and references. */
const maxBody = 256 * 1024

export function createListener(options: ListenerOptions): Server {
  const find = router(options.routes)
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 32 * 1024 }
  return createServer(limits, (request, response) => {
    const [path = '', ...query] = (request.url ?? '').split('?')
    const found = find(request.method ?? '', path)
    respond(request, response, { ...options, found, path, query: query.join('?') }).catch(() =>
      response.destroy(),
    )
  })
}

type Serving = ListenerOptions & { readonly found: Found; readonly path: string; readonly query: string }

async function respond(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { found, log } = serving
  const began = performance.now()
  const answer = await serve(request, serving).catch((error: unknown) => {
    if (!(error instanceof Refusal)) log(failureLine(found.pattern, error))
    return problem(codeFor(error))
  })
  send(response, answer)
  const { status, code: error } = answer
  const ms = performance.now() - began
  log(requestLine({ method: request.method ?? '', route: found.pattern, status, error, ms }))
}

/** Who is not known is told nothing, not even which addresses there are. */
async function serve(
  request: IncomingMessage,
  { db, check, now, found, path, query }: Serving,
): Promise<Answer> {
  const body = await readBody(request)
  const at = now()
  const asking = check(request, body, at.getTime() / 1000)
  if (found.route === null) return found.refusal
  const customer = await customerOf(db, asking.user)
  const { method } = found.route
  const contentType = request.headers['content-type']
  return found.route.answer({ ...asking, method, path, query, contentType, body, at }, customer, found.id)
}

/** Throws `too_large`, and `bad_request` when the sender left in the middle. */
async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += (chunk as Uint8Array).length
      if (length > maxBody) throw new Refusal('too_large')
      chunks.push(chunk as Uint8Array)
    }
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal('bad_request')
  }
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, { status, type, body, code, allow }: Answer): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    ...(type === null ? {} : { 'content-type': type, 'content-length': body.length }),
    ...(allow === undefined ? {} : { allow }),
    // What is still on its way is not read.
    ...(code === 'too_large' ? { connection: 'close' } : {}),
  })
  response.end(body)
}
