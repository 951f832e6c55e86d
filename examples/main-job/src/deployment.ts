/** A whole deployment in one temporary folder: secret, configuration, backend, gateway. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Backend, startBackend } from './backend.ts'
import { freePort, holdfast, type Running, start, startGateway } from './processes.ts'

const logDeadlineMs = 10_000

export type Deployment = {
  readonly origin: string
  /** Holds holdfast.yaml, app.json (what an app has built in: origin and service keys) and outbox.jsonl. */
  readonly folder: string
  /** Serves the demo bank's page (examples/web), which the gateway lets call from a browser; resolves to its address. */
  servePage(): Promise<string>
  /** Service key thumbprints an app builds in. */
  readonly pins: readonly string[]
  /** A new activation code for a user. */
  activate(user: string): Promise<string>
  /** The newest text in the outbox. */
  lastText(): Promise<string>
  revoke(device: string): Promise<void>
  /** New keys for sealed requests, in the running gateway. */
  rotateSealing(): Promise<void>
  /** The newest line of the gateway's log of which this is a part, once it is there. */
  logged(part: string): Promise<string>
  close(): Promise<void>
}

function configOf(ports: { gateway: number; admin: number; backend: number; page: number }): string {
  return `# Made by the main job: everything on loopback, nothing to keep.
origin: http://127.0.0.1:${ports.gateway}
listen: { host: 127.0.0.1, port: ${ports.gateway} }
admin: { host: 127.0.0.1, port: ${ports.admin} }
data: ./data
store: { kind: embedded }
upstreams:
  - name: accounts
    url: http://127.0.0.1:${ports.backend}
    identity: { mode: hmac-sha256, secretFile: ./secret }
sealing: { suites: [x-wing, x25519] }
web: { origins: ["http://localhost:${ports.page}"], rpId: localhost }
policy: { offlineSeconds: 86400 }
routes:
  - { path: /public/*, policy: open }
  - { path: /accounts, methods: [GET], answer: signed }
  - { path: /transfers, methods: [POST], signer: device }
  - { path: /card/*, policy: sealed }
outbox: { kind: insecureReadable, file: ./outbox.jsonl }
`
}

export async function deploy(kind: Backend): Promise<Deployment> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-'))
  const secretFile = path.join(folder, 'secret')
  const configFile = path.join(folder, 'holdfast.yaml')
  await writeFile(secretFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
  const backend = await startBackend(kind, secretFile)
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const ports = { gateway: port, admin: await freePort(), page: await freePort() }
  await writeFile(configFile, configOf({ ...ports, backend: backend.port }))
  const gateway = await startGateway(configFile)
  const { pins } = (await holdfast('keys', '--config', configFile)) as { pins: string[] }
  const app = path.join(folder, 'app.json')
  await writeFile(app, JSON.stringify({ origin, trust: pins }))
  let page: Running | null = null
  return {
    origin,
    folder,
    pins,
    async servePage(): Promise<string> {
      page ??= await start(process.execPath, [
        'examples/web/serve.mjs',
        '--app',
        app,
        '--port',
        `${ports.page}`,
      ])
      return `http://localhost:${page.port}`
    },
    async activate(user: string): Promise<string> {
      const args = ['activate', '--config', configFile, '--user', user, '--send-to', '+44 20 7946 0042']
      return (await holdfast(...args))['code'] as string
    },
    async lastText(): Promise<string> {
      const lines = (await readFile(path.join(folder, 'outbox.jsonl'), 'utf8')).trim().split('\n')
      return (JSON.parse(lines.at(-1) as string) as { text: string }).text
    },
    async revoke(device: string): Promise<void> {
      await holdfast('revoke', device, '--config', configFile)
    },
    async rotateSealing(): Promise<void> {
      await holdfast('keys', 'rotate', 'sealing', '--config', configFile)
    },
    async logged(part: string): Promise<string> {
      for (const deadline = performance.now() + logDeadlineMs; performance.now() < deadline; await wait(5)) {
        const found = gateway.lines.findLast((line) => line.includes(part))
        if (found !== undefined) return found
      }
      throw new Error(`the log does not say ${part}`)
    },
    async close(): Promise<void> {
      await page?.stop()
      await gateway.stop()
      await backend.stop()
      await rm(folder, { recursive: true })
    },
  }
}
