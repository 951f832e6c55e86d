/** A bank as its operator runs it: `holdfast serve` in a process of its own, a backend behind it, and the page of its app at another origin. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createPlace } from '../../../gateway/test/holdfast-process.ts'
import type { StartedApp } from './pages/app.ts'
import { openSite, type Site } from './site.ts'

/** What the backend tells, and nothing on a disk may hold in clear. */
export const canary = 'IBAN-GB29NWBK60161331926819'

export type Bank = {
  readonly site: Site
  readonly gatewayOrigin: string
  /** What the app has built in; `name` keeps the apps of one browser apart. */
  app(name: string): StartedApp
  activationCode(user: string): Promise<string>
  /** The digits of the newest text, and its two words. */
  lastText(): { readonly digits: string; readonly text: string }
  /** One `holdfast` command against the gateway; its JSON. Throws with what it said. */
  run(...args: string[]): Promise<unknown>
  /** The newest device of this user. */
  device(user: string): Promise<string>
  /** What reached the backend: method and path. */
  readonly executed: string[]
  close(): Promise<void>
}

export type BankOptions = {
  /** The page of its app. */
  readonly entry: string
  /** Lines of holdfast.yaml under `policy:`, without their indent. */
  readonly policy?: readonly string[]
  /** Further routes of holdfast.yaml, each in one line. */
  readonly routes?: readonly string[]
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A port nobody listens on now: the gateway's origin has to be known before the gateway. */
async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function configOf(
  ports: { gateway: number; backend: number },
  site: Site,
  { policy = [], routes = [] }: BankOptions,
): string {
  return `origin: http://127.0.0.1:${ports.gateway}
listen: { port: ${ports.gateway} }
admin: { port: 0 }
web: { origins: ["${site.origin}"], rpId: localhost }
store: { kind: memory }
upstreams: [{ name: accounts, url: "http://127.0.0.1:${ports.backend}", identity: { mode: insecurePlain } }]
routes:
${['{ path: /transfers, methods: [POST], factor: { acr: passcode, maxAge: 300 } }', ...routes].map((route) => `  - ${route}`).join('\n')}
outbox: { kind: insecureReadable, file: outbox.jsonl }
policy:
${['anonymousPerMinute: 10000', ...policy].map((line) => `  ${line}`).join('\n')}
`
}

/** The app has to be known to the gateway before it starts, so the site is opened here. */
export async function openBank(options: BankOptions): Promise<Bank> {
  const executed: string[] = []
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    const body = await text(request)
    executed.push(`${method} ${url}`)
    const fields = { 'content-type': 'application/json', 'cache-control': 'private, max-age=600' }
    response.writeHead(200, fields).end(JSON.stringify({ iban: canary, body }))
  }
  const backend = createServer((request, response) => void answer(request, response))
  const site = await openSite(options.entry, { insecureFastStretch: true })
  const port = await freePort()
  const place = createPlace(configOf({ gateway: port, backend: await listen(backend) }, site, options))
  const { pins, adminPort, credentials } = await place.serve()
  const gatewayOrigin = `http://127.0.0.1:${port}`
  site.allow(gatewayOrigin)

  async function run(...args: string[]): Promise<unknown> {
    const at = ['--json', '--admin', `http://127.0.0.1:${adminPort}`]
    const { code, out, err } = await place.run(...args, ...at)
    if (code !== 0) throw new Error(`holdfast ${args[0]} ended with ${code}: ${err}`)
    return JSON.parse(out)
  }

  return {
    site,
    gatewayOrigin,
    executed,
    run,
    app: (name) => ({ origin: gatewayOrigin, trust: pins, name }),
    async activationCode(user): Promise<string> {
      // Asked for by itself: a process for each would take most of the time of a test.
      const { name, secret } = JSON.parse(readFileSync(credentials, 'utf8')) as Record<string, string>
      const made = await fetch(`http://127.0.0.1:${adminPort}/admin/activations`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ user, send_to: '+41790000042' }),
      })
      return ((await made.json()) as { code: string }).code
    },
    lastText() {
      const line = readFileSync(join(place.directory, 'outbox.jsonl'), 'utf8').trim().split('\n').at(-1)
      const { text: sent } = JSON.parse(line ?? '') as { text: string }
      return { text: sent, digits: /\b\d{6}\b/.exec(sent)?.[0] ?? '' }
    },
    async device(user): Promise<string> {
      const { devices } = (await run('devices', '--user', user)) as { devices: Array<{ id: string }> }
      if (devices[0] === undefined) throw new Error(`${user} has no device`)
      return devices[0].id
    },
    async close(): Promise<void> {
      place.clear()
      await site.close()
      backend.closeAllConnections()
      await new Promise((resolve) => backend.close(resolve))
    },
  }
}
