/**
 * Which client certificate a request came with (docs/protocol.md 10): what our own TLS listener saw, or the field of a terminator
 * whose word counts (RFC 9440). From anybody else the field says nothing, and no backend ever sees it.
 */
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { fromBase64, HoldfastError } from '@holdfast/core'
import {
  type Channel,
  type ClientCertificate,
  type Clock,
  type KeyRing,
  plainChannel,
  verifyClientCertificate,
} from '@holdfast/server'
import { createRemotes } from './remote.ts'

/** Throws `certificate_refused`. */
export type ChannelOf = (message: IncomingMessage) => Channel

export interface Mutual {
  /** For connections to the listener that asks for certificates. */
  readonly ofConnection: ChannelOf
  /** For connections to the other one: only what a terminator says counts. */
  readonly ofTerminator: ChannelOf
}

export type MutualOptions = {
  readonly keys: Pick<KeyRing, 'caCertificates'>
  readonly clock: Pick<Clock, 'now'>
  /** Addresses and networks (CIDR) of terminators that take connections with certificates and say which. */
  readonly terminators: readonly string[]
}

/** Certificates seen lately through terminators: a phone sends many requests with one. */
const rememberedFields = 10_000

/** A Byte Sequence without parameters, in its one canonical spelling (RFC 9440 section 2.1, RFC 9651 section 3.3.5). Throws `certificate_refused`. */
export function parseClientCert(field: string): Uint8Array {
  try {
    return fromBase64(/^:([^:]+):$/.exec(field)?.[1] ?? '*')
  } catch (cause) {
    throw new HoldfastError('certificate_refused', { cause })
  }
}

export function sameCertificates(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return (
    a.length === b.length &&
    a.every((der, i) => der === b[i] || Buffer.compare(der, b[i] as Uint8Array) === 0)
  )
}

export function createMutual({ keys, clock, terminators }: MutualOptions): Mutual {
  const remotes = createRemotes(terminators)
  let cas: readonly Uint8Array[] = []
  let ofSockets = new WeakMap<object, ClientCertificate>()
  const ofFields = new Map<string, ClientCertificate>()

  /** Nothing that was believed because of a CA is believed any longer than that CA. */
  function refreshCas(): void {
    const current = keys.caCertificates()
    if (sameCertificates(current, cas)) return
    cas = [...current]
    ofSockets = new WeakMap()
    ofFields.clear()
  }

  function judge(der: Uint8Array): ClientCertificate {
    return verifyClientCertificate(der, cas, clock.now())
  }

  function channelWith(certificate: ClientCertificate): Channel {
    if (clock.now() > certificate.expiresAt) throw new HoldfastError('certificate_refused')
    return { sealed: false, certificate }
  }

  return {
    ofConnection({ socket }: IncomingMessage): Channel {
      refreshCas()
      const certificate = ofSockets.get(socket) ?? judge(certificateOf(socket))
      ofSockets.set(socket, certificate)
      return channelWith(certificate)
    },
    ofTerminator({ socket, headers }: IncomingMessage): Channel {
      if (!remotes.isTrusted(socket.remoteAddress ?? '')) return plainChannel
      // A field sent twice comes joined with a comma, which no Byte Sequence has.
      const field = headers['client-cert']?.toString()
      if (field === undefined) return plainChannel
      refreshCas()
      const certificate = ofFields.get(field) ?? judge(parseClientCert(field))
      if (ofFields.size >= rememberedFields) ofFields.clear()
      ofFields.set(field, certificate)
      return channelWith(certificate)
    },
  }
}

/** What the handshake proved the possession of. */
function certificateOf(socket: unknown): Uint8Array {
  const x509 = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  if (x509 === undefined) throw new HoldfastError('certificate_required')
  return x509.raw
}
