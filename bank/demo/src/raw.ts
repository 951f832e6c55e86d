/** A request as an attacker sends it. */
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'

export type RawAnswer = { readonly status: number; readonly code: string | undefined; readonly body: string }

export type RawRequest = {
  readonly method?: string
  readonly target: string
  readonly fields?: ReadonlyArray<readonly [string, string]>
  readonly body?: Uint8Array
}

/** Sends exactly this target and these fields: nothing is normalised. */
export async function sendRaw(origin: string, what: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  const { method = 'GET', target, fields = [], body } = what
  const options = { hostname, port, method, path: target, headers: Object.fromEntries(fields), agent: false }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(options, resolve).on('error', reject).end(body)
  })
  const code = answer.headers['holdfast-error']
  return {
    status: answer.statusCode ?? 0,
    code: typeof code === 'string' ? code : undefined,
    body: await text(answer),
  }
}
