/** What the suite's own gateways are told. */
import { join } from 'node:path'
import type { Setting } from './attack.ts'

export type GatewayConfig = Readonly<Record<string, unknown>>

/** Files in PEM. */
export type TlsFiles = { readonly key: string; readonly cert: string; readonly pins: readonly string[] }

type Surroundings = {
  /** Directory for keys, database and outbox. */
  readonly home: string
  readonly origin: string
  readonly backend: string
  readonly tls: TlsFiles | null
  /** Port for connections with a client certificate. */
  readonly mutualPort: number | null
}

type Parts = { readonly policy?: GatewayConfig; readonly upstream?: GatewayConfig }

export function outboxOf(home: string): string {
  return join(home, 'outbox.jsonl')
}

const filesOf = ({ key, cert }: TlsFiles): GatewayConfig => ({ key, cert })

function mutualOf(port: number, tls: TlsFiles): GatewayConfig {
  return { origin: `https://127.0.0.1:${port}`, port, tls: filesOf(tls) }
}

/** Limits are generous: hundreds of phones enrol here within a minute. An attack on a limit sets its own. */
export function configOf(
  { home, origin, backend, tls, mutualPort }: Surroundings,
  { store, tls: trust, config = {} }: Setting,
  stores: GatewayConfig,
): GatewayConfig {
  const { policy = {}, upstream = {}, ...others } = config as Parts
  return {
    origin,
    listen: tls === null ? { port: 0 } : { port: 0, tls: filesOf(tls) },
    ...(tls === null || trust === 'unpinned' ? {} : { pins: tls.pins }),
    ...(tls === null || mutualPort === null ? {} : { mutual: mutualOf(mutualPort, tls) }),
    admin: { port: 0 },
    data: join(home, 'data'),
    keys: { kind: 'insecurePlain' },
    store: { kind: store ?? 'memory' },
    upstreams: [{ name: 'backend', url: backend, identity: { mode: 'signature' }, ...upstream }],
    routes: [
      { path: '/open/*', methods: ['GET'], policy: 'open' },
      { path: '/device-only/*', signer: 'device' },
      { path: '/accounts-by-field/*', fields: ['x-account'] },
      { path: '/proven/*', answer: 'signed' },
    ],
    outbox: { kind: 'insecureReadable', file: outboxOf(home) },
    ...others,
    ...stores,
    policy: { anonymousPerMinute: 1_000_000, ...policy },
  }
}
