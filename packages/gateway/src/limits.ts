/** What one gateway process takes on at most, and the counters that hold it to that. */
import { HoldfastError } from '@holdfast/core'
import { networkOf } from '@holdfast/server'

export type Limits = {
  /** Request line and fields together. */
  readonly headerBytes: number
  readonly headerFields: number
  /** Body of a request to a backend. */
  readonly bodyBytes: number
  /** Body of a call Holdfast answers itself. */
  readonly ownBodyBytes: number
  /** All bodies held in memory at one moment. */
  readonly spooledBytes: number
  /** From the first byte of a connection or request to the end of its head. */
  readonly headMs: number
  /** From the first byte of a request to the end of its body. */
  readonly requestMs: number
  /** How long an idle connection stays open for the next request. */
  readonly keepAliveMs: number
  /** How long an answer may stand still, on either side. */
  readonly idleMs: number
  readonly connections: number
  readonly connectionsPerAddress: number
  /** Requests under way in this process. */
  readonly requests: number
  /** Requests under way from one address. Name a load balancer in front in `listen.trustedProxies`: else it counts as one client. */
  readonly requestsPerAddress: number
  /** How much of a backend's connections one device, or one address on open routes, may hold; four at least. */
  readonly upstreamSharePercent: number
  /** Least rate at which a client has to take an answer that waits for it; a slower one is cut off. */
  readonly answerBytesPerSecond: number
}

export const defaultLimits: Limits = {
  headerBytes: 16_384,
  headerFields: 100,
  bodyBytes: 1_048_576,
  ownBodyBytes: 65_536,
  spooledBytes: 134_217_728,
  headMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  idleMs: 120_000,
  connections: 10_000,
  connectionsPerAddress: 1_000,
  requests: 5_000,
  requestsPerAddress: 500,
  upstreamSharePercent: 25,
  answerBytesPerSecond: 4_096,
}

/** Counts per client: by address, all of one IPv6 network together, or by another name. One at zero is forgotten. */
export interface AddressCounter {
  /** False, and nothing counted, when the address is at its limit. */
  enter(address: string): boolean
  leave(address: string): void
}

export function createAddressCounter(limit: number): AddressCounter {
  const counts = new Map<string, number>()
  return {
    enter(address: string): boolean {
      const network = networkOf(address)
      const count = counts.get(network) ?? 0
      if (count >= limit) return false
      counts.set(network, count + 1)
      return true
    },
    leave(address: string): void {
      const network = networkOf(address)
      const count = counts.get(network) ?? 0
      if (count > 1) counts.set(network, count - 1)
      else counts.delete(network)
    },
  }
}

/** What is under way in this process. */
export interface Load {
  /** Throws `overloaded`; otherwise every enter is followed by one leave. */
  enter(address: string): void
  leave(address: string): void
  /** Throws `overloaded` when more bytes cannot be held. */
  hold(bytes: number): void
  free(bytes: number): void
  requests(): number
  spooledBytes(): number
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export function createLoad(limits: Limits): Load {
  const addresses = createAddressCounter(limits.requestsPerAddress)
  let requests = 0
  let spooled = 0
  let waiting: Array<() => void> = []

  function settle(): void {
    if (requests > 0 || waiting.length === 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }

  return {
    enter(address: string): void {
      if (requests >= limits.requests || !addresses.enter(address))
        throw new HoldfastError('overloaded', { retryAfter: 1 })
      requests += 1
    },
    leave(address: string): void {
      requests -= 1
      addresses.leave(address)
      settle()
    },
    hold(bytes: number): void {
      if (spooled + bytes > limits.spooledBytes) throw new HoldfastError('overloaded', { retryAfter: 1 })
      spooled += bytes
    },
    free(bytes: number): void {
      spooled -= bytes
    },
    requests: (): number => requests,
    spooledBytes: (): number => spooled,
    idle(): Promise<void> {
      return new Promise((resolve) => {
        waiting.push(resolve)
        settle()
      })
    },
  }
}
