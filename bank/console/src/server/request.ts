/** One request to the console, looked at before anything else sees it: by which name, from which page, with what. */
import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

export type ConsoleRequest = {
  readonly method: string
  readonly path: string
  readonly search: URLSearchParams
  /** The session's id, when the cookie is there exactly once. */
  readonly cookie: string | null
  /** The half of the session only the console's own page has. */
  readonly token: string | null
  /** Rejects with `body_too_large`, or `bad_request` for what is not announced as JSON. */
  readBody(): Promise<Uint8Array>
}

export const tokenField = 'console-token'
const bodyBytes = 16_384

/** A page whose name was rebound to this machine still sends its own name as Host (DNS rebinding). */
function checkHost(host: string | undefined, port: number): string {
  const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)
  if (host === undefined || !names.includes(host)) throw new Refusal('wrong_host')
  return host
}

/** Only the console's own page calls: no other one, no link, no form, and no page of another port of this machine. */
function checkPage({ headers, method }: IncomingMessage, host: string): void {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  const isSafe = method === 'GET' || method === 'HEAD'
  if (origin === undefined ? !isSafe : origin !== `http://${host}`) throw new Refusal('foreign_page')
  if (site !== undefined && site !== 'same-origin') throw new Refusal('foreign_page')
  // A field of its own: no form can send it, and no other page may without being asked about first (CORS).
  if (headers[tokenField] === undefined) throw new Refusal('foreign_page')
}

function cookieOf(header: string | undefined, name: string): string | null {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  // Two of one name: somebody else on this host set one, and nobody knows which comes first.
  return values.length === 1 ? (values[0] as string).slice(name.length + 1) : null
}

async function readBody(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyBytes) throw new Refusal('body_too_large')
    chunks.push(chunk)
  }
  if (length > 0 && message.headers['content-type'] !== 'application/json') throw new Refusal('bad_request')
  return Buffer.concat(chunks)
}

/** Cookies know no ports: two consoles on one machine must not take each other's. */
export const cookieName = (port: number): string => `holdfast-console-${port}`

/** Throws `wrong_host`, `bad_request`, or for paths under /api `foreign_page`. */
export function readRequest(message: IncomingMessage, port: number): ConsoleRequest {
  const { url = '', method = '', headers } = message
  const host = checkHost(headers.host, port)
  if (!url.startsWith('/') || !URL.canParse(url, `http://${host}`)) throw new Refusal('bad_request')
  const { pathname, searchParams, host: named } = new URL(url, `http://${host}`)
  // `//other/path` is a path on another host to a URL parser.
  if (named !== host) throw new Refusal('bad_request')
  if (pathname.startsWith('/api/')) checkPage(message, host)
  const token = headers[tokenField]
  return {
    method,
    path: pathname,
    search: searchParams,
    cookie: cookieOf(headers.cookie, cookieName(port)),
    token: typeof token === 'string' ? token : null,
    readBody: () => readBody(message),
  }
}
