/** A whole service in this process, a backend behind it, and phones that talk to it; all on one clock the test owns. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CryptoPort, type ErrorCode, HoldfastError, type RouteRule } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import {
  createServer,
  defaultPolicy,
  type Deployment,
  handle,
  type HoldfastServer,
  openKeyFile,
  parseHead,
} from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'
import { type Client, createClient, type Session } from '../src/client.ts'
import type { Network, Outgoing } from '../src/ports.ts'
import { handlerNetwork } from '../src/platforms/testing/network.ts'
import { type VirtualPhone, virtualPhone } from '../src/platforms/testing/phone.ts'

export const origin = 'https://api.bank.example'
export const start = 1_790_000_000_000

export type World = {
  readonly server: HoldfastServer
  readonly deployment: Deployment
  readonly pins: readonly string[]
  /** One-time texts, newest last. */
  readonly texts: string[]
  /** What reached the backend: method, path and body. */
  readonly executed: string[]
  readonly network: Network
  /** Lets time pass for the service and every phone. */
  advance(ms: number): void
  phone(options?: { readonly wrongByMs?: number; readonly crypto?: CryptoPort }): VirtualPhone
  client(phone: VirtualPhone, trust?: readonly string[]): Client
  activationCode(user?: string): Promise<string>
}

export type WorldOptions = {
  readonly routes?: readonly RouteRule[]
  readonly backend?: (request: Request) => Promise<Response>
  readonly policy?: Partial<Deployment['policy']>
}

async function echo(request: Request): Promise<Response> {
  return Response.json({ method: request.method, body: await request.text() })
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  let passed = 0
  const phones: VirtualPhone[] = []
  const texts: string[] = []
  const executed: string[] = []
  const clock = { now: (): number => start + passed, monotonic: (): number => passed }
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-world-'))
  const keys = await openKeyFile(join(directory, 'keys.json'), { clock, crypto: nodeCrypto })
  // Read once, kept in memory: a world changes no keys.
  rmSync(directory, { recursive: true })
  const deployment: Deployment = {
    origin,
    store: memoryStore(),
    shortLived: memoryShortLived(),
    keys,
    policy: { ...defaultPolicy, anonymousPerMinute: 100_000, ...options.policy },
    routes: options.routes ?? [],
    outbox: {
      async send({ text }): Promise<void> {
        texts.push(text)
      },
    },
    clock,
  }
  const server = await createServer(deployment)
  const operator = await server.operators.ensureFirst()
  const credentials = Buffer.from(`${operator?.name}:${operator?.secret}`).toString('base64')
  const network = handlerNetwork((request) =>
    handle(server, request, {
      next: async (passedOn) => {
        executed.push(
          `${passedOn.method} ${new URL(passedOn.url).pathname} ${await passedOn.clone().text()}`.trim(),
        )
        return (options.backend ?? echo)(passedOn)
      },
      bodyBytes: 100_000,
      answerBytes: 100_000,
      remote: '192.0.2.1',
    }),
  )

  function advance(ms: number): void {
    passed += ms
    for (const phone of phones) phone.clock.advance(ms)
  }

  return {
    server,
    deployment,
    pins: keys.servicePins(),
    texts,
    executed,
    network,
    advance,
    phone({ wrongByMs = 0, crypto = nodeCrypto } = {}): VirtualPhone {
      const sleep = async (ms: number): Promise<void> => advance(ms)
      const phone = virtualPhone({ network, crypto, now: clock.now() + wrongByMs, sleep })
      phones.push(phone)
      return phone
    },
    client: (phone, trust = keys.servicePins()) => createClient({ origin, trust, platform: phone.platform }),
    async activationCode(user = 'ann'): Promise<string> {
      const fields = ['authorization', `Basic ${credentials}`, 'content-type', 'application/json']
      const head = parseHead('POST', '/admin/activations', fields, '127.0.0.1')
      const { json } = await server.operators.answer(head, { user, send_to: '+31600000042' })
      return (json as { code: string }).code
    },
  }
}

/** The digits of the newest text. */
export function digits(world: World): string {
  return /\b\d{6}\b/.exec(world.texts.at(-1) ?? '')?.[0] as string
}

export async function enrolled(
  world: World,
  phone: VirtualPhone = world.phone(),
  user?: string,
): Promise<Client> {
  const client = world.client(phone)
  const pending = await client.enrol({
    activationCode: await world.activationCode(user),
    deviceName: 'Test phone',
  })
  await pending.confirm(digits(world))
  return client
}

export type Unlocked = {
  readonly world: World
  readonly phone: VirtualPhone
  readonly client: Client
  readonly session: Session
}

export async function unlocked(options: WorldOptions = {}): Promise<Unlocked> {
  const world = await createWorld(options)
  const phone = world.phone()
  const client = await enrolled(world, phone)
  return { world, phone, client, session: await client.unlock() }
}

/** The code an attempt is refused with. */
export async function codeOf(attempt: Promise<unknown>): Promise<ErrorCode | 'passed'> {
  try {
    await attempt
    return 'passed'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}

export const to =
  (path: string, method?: string) =>
  (request: Outgoing): boolean =>
    new URL(request.url).pathname === path && (method === undefined || method === request.method)

/** How many requests went to this path, whatever became of them. */
export function sentTo(phone: VirtualPhone, path: string, method?: string): Outgoing[] {
  return phone.network.exchanges.map(({ request }) => request).filter(to(path, method))
}

/** An unsigned refusal, as anybody in the line can write one. */
export function forged(
  code: string,
  status = 401,
): { status: number; fields: Array<[string, string]>; body: string } {
  const body = JSON.stringify({ type: 'about:blank', title: 'no', status, code, detail: '' })
  return {
    status,
    fields: [
      ['content-type', 'application/problem+json'],
      ['holdfast-error', code],
    ],
    body,
  }
}
