/** What one gateway process takes on at most, and the counters that hold it to that. */
import {
  encapsulationOverhead,
  HoldfastError,
  maxBinaryHead,
  maxSealedBody,
  maxSealedMessage,
  paddedLength,
} from '@holdfast/core'
import { networkOf } from '@holdfast/server'

export type Limits = {
  /** Request line and fields together. */
  readonly headerBytes: number
  readonly headerFields: number
  /** Body of a request to a backend. */
  readonly bodyBytes: number
  /** Body of a call Holdfast answers itself. */
  readonly ownBodyBytes: number
  /** Body of an answer that is sealed or signed, and so gathered whole. */
  readonly wholeAnswerBytes: number
  /** All bodies and gathered answers held in memory at one moment. */
  readonly spooledBytes: number
  /** How much of that the requests of one address may hold; as much as one request can need at least. */
  readonly spooledSharePercent: number
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
  bodyBytes: maxSealedBody,
  ownBodyBytes: 65_536,
  wholeAnswerBytes: maxSealedBody,
  spooledBytes: 134_217_728,
  spooledSharePercent: 25,
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

/** Octets between and after the parts of a Binary HTTP message. */
const framingBytes = 16

/** The longest sealed request worth reading: what is inside keeps to the limits of any other request. */
export function sealedLimit({ bodyBytes, ownBodyBytes }: Limits): number {
  const longest = maxBinaryHead + Math.max(bodyBytes, ownBodyBytes) + framingBytes
  return Math.min(maxSealedMessage, paddedLength(longest) + encapsulationOverhead)
}

/** What one address may hold of `spooledBytes`. */
function spooledShare(limits: Limits): number {
  const share = Math.floor((limits.spooledBytes * limits.spooledSharePercent) / 100)
  return Math.max(share, sealedLimit(limits) + limits.wholeAnswerBytes)
}

/** Counts per client: by address, all of one IPv6 network together, or by another name. One at zero is forgotten. */
export interface AddressCounter {
  /** False, and nothing counted, when that would take the address over its limit. `amount` is 1 unless told. */
  enter(address: string, amount?: number): boolean
  leave(address: string, amount?: number): void
}

/** Only what holds a colon can be an address of IPv6. */
function clientOf(address: string): string {
  return address.includes(':') ? networkOf(address) : address
}

export function createAddressCounter(limit: number): AddressCounter {
  const counts = new Map<string, number>()
  return {
    enter(address: string, amount = 1): boolean {
      const client = clientOf(address)
      const count = (counts.get(client) ?? 0) + amount
      if (count > limit) return false
      counts.set(client, count)
      return true
    },
    leave(address: string, amount = 1): void {
      const client = clientOf(address)
      const count = (counts.get(client) ?? 0) - amount
      if (count > 0) counts.set(client, count)
      else counts.delete(client)
    },
  }
}

/** What is under way in this process. */
export interface Load {
  /** Throws `overloaded`; otherwise every enter is followed by one leave. */
  enter(address: string): void
  leave(address: string): void
  /** Throws `overloaded` when more bytes cannot be held, or not for this address; what was held is freed once. */
  hold(bytes: number, address: string): void
  free(bytes: number, address: string): void
  requests(): number
  spooledBytes(): number
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export function createLoad(limits: Limits): Load {
  const addresses = createAddressCounter(limits.requestsPerAddress)
  const shares = createAddressCounter(spooledShare(limits))
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
    hold(bytes: number, address: string): void {
      if (spooled + bytes > limits.spooledBytes || !shares.enter(address, bytes))
        throw new HoldfastError('overloaded', { retryAfter: 1 })
      spooled += bytes
    },
    free(bytes: number, address: string): void {
      if (bytes === 0) return
      spooled -= bytes
      shares.leave(address, bytes)
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
