/** A request as an attacker sends it, and how an exchange is shown. */
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import type { Exchange } from '@holdfast/client/testing'
import { wire } from './telling.ts'

export type RawAnswer = { readonly status: number; readonly code: string | undefined; readonly body: string }

/** Sends exactly this target and these fields: nothing is normalised. */
export async function sendRaw(
  origin: string,
  what: { target: string; fields?: ReadonlyArray<readonly [string, string]> },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  const headers = Object.fromEntries(what.fields ?? [])
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ hostname, port, path: what.target, headers, agent: false }, resolve).on('error', reject).end()
  })
  const code = answer.headers['holdfast-error']
  return {
    status: answer.statusCode ?? 0,
    code: typeof code === 'string' ? code : undefined,
    body: await text(answer),
  }
}

const shown = new Set(['authorization', 'content-digest', 'idempotency-key', 'signature', 'signature-input'])

export function show(exchange: Exchange | undefined): void {
  if (exchange === undefined) return
  const { method, url, fields, body } = exchange.request
  const { pathname, search } = new URL(url)
  wire('→', `${method} ${pathname}${search}`)
  for (const [name, value] of fields) if (shown.has(name)) wire('→', `${name}: ${value}`)
  if (body.length > 0) wire('→', Buffer.from(body).toString())
  if (exchange.answer !== null) wire('←', String(exchange.answer.status))
}
