/** A whole service in this process, a backend behind it, and phones that talk to it; all on one clock the test owns. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CryptoPort, type ErrorCode, HoldfastError, statementPath } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import {
  type ClientCertificate,
  createServer,
  defaultPolicy,
  type Deployment,
  handle,
  type HoldfastServer,
  type KeyFile,
  openKeyFile,
  parseHead,
} from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'
import type { Session } from '../src/app-session.ts'
import { type Client, type ClientOptions, createClient } from '../src/client.ts'
import type { Network, Outgoing } from '../src/ports.ts'
import { handlerNetwork } from '../src/platforms/testing/network.ts'
import { type VirtualPhone, virtualPhone } from '../src/platforms/testing/phone.ts'

export const origin = 'https://api.bank.example'
export const start = 1_790_000_000_000

export type World = {
  readonly origin: string
  readonly server: HoldfastServer
  readonly deployment: Deployment
  readonly pins: readonly string[]
  /** One-time texts, newest last. */
  readonly texts: string[]
  /** What reached the backend: method, path and body. */
  readonly executed: string[]
  readonly network: Network
  /** The service and its backend, for whoever puts sockets in front. */
  readonly handler: (request: Request, certificate?: ClientCertificate) => Promise<Response>
  /** The service starts again on its store; what was in memory alone is lost. */
  restart(change?: Partial<Deployment>): Promise<void>
  /** Lets time pass for the service and every phone. */
  advance(ms: number): void
  /** With `ca` it talks over real sockets and TLS. */
  phone(options?: PhoneOptions): VirtualPhone
  /** Never locks by itself unless told when. */
  client(phone: VirtualPhone, options?: Partial<ClientOptions>): Client
  activationCode(user?: string): Promise<string>
  /** An operator's call. */
  operate(method: string, target: string, body?: unknown): Promise<unknown>
}

export type PhoneOptions = {
  readonly wrongByMs?: number
  readonly crypto?: CryptoPort
  readonly ca?: string
  /** False: its secrets lie on a disk that can be copied. */
  readonly hardware?: boolean
}

export type WorldOptions = {
  /** Has a CA, which gives client certificates. */
  readonly certificates?: boolean
  /** It is another service, whose keys no other world has. */
  readonly stranger?: boolean
  /** What is not made anew, e.g. the store of a service that starts again. */
  readonly deployment?: Partial<Deployment>
  readonly routes?: Deployment['routes']
  readonly backend?: (request: Request) => Promise<Response>
  readonly policy?: Partial<Deployment['policy']>
}

async function echo(request: Request): Promise<Response> {
  return Response.json({ method: request.method, body: await request.text() })
}

async function newKeys(clock: Deployment['clock'], certificates: boolean): Promise<KeyFile> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-world-'))
  const keys = await openKeyFile(join(directory, 'keys.json'), { clock, crypto: nodeCrypto })
  if (certificates) await keys.rotate('ca')
  // Read once, kept in memory: a world changes no keys.
  rmSync(directory, { recursive: true })
  return keys
}

let common: Promise<KeyFile> | undefined
/** Of all worlds that say nothing about keys: to make them takes longer than most tests, and without a rotation time changes nothing. */
const commonKeys = (): Promise<KeyFile> =>
  (common ??= newKeys({ now: () => start, monotonic: () => 0 }, false))

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  let passed = 0
  let upMs = 0
  const phones: VirtualPhone[] = []
  const texts: string[] = []
  const executed: string[] = []
  const clock = { now: (): number => start + passed, monotonic: (): number => passed + upMs }
  const { certificates = false, stranger = false } = options
  const keys = await (certificates || stranger ? newKeys(clock, certificates) : commonKeys())
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
    ...options.deployment,
  }
  let server = await createServer(deployment)
  const operator = await server.operators.ensureFirst()
  const credentials = Buffer.from(`${operator?.name}:${operator?.secret}`).toString('base64')
  /** While it starts again nothing is let in, as by a listener that is not there yet. */
  let starting: Promise<unknown> = Promise.resolve()
  async function handler(request: Request, certificate?: ClientCertificate): Promise<Response> {
    await starting
    return handle(server, request, {
      next: async (passedOn) => {
        executed.push(
          `${passedOn.method} ${new URL(passedOn.url).pathname} ${await passedOn.clone().text()}`.trim(),
        )
        return (options.backend ?? echo)(passedOn)
      },
      bodyBytes: 100_000,
      answerBytes: 100_000,
      remote: '192.0.2.1',
      ...(certificate === undefined ? {} : { certificate }),
    })
  }
  const network = handlerNetwork((request) => handler(request))

  async function startAgain(change: Partial<Deployment>): Promise<void> {
    await server.close()
    server = await createServer({ ...deployment, ...change })
  }

  async function restart(change: Partial<Deployment> = {}): Promise<void> {
    starting = startAgain(change)
    await starting
    // It has been up for so long, by its own clock, that it waits for no sealing key of the process before.
    upMs += 4000
    // A statement is made by whoever finds that it says something else.
    await handler(new Request(deployment.origin + statementPath))
  }

  async function operate(method: string, target: string, body?: unknown): Promise<unknown> {
    const fields = ['authorization', `Basic ${credentials}`, 'content-type', 'application/json']
    return (await server.operators.answer(parseHead(method, target, fields, '127.0.0.1'), body)).json
  }

  function advance(ms: number): void {
    passed += ms
    for (const phone of phones) phone.clock.advance(ms)
  }

  return {
    origin: deployment.origin,
    get server(): HoldfastServer {
      return server
    },
    deployment,
    pins: deployment.keys.servicePins(),
    texts,
    executed,
    network,
    handler,
    restart,
    advance,
    phone({ wrongByMs = 0, crypto = nodeCrypto, ca, hardware = true } = {}): VirtualPhone {
      const sleep = async (ms: number): Promise<void> => advance(ms)
      const where = ca === undefined ? { network } : { ca }
      const kind = { crypto, hardware, insecureFastStretch: true }
      const phone = virtualPhone({ ...where, ...kind, now: clock.now() + wrongByMs, sleep })
      phones.push(phone)
      return phone
    },
    client(phone, given = {}): Client {
      const trust = deployment.keys.servicePins()
      const usual = { origin: deployment.origin, trust, platform: phone.platform, idleSeconds: 0 }
      return createClient({ ...usual, ...given })
    },
    async activationCode(user = 'ann'): Promise<string> {
      const answer = await operate('POST', '/admin/activations', { user, send_to: '+31600000042' })
      return (answer as { code: string }).code
    },
    operate,
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
  options?: Partial<ClientOptions>,
): Promise<Client> {
  const client = world.client(phone, options)
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
