/** Client certificates in holdfast.yaml: who takes them, and which routes ask for them (docs/protocol.md 10). */
import { checkNetworks, parseUrl, type Report } from './rules.ts'
import type { WrittenConfig, WrittenRoute } from './schema.ts'
import { type TlsConfig, tlsOf } from './tls.ts'
import type { SecretSources } from './secrets.ts'

/** Where connections with a client certificate are taken (docs/protocol.md 10). */
export type MutualConfig = {
  readonly origin: string
  /** Addresses and networks whose Client-Cert field counts. */
  readonly terminators: readonly string[]
  /** A port of our own; absent when only terminators take them. */
  readonly listen?: {
    readonly host: string
    readonly port: number
    readonly tls: TlsConfig
  }
}

/** True when the rule takes only connections with the certificate of the device. */
export function isMutual({ policy, mutual }: WrittenRoute): boolean {
  return policy === 'mutual' || mutual === true
}

export function checkMutual({ mutual, routes }: WrittenConfig, report: Report): void {
  routes?.forEach((route, i) => {
    if (isMutual(route) && mutual === undefined)
      report(
        ['routes', i],
        'asks for a client certificate: say under mutual where connections with one are taken',
      )
  })
  if (mutual === undefined) return
  const { origin, host, port, tls, terminators } = mutual
  const url = parseUrl(origin)
  if (url?.origin !== origin || url.protocol !== 'https:')
    report(['mutual', 'origin'], 'expected https://host or https://host:port in lower case, without a path')
  checkNetworks(terminators, ['mutual', 'terminators'], report)
  if (port === undefined && (terminators ?? []).length === 0)
    report(['mutual'], 'nobody takes these connections: expected a port with tls, or terminators')
  if (port !== undefined && tls === undefined)
    report(['mutual', 'tls'], 'is missing: this port asks for certificates itself')
  if (port === undefined && (tls ?? host) !== undefined)
    report(['mutual', 'port'], 'is missing: the port of this listener')
}

export function mutualOf({ mutual, pins }: WrittenConfig, sources: SecretSources): MutualConfig | null {
  if (mutual === undefined) return null
  const { origin, host = '127.0.0.1', port, tls, terminators = [] } = mutual
  if (port === undefined || tls === undefined) return { origin, terminators }
  return {
    origin,
    terminators,
    listen: { host, port, tls: tlsOf(tls, { at: ['mutual', 'tls'], pins }, sources) },
  }
}
