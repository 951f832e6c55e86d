/** How commands reach a running gateway: its admin listener, with an operator's credentials. */
import { readFile } from 'node:fs/promises'
import { errors, parseProblem, utf8 } from '@holdfast/core'
import { request } from 'undici'
import * as v from 'valibot'
import type { Options } from './command.ts'
import { Complaint } from './complaint.ts'
import { type Config, loadConfig } from './config.ts'
import { isLoopback } from './config-rules.ts'
import { credentialsFileOf } from './first-operator.ts'

export const connectionOptions = { config: 'text', admin: 'text', credentials: 'text', json: 'flag' } as const
export const connectionHelp = `  --config FILE        configuration of the gateway (holdfast.yaml)
  --admin URL          its admin listener, when the configuration does not say (http://127.0.0.1:8081)
  --credentials FILE   an operator's credentials (<data>/operator.json)
  --json               the answer as JSON, for scripts`

export interface AdminClient {
  /** The JSON of the answer. Rejects with Complaint that says what to do next. */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>
}

const credentialsForm = v.strictObject({ name: v.string(), secret: v.string() })

async function readCredentials(file: string): Promise<string> {
  try {
    const { name, secret } = v.parse(credentialsForm, JSON.parse(await readFile(file, 'utf8')))
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

export async function connect(options: Options): Promise<AdminClient> {
  let loaded: Config | undefined
  const config = (): Config => (loaded ??= loadConfig(options.text('config') ?? 'holdfast.yaml'))
  const address = addressOf(options.text('admin'), config)
  const authorization = await readCredentials(options.text('credentials') ?? credentialsFileOf(config()))
  return {
    async call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
      const { status, text } = await send(address + path, method, authorization, body)
      if (status === 200) return JSON.parse(text) as unknown
      const problem = parseProblem(text)
      if (problem === null)
        throw new Complaint(`the admin listener answered ${status}: is it a Holdfast gateway?`, 1)
      throw new Complaint(`refused (${problem.code}): ${problem.message}; ${errors[problem.code].next}`, 1)
    },
  }
}

async function send(
  url: string,
  method: 'GET' | 'POST' | 'DELETE',
  authorization: string,
  body: unknown,
): Promise<{ status: number; text: string }> {
  const content = body === undefined ? {} : { 'content-type': 'application/json' }
  try {
    const answer = await request(url, {
      method,
      headers: { authorization, ...content },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new Complaint(
      `no gateway answers at ${new URL(url).origin}${reason}: is holdfast serve running?`,
      1,
    )
  }
}
