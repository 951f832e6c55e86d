/** What `holdfast serve` says when it has started. */
import type { Config } from '../config/config.ts'
import type { GatewayRoute } from '../proxy/route.ts'

export type Started = {
  readonly port: number
  readonly adminPort: number | null
  /** Thumbprints of the service keys to build into the app. */
  readonly pins: readonly string[]
  /** Whether there is a CA of client certificates. */
  readonly hasCa: boolean
  readonly credentialsFile: string
}

function keysLine({ keys }: Config): string {
  if (keys.kind === 'pkcs11') return `in the token "${keys.token}" of ${keys.module}`
  return keys.kind === 'file' ? 'in the key file, encrypted' : 'in the key file, readable for its owner'
}

function certificatesLines({ mutual }: Config): string[] {
  if (mutual === undefined) return []
  const { listen, terminators } = mutual
  const own = listen === undefined ? [] : [`at ${listen.host}:${listen.port}`]
  const places = [...own, ...terminators.map((address) => `by ${address}`)]
  return [`  certificates   ${mutual.origin}, asked for ${places.join(', ')}`]
}

function routeLine({ path, methods = ['any method'], policy, signer, mutual, answer }: GatewayRoute): string {
  const demands = [
    signer === 'device' ? `${policy} by the device key` : policy,
    ...(mutual === undefined ? [] : ['mutual']),
    ...(answer === undefined ? [] : [`answer ${answer}`]),
  ]
  return `  route          ${methods.join(',')} ${path}: ${demands.join(', ')}`
}

/** The lines on stderr of a gateway that has started: what it does, and what should worry its operator. */
export function banner(config: Config, { port, adminPort, pins, hasCa, credentialsFile }: Started): string[] {
  const { origin, listen, admin, store, nonces, routes, upstreams, file } = config
  const lines = [
    `Holdfast serves ${origin}`,
    `  configuration  ${file}`,
    `  listening on   ${listen.host}:${port}${listen.tls === undefined ? '' : ' (TLS)'}`,
    ...listen.trustedProxies.map(
      (proxy) => `  behind         ${proxy}, whose X-Forwarded-For names the client`,
    ),
    ...certificatesLines(config),
    ...(config.sealing === undefined ? [] : [`  sealed requests  ${config.sealing.suites.join(', ')}`]),
    `  operators on   ${admin.host}:${adminPort}, credentials in ${credentialsFile}`,
    `  keys           ${keysLine(config)}`,
    `  store          ${store.kind}, nonces in ${nonces.kind}`,
    ...upstreams.map(
      ({ name, url, identity }) => `  upstream       ${name} at ${url}, identity ${identity.mode}`,
    ),
    ...routes.map(routeLine),
    '  everything else is signed',
    `  service keys for the app  ${pins.join('  ')}`,
  ]
  if (store.kind === 'memory')
    lines.push('  WARNING: the memory store forgets every device when this process ends')
  if (config.keys.kind === 'plain' && config.keys.meant)
    lines.push('  WARNING: whoever reads the key file, or a backup of it, is the service')
  if (config.keys.kind !== 'plain' && config.keys.previous === 'readable')
    lines.push('  WARNING: a readable key file is taken over: drop keys.previous when every node was started')
  if (config.mutual !== undefined && !hasCa)
    lines.push(
      '  WARNING: no CA yet: no client certificate is given out or accepted. holdfast keys ca makes it, without a restart',
    )
  if (config.outbox.kind === 'insecureReadable')
    lines.push(`  WARNING: one-time texts are written to ${config.outbox.file} for anybody who can read it`)
  return lines
}
