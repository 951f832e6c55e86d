/** The gateway's data path put together: a listener, the proxy behind it, a pool for each backend. */
import type { Clock, HoldfastServer, KeyRing } from '@holdfast/server'
import type { GatewayLog } from './books/access-log.ts'
import { createCall } from './proxy/call.ts'
import { acceptedHosts } from './line/edge.ts'
import { createLedger } from './books/ledger.ts'
import { createLoad, type Limits } from './line/limits.ts'
import { createListener, type Listener, type ListenerOptions } from './line/listener.ts'
import type { TlsFiles } from './line/listener-tls.ts'
import type { Metrics } from './books/metrics.ts'
import { type ChannelOf, createMutual } from './line/mutual.ts'
import { createProxy, type ProxyOptions } from './proxy/proxy.ts'
import { createRandomPool } from './proxy/random-pool.ts'
import { createRefusal } from './proxy/refusal.ts'
import { createRemotes } from './line/remote.ts'
import { createRouter, type GatewayRoute } from './proxy/route.ts'
import { createUpstream, type UpstreamOptions } from './proxy/upstream.ts'
import { createVerifyBatch } from './proxy/verify-batch.ts'
import { createWriteWhole } from './proxy/whole.ts'

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
  /** The policy's. */
  readonly coolingSeconds: number
  readonly log: GatewayLog
  readonly metrics: Metrics
  readonly tls?: TlsFiles
  /** Client certificates: absent when none are taken. */
  readonly mutual?: {
    /** Origin whose host names that listener or terminator. */
    readonly origin: string
    /** Addresses and networks (CIDR) whose Client-Cert field counts (RFC 9440). */
    readonly terminators: readonly string[]
    /** Of the listener that asks for certificates; absent when only terminators do. */
    readonly tls?: TlsFiles
  }
}

type Address = { readonly host: string; readonly port: number }

export interface Gateway {
  listen(address: Address): Promise<{ port: number }>
  /** Where client certificates are asked for. Rejects with TypeError when none is configured. */
  listenMutual(address: Address): Promise<{ port: number }>
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
  const { server, keys, clock, limits, log, metrics, coolingSeconds } = options
  const random = createRandomPool()
  const remotes = createRemotes(options.trustedProxies ?? [])
  const load = createLoad(limits)
  metrics.watch(load)
  const upstreams = new Map(
    options.upstreams.map((upstream) => [
      upstream.name,
      createUpstream(upstream, { keys, clock, random, limits, coolingSeconds }),
    ]),
  )
  const findDestination = createRouter({
    routes: options.routes,
    upstreams,
    defaultUpstream: options.defaultUpstream,
  })
  const ledger = createLedger({ clock, load, log, metrics })
  const refusal = createRefusal({
    server,
    ledger,
    restBytes: limits.bodyBytes,
    bytesPerSecond: limits.answerBytesPerSecond,
  })
  const writeWhole = createWriteWhole({ server, refusal })
  const { mutual } = options
  const certificates = createMutual({ keys, clock, terminators: mutual?.terminators ?? [] })
  const mutualHosts = mutual === undefined ? [] : acceptedHosts(mutual.origin, [])
  const hosts = acceptedHosts(server.origin, [...options.hosts, ...mutualHosts])
  const path: Omit<ProxyOptions, 'edge'> = {
    server,
    verify: createVerifyBatch(server),
    clock,
    limits,
    load,
    findDestination,
    answerBytes: options.answerBytes,
    random,
    remotes,
    ledger,
    refusal,
    writeWhole,
    call: createCall({ server, clock, limits, load, ledger, refusal, writeWhole }),
  }
  const openListener = (channelOf: ChannelOf, tls: Pick<ListenerOptions, 'tls' | 'clientCas'>): Listener =>
    createListener({
      ...tls,
      limits,
      remotes,
      longestTimeoutMs: longestTimeoutMs(options),
      handle: createProxy({ ...path, edge: { hosts, headerFields: limits.headerFields, channelOf } }),
      refuse: (error) => server.refuse(error, null),
      onCut(cut): void {
        metrics.refused(cut.code)
        log.connection(cut)
      },
    })
  const listener = openListener(certificates.ofTerminator, { tls: options.tls })
  const mutualListener =
    mutual?.tls === undefined
      ? null
      : openListener(certificates.ofConnection, { tls: mutual.tls, clientCas: () => keys.caCertificates() })
  const listeners = mutualListener === null ? [listener] : [listener, mutualListener]

  async function shutDown(drainMs: number): Promise<void> {
    for (const each of listeners) each.drain()
    const drained = await within(load.idle(), drainMs)
    const pools = [...upstreams.values()]
    await Promise.all(pools.map((pool) => (drained ? pool.close() : pool.destroy())))
    await within(load.idle(), settleMs)
    await Promise.all(listeners.map((each) => each.close()))
  }

  let closing: Promise<void> | null = null
  return {
    listen: (address) => listener.listen(address),
    async listenMutual(address: Address): Promise<{ port: number }> {
      if (mutualListener === null) throw new TypeError('no listener for client certificates is configured')
      return mutualListener.listen(address)
    },
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
