/**
 * What Node's parser lets through and two readers could still read differently (docs/protocol.md 3.9): refused before a
 * route is looked at. Framing that Node refuses itself never comes this far (listener.ts answers it).
 */
import type { IncomingMessage } from 'node:http'
import { type Fields, HoldfastError } from '@holdfast/core'
import { type Channel, parseHead, type RequestHead, type SealedExchange } from '@holdfast/server'
import type { Limits } from './limits.ts'

export type EdgeOptions = {
  /** Host values taken, in lower case. */
  readonly hosts: ReadonlySet<string>
  readonly headerFields: number
  /** What the connection proved beside the bytes of the request; nothing when absent. */
  readonly channelOf?: (message: IncomingMessage) => Channel
}

// Connection may name no fields: whoever wants one removed on the way is after the next reader, not this one.
const connectionOptions: ReadonlySet<string> = new Set(['close', 'keep-alive', 'te', 'upgrade'])
const lengthForm = /^(?:0|[1-9][0-9]{0,15})$/

function checkConnection(fields: Fields): void {
  const connection = fields.get('connection')
  if (connection === undefined || connection === 'keep-alive') return
  for (const option of connection.toLowerCase().split(',')) {
    if (!connectionOptions.has(option.trim())) throw new HoldfastError('ambiguous_request')
  }
}

function checkFraming(fields: Fields, version: string): void {
  const coding = fields.get('transfer-encoding')
  const length = fields.get('content-length')
  if (length !== undefined && !lengthForm.test(length)) throw new HoldfastError('ambiguous_request')
  if (coding === undefined) return
  if (version !== '1.1' || length !== undefined || coding.toLowerCase() !== 'chunked')
    throw new HoldfastError('ambiguous_request')
}

/** The one place where a request is parsed. Throws what {@link parseHead} and `channelOf` throw, and `header_too_large`. */
export function readHead(message: IncomingMessage, remote: string, options: EdgeOptions): RequestHead {
  const { method, url, rawHeaders, httpVersion } = message
  if (httpVersion !== '1.1' && httpVersion !== '1.0') throw new HoldfastError('ambiguous_request')
  if (rawHeaders.length > options.headerFields * 2) throw new HoldfastError('header_too_large')
  const head = parseHead(method ?? '', url ?? '', rawHeaders, remote, options.channelOf?.(message))
  if (!options.hosts.has((head.fields.get('host') ?? '').toLowerCase()))
    throw new HoldfastError('ambiguous_request')
  checkConnection(head.fields)
  checkFraming(head.fields, httpVersion)
  return head
}

/**
 * What {@link readHead} and the listener ask of a head beyond what the seal's own form asks (docs/protocol.md 8.2), which knows no
 * connection, no framing and one authority. Throws `header_too_large`.
 */
export function checkSealedHead(
  { fields, bytes }: SealedExchange['headSize'],
  limits: Pick<Limits, 'headerFields' | 'headerBytes'>,
): void {
  if (fields > limits.headerFields || bytes > limits.headerBytes) throw new HoldfastError('header_too_large')
}

/** The Host values that mean this service: those of its public origin and those listed beside it. */
export function acceptedHosts(origin: string, listed: readonly string[]): ReadonlySet<string> {
  const { hostname, host, port, protocol } = new URL(origin)
  const defaultPort = protocol === 'https:' ? 443 : 80
  const own = port === '' ? [host, `${hostname}:${defaultPort}`] : [host]
  return new Set([...own, ...listed].map((name) => name.toLowerCase()))
}
