/** The console: one listener on loopback that serves its page and asks the gateway on behalf of who is signed in. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdmin } from './admin.ts'
import { answerApi, type ApiOptions } from './api.ts'
import { createAttempts } from './attempts.ts'
import { type Clock, systemClock } from './clock.ts'
import { readFiles, securityFields, type WriteFile } from './files.ts'
import { failureOf, type Log } from './log.ts'
import { Refusal } from './refusal.ts'
import { readRequest } from './request.ts'
import { createSessions } from './sessions.ts'
import { watchGateway } from './watch.ts'

export type ConsoleOptions = {
  /** The gateway's admin listener. */
  readonly admin: URL
  /** 0: one that is free. */
  readonly port: number
  /** What Vite built. */
  readonly page: string
  readonly log: Log
  readonly clock?: Clock
  /** How often live streams ask the admin API, milliseconds. */
  readonly pollMs?: number
}
export type Console = { readonly port: number; close(): Promise<void> }

const limits = { maxHeaderSize: 8192, headersTimeout: 5_000, requestTimeout: 15_000, keepAliveTimeout: 5_000 }
const sweepMs = 30_000

function refuse(error: unknown, response: ServerResponse, log: Log): void {
  const refusal = error instanceof Refusal ? error : null
  if (refusal === null) log(failureOf(error))
  if (response.headersSent) {
    response.destroy()
    return
  }
  // What is left of a body nobody reads must not be taken for the next request.
  response.shouldKeepAlive = false
  if (typeof refusal?.retryAfter === 'number') response.setHeader('retry-after', refusal.retryAfter)
  response.writeHead(refusal?.status ?? 500, { 'content-type': 'application/problem+json' })
  const problem = refusal ?? { title: 'the console failed', status: 500, code: 'internal_error' }
  response.end(JSON.stringify(problem))
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  { port, writeFile, options }: { port: number; writeFile: WriteFile; options: ApiOptions },
): Promise<void> {
  for (const [name, value] of Object.entries(securityFields)) response.setHeader(name, value)
  const request = readRequest(message, port)
  if (request.path.startsWith('/api/')) return answerApi({ request, response, port, options })
  if (request.method !== 'GET') throw new Refusal('method_refused')
  writeFile(request.path, response)
}

/** Starts listening. Rejects with TypeError where no page was built, or with the error of a port that is taken. */
export async function startConsole({
  admin: address,
  port: wanted,
  page,
  log,
  clock = systemClock,
  pollMs = 1000,
}: ConsoleOptions): Promise<Console> {
  const writeFile = readFiles(page)
  const admin = createAdmin(address)
  const sessions = createSessions(clock, log)
  const attempts = createAttempts(clock)
  const watch = await watchGateway(admin, clock)
  const options = { admin, sessions, attempts, watch, log, now: () => clock.now(), pollMs }
  let port = wanted
  const server = createServer(limits, (message, response) => {
    answer(message, response, { port, writeFile, options }).catch((error: unknown) =>
      refuse(error, response, log),
    )
  })
  server.maxConnections = 200
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted, '127.0.0.1', resolve)
  })
  port = (server.address() as AddressInfo).port
  const sweeping = setInterval(() => sessions.sweep(), sweepMs)
  sweeping.unref()
  return {
    port,
    async close(): Promise<void> {
      clearInterval(sweeping)
      watch.close()
      sessions.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}
