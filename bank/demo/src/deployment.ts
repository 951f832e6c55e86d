/** The whole bank in one temporary folder, each part a process of its own: ledger, gateway, app and console. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { configurationOf, type Kind } from './configuration.ts'
import { freePort, holdfast, type Running, start, startGateway } from './processes.ts'

const logDeadlineMs = 20_000

export type Credentials = { readonly name: string; readonly secret: string }

export type Bank = {
  readonly origin: string
  /** Holds holdfast.yaml, app.json (what an app has built in: origin and service keys) and outbox.jsonl. */
  readonly folder: string
  /** Service key thumbprints an app builds in. */
  readonly pins: readonly string[]
  /** Serves the app to browsers; resolves to its address. `built`: the folder Vite wrote it to. */
  serveApp(built?: string): Promise<string>
  /** Serves the operators' console; resolves to its address. `built` as there. */
  serveConsole(built?: string): Promise<string>
  /** A new activation code for a customer. */
  activate(user: string): Promise<string>
  /** The newest text in the outbox. */
  lastText(): Promise<string>
  revoke(device: string): Promise<void>
  /** The operator made at the first start. */
  firstOperator(): Promise<Credentials>
  /** Another one, made when first asked for. */
  operator(name: string): Promise<Credentials>
  /** A call of the admin API in an operator's name. */
  admin(operator: Credentials, method: string, target: string, body?: unknown): Promise<AdminAnswer>
  /** The newest line of the gateway's log of which this is a part, once it is there. */
  logged(part: string): Promise<string>
  close(): Promise<void>
}
export type AdminAnswer = { readonly status: number; readonly json: Record<string, unknown> }

export type BankOptions = Partial<Kind> & {
  /** postgres://…; absent: the ledger is on an embedded database of its own. */
  readonly ledger?: string
  /** Puts books into the ledger's folder before it starts; in an empty one it makes them itself, which takes seconds. */
  readonly bringBooks?: (data: string) => Promise<void>
}

export async function deployBank(options: BankOptions = {}): Promise<Bank> {
  const { ledger, bringBooks, sealed = true, store = 'embedded' } = options
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-bank-'))
  const file = (name: string): string => path.join(folder, name)
  const config = ['--config', file('holdfast.yaml')]
  await writeFile(file('secret'), randomBytes(32).toString('base64url'), { mode: 0o600 })
  await bringBooks?.(file('ledger'))
  const database = ['--data', file('ledger'), ...(ledger === undefined ? [] : ['--database', ledger])]
  const node = (program: string, ...args: string[]): Promise<Running> =>
    start(process.execPath, [program, ...args])
  const running: Running[] = []
  const pages = new Map<string, Promise<Running>>()
  async function close(): Promise<void> {
    for (const opening of pages.values()) await opening.then((page) => page.stop()).catch(() => undefined)
    for (const process of running.toReversed()) await process.stop()
    await rm(folder, { recursive: true })
  }
  const ports = { gateway: await freePort(), admin: await freePort(), app: await freePort() }
  const origin = `http://127.0.0.1:${ports.gateway}`
  const adminOrigin = `http://127.0.0.1:${ports.admin}`

  async function run(): Promise<Running> {
    const about = ['--secret-file', file('secret'), '--approvals', file('approvals.json')]
    const api = await node('bank/api/dist/main.js', '--port', '0', ...about, ...database)
    running.push(api)
    await writeFile(file('holdfast.yaml'), configurationOf({ ...ports, api: api.port }, { sealed, store }))
    const started = await startGateway(file('holdfast.yaml'))
    running.push(started)
    return started
  }
  // What does not come up whole leaves nothing running.
  const gateway = await run().catch(async (error: unknown) => {
    await close()
    throw error
  })
  const { pins } = gateway.ready as { pins: string[] }
  await writeFile(file('app.json'), JSON.stringify({ origin, trust: pins }))
  const page = { origins: [`http://localhost:${ports.app}`], rpId: 'localhost' }
  await writeFile(file('approvals.json'), JSON.stringify({ origin, trust: pins, ...page }))

  async function serve(name: string, open: () => Promise<Running>): Promise<string> {
    const opening = pages.get(name) ?? open()
    pages.set(name, opening)
    return `http://localhost:${(await opening).port}`
  }

  return {
    origin,
    folder,
    pins,
    serveApp: (built = 'bank/app/dist/web') =>
      serve('app', () =>
        node('bank/app/serve.mjs', '--app', file('app.json'), '--port', `${ports.app}`, '--page', built),
      ),
    serveConsole: (built = 'bank/console/dist/web') =>
      serve('console', () =>
        node('bank/console/dist/server/main.js', '--admin', adminOrigin, '--port', '0', '--page', built),
      ),
    async activate(user: string): Promise<string> {
      const answer = await holdfast('activate', ...config, '--user', user, '--send-to', '+44 20 7946 0042')
      return answer['code'] as string
    },
    async lastText(): Promise<string> {
      const lines = (await readFile(file('outbox.jsonl'), 'utf8')).trim().split('\n')
      return (JSON.parse(lines.at(-1) as string) as { text: string }).text
    },
    async revoke(device: string): Promise<void> {
      await holdfast('revoke', device, ...config)
    },
    async firstOperator(): Promise<Credentials> {
      return JSON.parse(await readFile(file('data/operator.json'), 'utf8')) as Credentials
    },
    async operator(name: string): Promise<Credentials> {
      const out = file(`operator-${name}.json`)
      if (!existsSync(out)) await holdfast('operators', 'add', name, '--out', out, ...config)
      return JSON.parse(await readFile(out, 'utf8')) as Credentials
    },
    async admin({ name, secret }, method, target, body): Promise<AdminAnswer> {
      const headers = { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` }
      const content = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await fetch(adminOrigin + target, { method, headers, ...content })
      return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
    },
    async logged(part: string): Promise<string> {
      for (const deadline = performance.now() + logDeadlineMs; performance.now() < deadline; await wait(5)) {
        const found = gateway.lines.findLast((line) => line.includes(part))
        if (found !== undefined) return found
      }
      throw new Error(`the log does not say ${part}`)
    },
    close,
  }
}
