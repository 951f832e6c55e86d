/** Requests as nobody's browser would send them. */
import { request } from 'node:http'
import { text as readText } from 'node:stream/consumers'

export type RawAnswer = {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
  /** Of a refusal. */
  readonly code: unknown
}
export type RawRequest = {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

function codeIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { code?: unknown }).code
  } catch {
    return undefined
  }
}

export function send(
  port: number,
  { method = 'GET', path = '/', headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
    asked.on('error', reject)
    asked.on('response', (answer) => {
      const { statusCode: status = 0, headers: fields } = answer
      readText(answer).then((text) => resolve({ status, headers: fields, text, code: codeIn(text) }), reject)
    })
    asked.end(body)
  })
}

export type RawStream = { /** All that came so far. */ text(): string; readonly ended: Promise<void> }

/** Resolves when the first event has come. */
export function openStream(port: number, headers: Readonly<Record<string, string>>): Promise<RawStream> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/api/live', headers, agent: false })
    asked.on('error', reject)
    asked.on('response', (answer) => {
      let text = ''
      const ended = new Promise<void>((end) => answer.once('close', end))
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
        resolve({ text: () => text, ended })
      })
    })
    asked.end()
  })
}

/** What the console's own page sends along. */
export function fromPage(port: number, token = 'none', cookie = ''): Record<string, string> {
  return {
    origin: `http://127.0.0.1:${port}`,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
    'console-token': token,
    ...(cookie === '' ? {} : { cookie }),
  }
}

export type SignedIn = {
  /** Sends with both halves of the session. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<RawAnswer>
  readonly token: string
  /** `name=value` */
  readonly cookie: string
  readonly answer: RawAnswer
}

export function trySignIn(port: number, name: string, secret: string): Promise<RawAnswer> {
  const body = JSON.stringify({ name, secret })
  return send(port, { method: 'POST', path: '/api/session', headers: fromPage(port), body })
}

export async function signIn(
  port: number,
  { name, secret }: { readonly name: string; readonly secret: string },
): Promise<SignedIn> {
  const answer = await trySignIn(port, name, secret)
  if (answer.status !== 200) throw new Error(`sign-in was answered with ${answer.status}`)
  const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] as string
  const { token } = JSON.parse(answer.text) as { token: string }
  const headers = fromPage(port, token, cookie)
  return {
    token,
    cookie,
    answer,
    ask: (method, path, body) =>
      send(port, { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  }
}
