/** How commands reach a running gateway: its admin listener, with an operator's credentials. */
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { type ErrorCode, errors, parseProblem, utf8 } from '@holdfast/core'
import type { Options } from './command.ts'
import { Complaint } from '../config/complaint.ts'
import { type Config, loadConfig } from '../config/config.ts'
import { isLoopback } from '../config/rules.ts'
import { parseCredentials } from '../operators/credentials.ts'
import { credentialsFileOf } from '../operators/first-operator.ts'

export const connectionOptions = { config: 'text', admin: 'text', credentials: 'text', json: 'flag' } as const
export const connectionHelp = `  --config FILE        configuration of the gateway (holdfast.yaml)
  --admin URL          its admin listener, when the configuration does not say (http://127.0.0.1:8081)
  --credentials FILE   an operator's credentials (<data>/operator.json)
  --json               the answer as JSON, for scripts`

type Method = 'GET' | 'POST' | 'DELETE'

export type AdminQuestion = {
  /** Sent as JSON. */
  readonly body?: unknown
  /** Better words for some refusals than the table has. */
  readonly words?: Partial<Record<ErrorCode, string>>
}

export interface AdminClient {
  /** The JSON of the answer. Rejects with Complaint that says what to do next. */
  call(method: Method, path: string, question?: AdminQuestion): Promise<unknown>
}

async function readCredentials(file: string): Promise<string> {
  try {
    const { name, secret } = parseCredentials(await readFile(file, 'utf8'))
    return `Basic ${Buffer.from(utf8(`${name}:${secret}`)).toString('base64')}`
  } catch {
    throw new Complaint(
      `no credentials in ${file}: start the gateway once, or name a file with --credentials FILE`,
      2,
    )
  }
}

function addressOf(given: string | undefined, config: () => Config): string {
  if (given === undefined) {
    const { host, port } = config().admin
    if (port === 0) throw new Complaint('the admin port is chosen at start: name it with --admin URL', 2)
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  }
  // Credentials travel there in clear text.
  const url = URL.canParse(given) ? new URL(given) : null
  if (url?.protocol !== 'http:' || !isLoopback(url.hostname))
    throw new Complaint('--admin: expected http://127.0.0.1:PORT', 2)
  return url.origin
}

/** `advice` is what to do when no gateway answers. */
export async function connect(options: Options, advice = 'is holdfast serve running?'): Promise<AdminClient> {
  let loaded: Config | undefined
  const config = (): Config => (loaded ??= loadConfig(options.text('config') ?? 'holdfast.yaml'))
  const address = addressOf(options.text('admin'), config)
  const authorization = await readCredentials(options.text('credentials') ?? credentialsFileOf(config()))
  return {
    async call(method: Method, path: string, { body, words = {} }: AdminQuestion = {}): Promise<unknown> {
      const sent = send(new URL(path, address), { method, authorization, body })
      const { status, text } = await sent.catch((error: NodeJS.ErrnoException) => {
        throw new Complaint(`no gateway answers at ${address} (${error.code ?? error.message}): ${advice}`, 1)
      })
      if (status === 200) return JSON.parse(text) as unknown
      const problem = parseProblem(text)
      if (problem === null)
        throw new Complaint(`the admin listener answered ${status}: is it a Holdfast gateway?`, 1)
      const { code, message, reference } = problem
      const traced = code === 'internal_error' ? ` (in the log under ${reference})` : ''
      throw new Complaint(
        `refused (${code}): ${words[code] ?? `${message}; ${errors[code].next}`}${traced}`,
        1,
      )
    },
  }
}

const timeoutMs = 15_000

/** With node:http: a command that asks one question is not kept waiting for a larger client to load. */
function send(
  url: URL,
  { method, authorization, body }: { method: Method; authorization: string; body: unknown },
): Promise<{ status: number; text: string }> {
  const content = body === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const sent = request(url, { method, headers: { authorization, ...content }, signal, agent: false })
    sent.on('response', (answer) => {
      const status = answer.statusCode ?? 0
      readText(answer).then((read) => resolve({ status, text: read }), reject)
    })
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}
