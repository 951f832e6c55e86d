/** A directory with everything one gateway needs: its configuration, its secrets, and the file its log goes to. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeServerCertificate } from './server-certificate.ts'

/** What signatures cover. The load connects to a port of its own and names this host. */
export const origin = 'https://api.bank.example'

export interface PlaceOptions {
  readonly backendPort: number
  /** Addresses; null for the memory of the gateway's own process. */
  readonly postgres: string | null
  readonly redis: string | null
  readonly line?: Line
  /** In the place of a line: YAML that says how phones reach the gateway, and what else there is. */
  readonly settings?: string
  /** Shared with the backend; absent: one nobody else has. */
  readonly secret?: string
  /** On loopback, for a client that enrols: one-time texts go to a file then. Absent: {@link origin}. */
  readonly origin?: string
}

/** How phones reach the gateway: in plain HTTP unless told. `sealed` is with X25519, `hybrid` with X-Wing. */
export type Line = 'sealed' | 'hybrid' | 'tls' | 'mutual'

export interface Place {
  readonly configFile: string
  readonly keyFile: string
  readonly logFile: string
  /** One-time texts, a line of JSON each, where the origin is on loopback. */
  readonly textFile: string
  /** PEM of the certificate a TLS listener shows, signed by itself. */
  readonly certificate: string | undefined
  clear(): void
}

/** The configuration is the shipped one as far as it can be: defaults for limits, policy and the level of the log. */
export function createPlace(options: PlaceOptions): Place {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const place = (name: string): string => join(directory, name)
  writeFileSync(place('holdfast.yaml'), configurationOf(options))
  const certificate = isTls(options.line) ? makeServerCertificate(directory) : undefined
  const random = randomBytes(24).toString('hex')
  writeFileSync(place('backend.secret'), options.secret ?? random)
  writeFileSync(place('outbox.secret'), random)
  return {
    configFile: place('holdfast.yaml'),
    keyFile: place('data/keys.json'),
    logFile: place('log'),
    textFile: place('outbox.jsonl'),
    certificate,
    clear: () => rmSync(directory, { recursive: true, force: true }),
  }
}

const plain = 'listen: { port: 0 }\n'
/** What each line adds to a configuration. */
const lines: Readonly<Record<Line, string>> = {
  sealed: `${plain}sealing: { suites: [x25519] }\nroutes: [{ path: "/*", policy: sealed }]\n`,
  hybrid: `${plain}sealing: { suites: [x-wing] }\nroutes: [{ path: "/*", policy: sealed }]\n`,
  tls: 'listen: { port: 0, tls: { key: server.key, cert: server.pem } }\n',
  mutual: `${plain}mutual: { origin: https://mutual.bank.example, port: 0, tls: { key: server.key, cert: server.pem } }
routes: [{ path: "/*", policy: mutual }]
`,
}

export function isTls(line: Line | undefined): boolean {
  return line === 'tls' || line === 'mutual'
}

/** Name of the backend in the configuration: its audience, and the id of their secret. */
export const upstream = 'bank'

const webhook = '{ kind: webhook, url: https://sms.bank.example/send, secretFile: ./outbox.secret }'
const readable = '{ kind: insecureReadable, file: ./outbox.jsonl }'

function configurationOf(options: PlaceOptions): string {
  const { backendPort, postgres, redis, line, settings } = options
  const store = postgres === null ? { kind: 'memory' } : { kind: 'postgres', url: postgres }
  const nonces = redis === null ? { kind: store.kind } : { kind: 'redis', url: redis }
  return `origin: ${options.origin ?? origin}
admin: { port: 0 }
keys: { kind: insecurePlain }
store: ${JSON.stringify(store)}
nonces: ${JSON.stringify(nonces)}
upstreams:
  - name: ${upstream}
    url: http://127.0.0.1:${backendPort}
    identity: { mode: hmac-sha256, secretFile: ./backend.secret }
outbox: ${options.origin === undefined ? webhook : readable}
${settings ?? (line === undefined ? plain : lines[line])}`
}
