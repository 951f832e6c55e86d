/** Which address a request came from. For rates, counts, audit and log only: an address proves nothing. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, SocketAddress } from 'node:net'

export interface Remotes {
  /** True for the proxies whose word counts. */
  isTrusted(peer: string): boolean
  /**
   * The peer's address; behind a trusted proxy the right-most address in X-Forwarded-For that is no trusted proxy's. Nothing
   * to the left of it is read: whoever sent the request wrote that. A repeated field, or no address there, leaves the peer's.
   */
  of(message: IncomingMessage): string
}

/** `10.0.0.0/8` or one address. Null when it is neither, or stands for every address there is. */
export function parseNetwork(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | null {
  const [, address = '', bits] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? []
  const version = isIP(address)
  const longest = version === 4 ? 32 : 128
  const prefix = Number(bits ?? longest)
  if (version === 0 || address.includes('%') || prefix > longest) return null
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** Throws TypeError for what is no address or network. */
export function createRemotes(trustedProxies: readonly string[]): Remotes {
  if (trustedProxies.length === 0) return { isTrusted: () => false, of: peerOf }
  const trusted = new BlockList()
  for (const text of trustedProxies) {
    const network = parseNetwork(text)
    if (network === null) throw new TypeError('trustedProxies: expected addresses and networks')
    trusted.addSubnet(network.address, network.prefix, network.family)
  }
  const isTrusted = (address: string): boolean => {
    const version = isIP(address)
    return version !== 0 && trusted.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
  return {
    isTrusted,
    of(message: IncomingMessage): string {
      const peer = peerOf(message)
      return isTrusted(peer) ? (forwardedFor(message, isTrusted) ?? peer) : peer
    },
  }
}

function peerOf(message: IncomingMessage): string {
  return message.socket.remoteAddress ?? ''
}

function forwardedFor(message: IncomingMessage, isTrusted: (address: string) => boolean): string | null {
  const [value, ...repeated] = message.headersDistinct['x-forwarded-for'] ?? []
  if (value === undefined || repeated.length > 0) return null
  for (const part of value.split(',').toReversed()) {
    const address = part.replace(/^[ \t]+|[ \t]+$/g, '')
    if (isIP(address) === 0 || address.includes('%')) return null
    if (!isTrusted(address)) return oneSpelling(address)
  }
  return null
}

/** One client, one address: IPv6 has many spellings of each, and one of each IPv4 address. */
function oneSpelling(address: string): string {
  if (isIP(address) === 4) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/
  const normal = new SocketAddress({ address, family: 'ipv6' }).address
  return mapped.exec(normal)?.[1] ?? normal
}
