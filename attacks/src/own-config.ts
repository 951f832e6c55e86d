/** What the suite's own gateways are told. */
import { join } from 'node:path'
import type { Setting } from './attack.ts'

export type GatewayConfig = Readonly<Record<string, unknown>>

type Surroundings = {
  /** Directory for keys, database and outbox. */
  readonly home: string
  readonly origin: string
  readonly backend: string
}

type Parts = { readonly policy?: GatewayConfig; readonly upstream?: GatewayConfig }

export function outboxOf(home: string): string {
  return join(home, 'outbox.jsonl')
}

/** Limits are generous: hundreds of phones enrol here within a minute. An attack on a limit sets its own. */
export function configOf(
  { home, origin, backend }: Surroundings,
  { store, config = {} }: Setting,
  stores: GatewayConfig,
): GatewayConfig {
  const { policy = {}, upstream = {}, ...others } = config as Parts
  return {
    origin,
    listen: { port: 0 },
    admin: { port: 0 },
    data: join(home, 'data'),
    store: { kind: store ?? 'memory' },
    upstreams: [{ name: 'backend', url: backend, identity: { mode: 'signature' }, ...upstream }],
    routes: [
      { path: '/open/*', methods: ['GET'], policy: 'open' },
      { path: '/device-only/*', signer: 'device' },
      { path: '/accounts-by-field/*', fields: ['x-account'] },
    ],
    outbox: { kind: 'insecureReadable', file: outboxOf(home) },
    ...others,
    ...stores,
    policy: { anonymousPerMinute: 1_000_000, ...policy },
  }
}
