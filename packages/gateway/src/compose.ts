/** The composition root: from a configuration to a gateway that listens. Everything below takes what it needs from here. */
import type { Clock, Outbox } from '@holdfast/server'
import { type AdminListener, openAdmin } from './admin.ts'
import { cannotListen } from './complaint.ts'
import type { Config } from './config.ts'
import { createGateway } from './gateway.ts'
import { createLog, gatewayLog, type Log } from './log.ts'
import { standardOutput } from './log-output.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { credentialsFileOf, ensureFirstOperator } from './first-operator.ts'
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
    const { listen, routes, upstreams, defaultUpstream, limits, hosts, policy } = config
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
      log: gatewayLog(log),
      metrics,
      ...(listen.tls === undefined ? {} : { tls: listen.tls }),
    })
    const credentialsFile = withAdmin ? await ensureFirstOperator(config, service) : credentialsFileOf(config)
    if (withAdmin)
      admin = await openAdmin(config, { service, log, metrics: () => metrics.registry.metrics() })
    const { port } = await gateway
      .listen({ host: listen.host, port: listen.port })
      .catch((error: unknown) => {
        throw cannotListen(error, { ...listen, key: 'listen' })
      })
    log.info('listening', { origin: config.origin, host: listen.host, port })
    return {
      port,
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
