/**
 * Binary HTTP (RFC 9292): one whole request or answer as bytes. Writes the known-length form, reads both. What comes out can be
 * put on an HTTP/1.1 connection without another reading: no pseudo-fields, no fields of a connection, no line breaks, no trailers.
 */
import { BinaryReader, binaryLength, writeBinary } from './binary.ts'
import { concat } from './bytes.ts'
import { HoldfastError } from './errors.ts'

export type BinaryFields = ReadonlyArray<readonly [string, string]>

export type BinaryRequest = {
  readonly method: string
  readonly scheme: string
  /** May be empty where a Host field says it. */
  readonly authority: string
  /** Path and query, from `/` on. */
  readonly path: string
  /** Names in lower case, in the order sent; repeated names stand apart. */
  readonly fields: BinaryFields
  readonly body: Uint8Array
}

export type BinaryResponse = {
  /** 200 to 599. */
  readonly status: number
  readonly fields: BinaryFields
  readonly body: Uint8Array
}

/** Octets of control data and fields together; more is `header_too_large`. */
export const maxBinaryHead: number = 64 * 1024

/** Chunks of content in the indeterminate-length form: anybody may seal ten million of one octet. */
const maxChunks = 4096

const [knownRequest, knownResponse, openRequest, openResponse] = [0, 1, 2, 3] as const

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const schemeForm = /^[a-z][a-z0-9+.-]*$/
const authorityForm = /^[A-Za-z0-9._~!$&'()*+,;=:[\]%-]*$/
const pathForm = /^\/[\x21-\x7e]*$/
const requestValue = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/
// RFC 9110 section 5.5 with obs-text: a backend's answer is not lost for a Latin-1 file name in it.
const responseValue = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/

/** RFC 9110 section 7.6.1: they speak of a connection, and inside a message there is none. */
const ofConnections: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

function refuse(): never {
  throw new HoldfastError('bad_request')
}

function checkFields(fields: BinaryFields, form: RegExp): void {
  for (const [name, value] of fields) {
    if (!fieldName.test(name) || ofConnections.has(name) || !form.test(value)) refuse()
  }
}

function checkRequest({ method, scheme, authority, path, fields, body }: BinaryRequest): void {
  if (!token.test(method) || !schemeForm.test(scheme)) refuse()
  if (!authorityForm.test(authority) || !pathForm.test(path)) refuse()
  checkFields(fields, requestValue)
  if (fields.some(([name, value]) => name === 'content-length' && value !== String(body.length))) refuse()
}

function checkResponse({ status, fields }: BinaryResponse): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) refuse()
  checkFields(fields, responseValue)
}

function encode(control: Uint8Array, fields: BinaryFields, body: Uint8Array): Uint8Array {
  const section = concat(...fields.flatMap(([name, value]) => [writeBinary(name), writeBinary(value)]))
  if (control.length + section.length > maxBinaryHead) throw new HoldfastError('header_too_large')
  const trailers = binaryLength(0)
  return concat(control, binaryLength(section.length), section, binaryLength(body.length), body, trailers)
}

function lower(fields: BinaryFields): BinaryFields {
  return fields.map(([name, value]) => [name.toLowerCase(), value])
}

/** The known-length form. Names are lowered; throws `bad_request` for what {@link decodeRequest} would refuse. */
export function encodeRequest(request: BinaryRequest): Uint8Array {
  const fields = lower(request.fields)
  checkRequest({ ...request, fields })
  const { method, scheme, authority, path, body } = request
  const control = [method, scheme, authority, path].map(writeBinary)
  return encode(concat(binaryLength(knownRequest), ...control), fields, body)
}

/** The known-length form. Throws `bad_request` for what {@link decodeResponse} would refuse. */
export function encodeResponse(response: BinaryResponse): Uint8Array {
  const fields = lower(response.fields)
  checkResponse({ ...response, fields })
  return encode(concat(binaryLength(knownResponse), binaryLength(response.status)), fields, response.body)
}

/**
 * One field section; one that begins at the end of the message is empty (RFC 9292 section 3.8). `start` is where what counts
 * towards the limit begins: the message for a head, the section for trailers.
 */
function readFields(reader: BinaryReader, known: boolean, start: number): BinaryFields {
  const fields: Array<readonly [string, string]> = []
  if (reader.at - start > maxBinaryHead) throw new HoldfastError('header_too_large')
  const end = !known ? Number.POSITIVE_INFINITY : reader.ended ? reader.at : reader.lengthPrefixedEnd()
  if (known && end - start > maxBinaryHead) throw new HoldfastError('header_too_large')
  while (reader.at < end && !reader.ended) {
    const name = reader.text(maxBinaryHead)
    if (name === '' && !known) return fields
    fields.push([name, reader.text(maxBinaryHead)])
    // As it reads, so that a message of small fields costs no more than the limit.
    if (reader.at - start > maxBinaryHead) throw new HoldfastError('header_too_large')
  }
  // A field that runs over the end of its section, or a section whose terminator is missing.
  if (known ? reader.at !== end : fields.length > 0) refuse()
  return fields
}

function readBody(reader: BinaryReader, known: boolean): Uint8Array {
  if (reader.ended) return new Uint8Array(0)
  if (known) return reader.bytes(reader.length())
  const chunks: Uint8Array[] = []
  for (let length = reader.length(); length > 0; length = reader.length()) {
    if (chunks.length === maxChunks) refuse()
    chunks.push(reader.bytes(length))
  }
  return concat(...chunks)
}

/** Known- or indeterminate-length form, zero padding allowed. Throws `bad_request`, or `header_too_large`. */
export function decodeRequest(message: Uint8Array): BinaryRequest {
  const reader = new BinaryReader(message)
  const form = reader.length()
  if (form !== knownRequest && form !== openRequest) refuse()
  const [method, scheme, authority, path] = [
    reader.text(maxBinaryHead),
    reader.text(maxBinaryHead),
    reader.text(maxBinaryHead),
    reader.text(maxBinaryHead),
  ]
  const known = form === knownRequest
  const fields = readFields(reader, known, 0)
  const request = { method, scheme, authority, path, fields, body: readBody(reader, known) }
  if (readFields(reader, known, reader.at).length > 0) refuse()
  reader.padding()
  checkRequest(request)
  return request
}

/**
 * As {@link decodeRequest}. Informational answers and trailers are read and dropped, as a client does that asked for neither.
 * Field values are isomorphic strings (one code unit, one octet), as those of Fetch and Node.
 */
export function decodeResponse(message: Uint8Array): BinaryResponse {
  const reader = new BinaryReader(message)
  const form = reader.length()
  if (form !== knownResponse && form !== openResponse) refuse()
  const known = form === knownResponse
  let status = reader.length()
  while (status >= 100 && status < 200) {
    checkFields(readFields(reader, known, 0), responseValue)
    status = reader.length()
  }
  const fields = readFields(reader, known, 0)
  const response = { status, fields, body: readBody(reader, known) }
  checkFields(readFields(reader, known, reader.at), responseValue)
  reader.padding()
  checkResponse(response)
  return response
}
