/** The gateway's data path put together: a listener, the proxy behind it, a pool for each backend. */
import type { Clock, HoldfastServer, KeyRing } from '@holdfast/server'
import type { GatewayLog } from './access-log.ts'
import { createCall } from './call.ts'
import { acceptedHosts } from './edge.ts'
import { createLedger } from './ledger.ts'
import { createLoad, type Limits } from './limits.ts'
import { createListener, type TlsFiles } from './listener.ts'
import type { Metrics } from './metrics.ts'
import { createProxy } from './proxy.ts'
import { createRandomPool } from './random-pool.ts'
import { createRefusal } from './refusal.ts'
import { createRemotes } from './remote.ts'
import { createRouter, type GatewayRoute } from './route.ts'
import { createUpstream, type UpstreamOptions } from './upstream.ts'
import { createVerifyBatch } from './verify-batch.ts'

export type GatewayOptions = {
  readonly server: HoldfastServer
  readonly keys: KeyRing
  readonly clock: Clock
  /** The same rules, in the same order, as the deployment's. */
  readonly routes: readonly GatewayRoute[]
  /** Takes what no route names. */
  readonly defaultUpstream: string
  readonly upstreams: readonly UpstreamOptions[]
  /** Host values taken beside those of the public origin, e.g. what a TLS terminator in front sends. */
  readonly hosts: readonly string[]
  /** Addresses and networks (CIDR) of proxies whose X-Forwarded-For names the client. */
  readonly trustedProxies?: readonly string[]
  readonly limits: Limits
  /** The policy's `idempotency.answerBytes`. */
  readonly answerBytes: number
  readonly log: GatewayLog
  readonly metrics: Metrics
  readonly tls?: TlsFiles
}

export interface Gateway {
  listen(address: { readonly host: string; readonly port: number }): Promise<{ port: number }>
  /**
   * Stops accepting, lets requests under way finish for up to `drainMs`, then ends what is left. Unsafe requests cut then
   * are marked as of unknown outcome.
   */
  close(options: { readonly drainMs: number }): Promise<void>
}

/** How long claims may take to be settled once their backends were cut off. */
const settleMs = 2_000

function longestTimeoutMs({ upstreams, routes }: GatewayOptions): number {
  return Math.max(...[...upstreams, ...routes].map(({ timeoutMs }) => timeoutMs ?? 0))
}

/** Throws TypeError for a configuration that cannot work or is not safe. */
export function createGateway(options: GatewayOptions): Gateway {
  const { server, keys, clock, limits, log, metrics } = options
  const random = createRandomPool()
  const remotes = createRemotes(options.trustedProxies ?? [])
  const load = createLoad(limits)
  metrics.watch(load)
  const upstreams = new Map(
    options.upstreams.map((upstream) => [
      upstream.name,
      createUpstream(upstream, { keys, clock, random, limits }),
    ]),
  )
  const findDestination = createRouter({
    routes: options.routes,
    upstreams,
    defaultUpstream: options.defaultUpstream,
  })
  const ledger = createLedger({ clock, load, log, metrics })
  const refusal = createRefusal({ server, ledger, restBytes: limits.bodyBytes })
  const handle = createProxy({
    server,
    verify: createVerifyBatch(server),
    clock,
    limits,
    load,
    edge: { hosts: acceptedHosts(server.origin, options.hosts), headerFields: limits.headerFields },
    findDestination,
    answerBytes: options.answerBytes,
    random,
    remotes,
    ledger,
    refusal,
    call: createCall({ server, clock, limits, ledger, refusal }),
  })
  const listener = createListener({
    limits,
    remotes,
    tls: options.tls,
    longestTimeoutMs: longestTimeoutMs(options),
    handle,
    refuse: (error) => server.refuse(error, null),
    onCut(cut): void {
      metrics.refused(cut.code)
      log.connection(cut)
    },
  })

  async function shutDown(drainMs: number): Promise<void> {
    listener.drain()
    const drained = await within(load.idle(), drainMs)
    const pools = [...upstreams.values()]
    await Promise.all(pools.map((pool) => (drained ? pool.close() : pool.destroy())))
    await within(load.idle(), settleMs)
    await listener.close()
  }

  let closing: Promise<void> | null = null
  return {
    listen: (address) => listener.listen(address),
    close({ drainMs }): Promise<void> {
      closing ??= shutDown(drainMs)
      return closing
    },
  }
}

/** False when the time is over first. */
async function within(work: Promise<void>, timeMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeMs)
  })
  const done = await Promise.race([work.then(() => true), late])
  clearTimeout(timer)
  return done
}
