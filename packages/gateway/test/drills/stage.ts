/** Gateways on one PostgreSQL and one key file, and time that can run faster than it does, for phones and gateways alike. */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as streamText } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@holdfast/server'
import { type RunningGateway, startGateway } from '../../src/compose.ts'
import { parseConfig } from '../../src/config/config.ts'
import { createLog } from '../../src/books/log.ts'
import { openDatabase } from '../faults/servers.ts'

/** Nobody listens there: phones are led to a gateway. */
export const origin = 'http://127.0.0.1:8443'

export async function get(
  { port }: { readonly port: number },
  path: string,
): Promise<{ answer: IncomingMessage; text: string }> {
  const { host } = new URL(origin)
  const sent = request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { answer, text: await streamText(answer) }
}

export type Stage = {
  readonly gateways: readonly RunningGateway[]
  /** What phones go by. */
  readonly clock: Clock & { sleep(ms: number): Promise<void> }
  /** Key ids of the signatures the backend got, each with how often. */
  readonly keyIds: ReadonlyMap<string, number>
  /** How often the backend ran what came under this Idempotency-Key. */
  runs(idempotencyKey: string): number
  /** The digits of the newest text to this number. */
  digits(sendTo: string): string
  admin(path: string, body: unknown): Promise<Record<string, unknown>>
  close(): Promise<void>
}

type Backend = { readonly url: string; runs(idempotencyKey: string): number; close(): void }

async function openBackend(keyIds: Map<string, number>): Promise<Backend> {
  const runs = new Map<string, number>()
  const server = createServer((message, response) => {
    const keyId = /keyid="([^"]+)"/.exec(String(message.headers['signature-input']))?.[1] ?? 'none'
    keyIds.set(keyId, (keyIds.get(keyId) ?? 0) + 1)
    const key = String(message.headers['idempotency-key'])
    runs.set(key, (runs.get(key) ?? 0) + 1)
    message.resume().on('end', () => response.end(JSON.stringify({ key, run: runs.get(key) })))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runs: (idempotencyKey) => runs.get(idempotencyKey) ?? 0,
    close(): void {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** How often a gateway reads its key file again, by the machine's clock. */
const keyReloadMs = 5_000

/**
 * `config` is added to the configuration, e.g. its `keys`. `speed`: of time; with 20 a minute of a rotation passes in three seconds,
 * and key files are read again as much more often.
 */
export async function openStage(
  config: Readonly<Record<string, unknown>>,
  { speed, nodes }: { readonly speed: number; readonly nodes: number },
): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-drill-'))
  const database = await openDatabase()
  const keyIds = new Map<string, number>()
  const backend = await openBackend(keyIds)
  const [began, zero] = [Date.now(), performance.now()]
  const passed = (): number => (performance.now() - zero) * speed
  const now = (): number => Math.floor(began + passed())
  const texts = new Map<string, string>()
  const text = JSON.stringify({
    origin,
    listen: { port: 0 },
    admin: { port: 0 },
    data: './data',
    store: { kind: 'postgres', url: database.url },
    upstreams: [{ name: 'bank', url: backend.url, identity: { mode: 'signature' } }],
    outbox: { kind: 'insecureReadable', file: 'never' },
    policy: { anonymousPerMinute: 1_000_000, devicesPerUser: 1000, session: { unlocksPerMinute: 1_000_000 } },
    ...config,
  })
  const overrides = {
    clock: { now, monotonic: () => performance.now() },
    outbox: { send: async ({ to, text: words }: { to: string; text: string }) => void texts.set(to, words) },
    log: createLog({ level: 'silent' }),
  }
  const gateways: RunningGateway[] = []
  for (let i = 0; i < nodes; i++)
    gateways.push(await startGateway(parseConfig(join(directory, 'holdfast.yaml'), text), overrides))
  const reading = setInterval(() => {
    for (const { service } of gateways) void service.reloadKeys()
  }, keyReloadMs / speed)
  const { name, secret } = JSON.parse(readFileSync(join(directory, 'data', 'operator.json'), 'utf8')) as {
    name: string
    secret: string
  }

  return {
    gateways,
    keyIds,
    runs: (idempotencyKey) => backend.runs(idempotencyKey),
    clock: {
      now,
      monotonic: passed,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / speed)),
    },
    digits(sendTo: string): string {
      const digits = /\b\d{6}\b/.exec(texts.get(sendTo) ?? '')?.[0]
      if (digits === undefined) throw new Error(`no text to ${sendTo}`)
      return digits
    },
    async admin(path: string, body: unknown): Promise<Record<string, unknown>> {
      const answer = await fetch(`http://127.0.0.1:${gateways[0]?.adminPort}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      })
      const said = await answer.text()
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${said}`)
      return JSON.parse(said) as Record<string, unknown>
    },
    async close(): Promise<void> {
      clearInterval(reading)
      await Promise.all(gateways.map((gateway) => gateway.close()))
      backend.close()
      await database.remove()
      rmSync(directory, { recursive: true })
    },
  }
}
