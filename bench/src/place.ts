/** A directory with everything one gateway needs: its configuration, its secrets, and the file its log goes to. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What signatures cover. The load connects to a port of its own and names this host. */
export const origin = 'https://api.bank.example'

export interface PlaceOptions {
  readonly backendPort: number
  /** Addresses; null for the memory of the gateway's own process. */
  readonly postgres: string | null
  readonly redis: string | null
}

export interface Place {
  readonly configFile: string
  readonly keyFile: string
  readonly logFile: string
  clear(): void
}

/** The configuration is the shipped one as far as it can be: defaults for limits, policy and the level of the log. */
export function createPlace(options: PlaceOptions): Place {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const place = (name: string): string => join(directory, name)
  writeFileSync(place('holdfast.yaml'), configurationOf(options))
  for (const name of ['backend.secret', 'outbox.secret'])
    writeFileSync(place(name), randomBytes(24).toString('hex'))
  return {
    configFile: place('holdfast.yaml'),
    keyFile: place('data/keys.json'),
    logFile: place('log'),
    clear: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function configurationOf({ backendPort, postgres, redis }: PlaceOptions): string {
  const store = postgres === null ? { kind: 'memory' } : { kind: 'postgres', url: postgres }
  const nonces = redis === null ? { kind: store.kind } : { kind: 'redis', url: redis }
  return `origin: ${origin}
listen: { port: 0 }
admin: { port: 0 }
store: ${JSON.stringify(store)}
nonces: ${JSON.stringify(nonces)}
upstreams:
  - name: backend
    url: http://127.0.0.1:${backendPort}
    identity: { mode: hmac-sha256, secretFile: ./backend.secret }
outbox: { kind: webhook, url: https://sms.bank.example/send, secretFile: ./outbox.secret }
`
}
