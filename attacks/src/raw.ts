/** HTTP/1.1 byte for byte: a client that corrects nothing, so that a test can send what no client would. */
import { connect, isIP, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { type ErrorCode, isErrorCode, problemField } from '@holdfast/core'

export type Address = { readonly host: string; readonly port: number; readonly tls: boolean }
export type FieldLine = readonly [name: string, value: string]

export type RawRequest = {
  readonly method: string
  readonly target: string
  /** In the order and spelling they are sent. */
  readonly fields: readonly FieldLine[]
  readonly body: Uint8Array
}

export type Answer = {
  /** 0 when the connection ended without an answer. */
  readonly status: number
  /** Names in lower case; repeated fields joined with a comma. */
  readonly fields: ReadonlyMap<string, string>
  readonly body: Uint8Array
  /** The body as UTF-8. */
  readonly text: string
  /** Holdfast's own refusal, or null: then the backend answered. */
  readonly code: ErrorCode | null
}

const patienceMs = 15_000
const noBody: Uint8Array = new Uint8Array(0)
const nothing: Answer = { status: 0, fields: new Map(), body: noBody, text: '', code: null }

/** The request as it goes over the wire. Characters are octets (latin1). */
export function serialise(request: RawRequest): Uint8Array {
  const lines = request.fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = `${request.method} ${request.target} HTTP/1.1\r\n${lines}\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), request.body])
}

/** An answer as attacks judge it; field names in lower case. */
export function answerOf(status: number, fields: ReadonlyMap<string, string>, body: Uint8Array): Answer {
  const code = fields.get(problemField)
  const text = Buffer.from(body).toString('utf8')
  return { status, fields, body, text, code: isErrorCode(code) ? code : null }
}

type Parsed = { readonly answer: Answer; readonly rest: Buffer }

function unchunk(bytes: Buffer): { body: Buffer; rest: Buffer } | null {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) return null
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16)
    const next = end + 2 + size + 2
    if (bytes.length < next) return null
    if (size === 0) return { body: Buffer.concat(parts), rest: bytes.subarray(next) }
    parts.push(bytes.subarray(end + 2, end + 2 + size))
    at = next
  }
}

function parseFieldLines(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const before = fields.get(name)
    const value = line.slice(colon + 1).trim()
    fields.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return fields
}

/** The first answer in the bytes, or null while it is not complete. */
function parseAnswer(bytes: Buffer, method: string, ended: boolean): Parsed | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = Number(first.split(' ')[1])
  const after = bytes.subarray(end + 4)
  if (status >= 100 && status < 200) return parseAnswer(after, method, ended)
  const fields = parseFieldLines(lines)
  const length = fields.get('content-length')
  let framed: { body: Buffer; rest: Buffer } | null
  if (method === 'HEAD' || status === 204 || status === 304) framed = { body: Buffer.alloc(0), rest: after }
  else if (fields.has('transfer-encoding')) framed = unchunk(after)
  else if (length === undefined) framed = ended ? { body: after, rest: Buffer.alloc(0) } : null
  else if (after.length < Number(length)) framed = null
  else framed = { body: after.subarray(0, Number(length)), rest: after.subarray(Number(length)) }
  if (framed === null) return null
  return { answer: answerOf(status, fields, framed.body), rest: framed.rest }
}

/** A plain or TLS connection, not yet written to. Certificates are the deployment's affair: attacks trust nothing in them. */
export function open(address: Address): Socket {
  const { host, port } = address
  return address.tls
    ? connectTls({ host, port, servername: isIP(host) === 0 ? host : '', rejectUnauthorized: false })
    : connect({ host, port })
}

/** Written at once, or part by part as they come. */
type Octets = Uint8Array | AsyncIterable<Uint8Array>

function write(socket: Socket, octets: Octets): void {
  if (octets instanceof Uint8Array) socket.write(octets)
  else
    Readable.from(octets)
      .on('error', () => socket.destroy())
      .pipe(socket, { end: false })
}

/**
 * Writes the octets and resolves with the first `count` answers, or with fewer when the connection ends or nothing more comes
 * for `quietMs`. `heard` is told of the first octets that come back, those of an interim answer included.
 */
export function converse(
  address: Address,
  octets: Octets,
  options: {
    readonly count: number
    readonly method: string
    readonly quietMs: number
    readonly heard?: () => void
  },
): Promise<Answer[]> {
  return new Promise((resolve) => {
    const socket = open(address)
    const answers: Answer[] = []
    let received: Buffer = Buffer.alloc(0)
    const finish = (): void => {
      socket.destroy()
      resolve(answers)
    }
    const read = (ended: boolean): void => {
      for (let next = parseAnswer(received, options.method, ended); next !== null; ) {
        answers.push(next.answer)
        received = next.rest
        next = parseAnswer(received, options.method, ended)
      }
      if (ended || answers.length >= options.count) finish()
    }
    socket.setTimeout(options.quietMs, finish)
    if (options.heard !== undefined) socket.once('data', options.heard)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      read(false)
    })
    socket.on('end', () => read(true))
    socket.on('error', finish)
    socket.on('close', finish)
    write(socket, octets)
  })
}

/** One request, one answer. */
export async function exchange(address: Address, request: RawRequest): Promise<Answer> {
  return exchangeBytes(address, serialise(request), request.method)
}
export async function exchangeBytes(address: Address, bytes: Uint8Array, method = 'GET'): Promise<Answer> {
  const [answer = nothing] = await converse(address, bytes, { count: 1, method, quietMs: patienceMs })
  return answer
}

/** The body follows when the service has looked at the head and asks for it (100 Continue), and `meanwhile` is done. */
export async function exchangeHeldBack(
  address: Address,
  { fields, body, ...request }: RawRequest,
  meanwhile: () => Promise<void>,
): Promise<Answer> {
  let hear: () => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    hear = resolve
  })
  async function* parts(): AsyncGenerator<Uint8Array> {
    const head: RawRequest = { ...request, fields: [...fields, ['Expect', '100-continue']], body: noBody }
    yield serialise(head)
    await asked
    await meanwhile()
    yield body
  }
  const options = { count: 1, method: request.method, quietMs: patienceMs, heard: () => hear() }
  const [answer = nothing] = await converse(address, parts(), options)
  return answer
}
