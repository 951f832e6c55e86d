/**
 * TLS connections that are handed over only when the server's key is a pinned one: until then no request has a socket to write
 * on. Every connection is a whole handshake, and none resumes a session of an earlier one: in a resumed one the server would not
 * prove anew that it has the key, and Node would not compare its name.
 */
import { X509Certificate } from 'node:crypto'
import { Agent, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { HoldfastError, pinOf } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { NetworkRequest } from '../../ports.ts'

/** The private key under a keystore's label as PEM, for TLS alone; null when there is none. */
export type IdentityKey = (label: string) => Promise<string | null>

export type TlsOptions = {
  /** PEM of the only roots to believe, for a private CA; without it those Node brings. */
  readonly ca?: string | readonly string[]
  readonly identityKey?: IdentityKey
}

/** What a request says about the connection it wants. */
export type Wanted = Pick<NetworkRequest, 'pins' | 'identity'> & {
  /** Ends a connection that is still being made. */
  readonly connecting: AbortSignal
}

type WantedOptions = RequestOptions & Partial<Wanted>

/** As in a URL. */
function hostOf({ host, port }: WantedOptions): string {
  const name = isIP(host ?? '') === 6 ? `[${host}]` : (host ?? '')
  return Number(port) === 443 ? name : `${name}:${port}`
}

/** Throws `server_key_refused`, its `cause` naming host and key. */
function checkPin(socket: TLSSocket, options: WantedOptions): void {
  if (options.pins === undefined) return
  const certificate = socket.getPeerX509Certificate()
  const key = certificate === undefined ? '' : certificatePin(certificate)
  if (!options.pins.includes(key))
    throw new HoldfastError('server_key_refused', { cause: { host: hostOf(options), key } })
}

export function certificatePin(certificate: X509Certificate): string {
  return pinOf(certificate.publicKey.export({ format: 'der', type: 'spki' }), nodeCrypto)
}

type Handover = (error: Error | null, socket?: Duplex) => void

export class CheckedAgent extends Agent {
  readonly #tls: TlsOptions

  constructor(tls: TlsOptions) {
    super({ keepAlive: true, scheduling: 'lifo', timeout: 5_000 })
    this.#tls = tls
  }

  /** A connection is used again only by requests that want the same keys and show the same certificate. */
  override getName(options: WantedOptions = {}): string {
    const { pins, identity } = options
    return JSON.stringify([
      super.getName(options),
      pins === undefined ? null : [...pins].sort(),
      identity === undefined ? null : [identity.label, identity.certificate],
    ])
  }

  override createConnection(options: WantedOptions, handover: Handover): undefined {
    this.#connect(options).then(
      (socket) => handover(null, socket),
      (error: Error) => handover(error),
    )
  }

  async #identity({ identity }: WantedOptions): Promise<Pick<ConnectionOptions, 'cert' | 'key'>> {
    if (identity === undefined) return {}
    const key = (await this.#tls.identityKey?.(identity.label)) ?? null
    if (key === null) throw new HoldfastError('key_missing')
    return { cert: identity.certificate, key }
  }

  async #connect(options: WantedOptions): Promise<Duplex> {
    const { connecting } = options
    const identity = await this.#identity(options)
    connecting?.throwIfAborted()
    const host = options.host ?? ''
    const { ca } = this.#tls
    // Nothing else of the request's options gets here, nor does the environment: both could weaken the check.
    const socket = connect({
      host,
      port: Number(options.port),
      servername: isIP(host) === 0 ? host : '',
      minVersion: 'TLSv1.3',
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
      ...identity,
    })
    const stop = (): void => void socket.destroy(connecting?.reason as Error)
    connecting?.addEventListener('abort', stop)
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.once('close', () => reject(new Error('the connection ended in its handshake')))
        socket.once('secureConnect', resolve)
      })
      checkPin(socket, options)
      return socket
    } catch (error) {
      socket.destroy()
      throw error
    } finally {
      connecting?.removeEventListener('abort', stop)
    }
  }
}
