/**
 * What Node's parser lets through and two readers could still read differently (docs/protocol.md 3.9): refused before a
 * route is looked at. Framing that Node refuses itself never comes this far (listener.ts answers it).
 */
import type { IncomingMessage } from 'node:http'
import { type Fields, HoldfastError } from '@holdfast/core'
import { parseHead, type RequestHead } from '@holdfast/server'

export type EdgeOptions = {
  /** Host values taken, in lower case. */
  readonly hosts: ReadonlySet<string>
  readonly headerFields: number
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

/** The one place where a request is parsed. Throws what {@link parseHead} throws, and `header_too_large`. */
export function readHead(message: IncomingMessage, remote: string, options: EdgeOptions): RequestHead {
  const { method, url, rawHeaders, httpVersion } = message
  if (httpVersion !== '1.1' && httpVersion !== '1.0') throw new HoldfastError('ambiguous_request')
  if (rawHeaders.length > options.headerFields * 2) throw new HoldfastError('header_too_large')
  const head = parseHead(method ?? '', url ?? '', rawHeaders, remote)
  if (!options.hosts.has((head.fields.get('host') ?? '').toLowerCase()))
    throw new HoldfastError('ambiguous_request')
  checkConnection(head.fields)
  checkFraming(head.fields, httpVersion)
  return head
}

/** The Host values that mean this service: those of its public origin and those listed beside it. */
export function acceptedHosts(origin: string, listed: readonly string[]): ReadonlySet<string> {
  const { hostname, host, port, protocol } = new URL(origin)
  const defaultPort = protocol === 'https:' ? 443 : 80
  const own = port === '' ? [host, `${hostname}:${defaultPort}`] : [host]
  return new Set([...own, ...listed].map((name) => name.toLowerCase()))
}
