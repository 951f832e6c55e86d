/** The composition root: from a configuration to a gateway that listens. Everything below takes what it needs from here. */
import type { Clock, KeyFile, Outbox } from '@holdfast/server'
import { type AdminListener, openAdmin } from './operators/admin.ts'
import { cannotListen } from './config/complaint.ts'
import type { Config } from './config/config.ts'
import type { MutualConfig } from './config/mutual.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { createLog, gatewayLog, type Log } from './books/log.ts'
import { standardOutput } from './books/log-output.ts'
import { createMetrics, type Metrics } from './books/metrics.ts'
import { credentialsFileOf, ensureFirstOperator } from './operators/first-operator.ts'
import { openService, type Service } from './service.ts'

/** What tests and demos put in the place of what the configuration says. */
export type GatewayOverrides = {
  readonly clock?: Clock
  readonly outbox?: Outbox
  readonly log?: Log
  /** False in a worker: its primary listens for operators. */
  readonly admin?: boolean
}

export type RunningGateway = {
  readonly port: number
  /** Where client certificates are asked for; null without such a listener. */
  readonly mutualPort: number | null
  /** Null without an admin listener. */
  readonly adminPort: number | null
  /** Thumbprints of the service keys to build into the app. */
  readonly pins: readonly string[]
  /** Where the first operator's credentials are. */
  readonly credentialsFile: string
  readonly service: Service
  readonly metrics: Metrics
  /** Takes no more connections, waits for what is under way, then closes the stores. */
  close(): Promise<void>
}

/** How long requests under way may still take once the gateway is told to stop. */
const drainMs = 30_000

/** Null without a listener that asks for certificates. */
async function listenMutual(
  gateway: Gateway,
  {
    mutual,
    keys,
    log,
  }: { readonly mutual: MutualConfig | undefined; readonly keys: KeyFile; readonly log: Log },
): Promise<number | null> {
  if (mutual !== undefined && keys.ca() === null)
    log.warn('no CA yet: no client certificate is given out or accepted', { origin: mutual.origin })
  if (mutual?.listen === undefined) return null
  const { host, port: wanted } = mutual.listen
  const { port } = await gateway.listenMutual({ host, port: wanted }).catch((error: unknown) => {
    throw cannotListen(error, { host, port: wanted, key: 'mutual' })
  })
  log.info('listening for client certificates', { origin: mutual.origin, host, port })
  return port
}

/** Starts listening. Rejects with Complaint when a store, the key file or a port cannot be opened. */
export async function startGateway(
  config: Config,
  overrides: GatewayOverrides = {},
): Promise<RunningGateway> {
  const { log = createLog(config.log), admin: withAdmin = true, ...replaced } = overrides
  const service = await openService(config, { log, ...replaced })
  const { server, keys, clock } = service
  const metrics = createMetrics()
  metrics.watchLog(standardOutput())
  let admin: AdminListener | null = null
  try {
    const { listen, routes, upstreams, defaultUpstream, limits, hosts, policy, mutual } = config
    const gateway = createGateway({
      server,
      keys,
      clock,
      routes,
      defaultUpstream,
      upstreams,
      limits,
      hosts,
      trustedProxies: listen.trustedProxies,
      answerBytes: policy.idempotency.answerBytes,
      coolingSeconds: policy.coolingSeconds,
      log: gatewayLog(log),
      metrics,
      ...(listen.tls === undefined ? {} : { tls: listen.tls }),
      ...(mutual === undefined
        ? {}
        : { mutual: { ...mutual, ...(mutual.listen && { tls: mutual.listen.tls }) } }),
    })
    const credentialsFile = withAdmin ? await ensureFirstOperator(config, service) : credentialsFileOf(config)
    if (withAdmin)
      admin = await openAdmin(config, { service, log, metrics: () => metrics.registry.metrics() })
    const mutualPort = await listenMutual(gateway, { mutual, keys, log })
    const { port } = await gateway
      .listen({ host: listen.host, port: listen.port })
      .catch(async (error: unknown) => {
        await gateway.close({ drainMs: 0 })
        throw cannotListen(error, { ...listen, key: 'listen' })
      })
    log.info('listening', { origin: config.origin, host: listen.host, port })
    return {
      port,
      mutualPort,
      adminPort: admin?.port ?? null,
      pins: keys.servicePins(),
      credentialsFile,
      service,
      metrics,
      async close(): Promise<void> {
        log.info('stopping')
        await gateway.close({ drainMs })
        await admin?.close()
        await service.close()
        log.info('stopped')
      },
    }
  } catch (error) {
    await admin?.close()
    await service.close()
    throw error
  }
}
