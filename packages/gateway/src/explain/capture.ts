/** A captured request as people paste it: HTTP text with CRLF or LF, copied from a log, a proxy or `curl -v`. */
import { Complaint } from '../config/complaint.ts'

export type Capture = {
  readonly method: string
  /** As it stands in the request line. */
  readonly target: string
  /** Flat list name, value, … in the order given. */
  readonly rawFields: readonly string[]
  readonly body: Uint8Array
}

const lineForm = /^([A-Za-z]{1,20}) (\S+) HTTP\/1\.[01]$/
const fieldForm = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/

/** Where the empty line stands: end of the head, and start of the body. */
function split(bytes: Uint8Array): { head: string; body: Uint8Array } {
  const text = Buffer.from(bytes).toString('latin1')
  const empty = /\r?\n(?:> ?)?\r?\n/.exec(text)
  if (empty === null) return { head: text.trimEnd(), body: new Uint8Array(0) }
  return { head: text.slice(0, empty.index), body: bytes.slice(empty.index + empty[0].length) }
}

/**
 * Takes the text apart without judging it. `curl -v` marks (`> `) are taken off. Throws Complaint that names the line when it
 * is no HTTP request. The body is what follows the empty line, cut to Content-Length when that is shorter by one line break.
 */
export function parseCapture(bytes: Uint8Array): Capture {
  const { head, body } = split(bytes)
  const [first = '', ...rest] = head.split(/\r?\n/).map((line) => line.replace(/^> /, ''))
  const line = lineForm.exec(first)
  if (line === null)
    throw new Complaint('line 1 is no request line: expected e.g. "GET /accounts HTTP/1.1"', 2)
  const rawFields = rest.flatMap((text, i) => {
    const field = fieldForm.exec(text)
    if (field === null) throw new Complaint(`line ${i + 2} is no header field: expected "name: value"`, 2)
    return [field[1] as string, (field[2] as string).trim()]
  })
  return { method: line[1] as string, target: line[2] as string, rawFields, body: trimmed(body, rawFields) }
}

/** Editors add a line break at the end of a file; the length the sender stated tells it from the body. */
function trimmed(body: Uint8Array, rawFields: readonly string[]): Uint8Array {
  const at = rawFields.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === 'content-length')
  const length = at < 0 ? 0 : Number(rawFields[at + 1])
  const extra = new TextDecoder().decode(body.subarray(length))
  return extra === '\n' || extra === '\r\n' ? body.subarray(0, length) : body
}
