/** How one-time texts leave the gateway. The text is a secret: it is in no log and in no error. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { fromUtf8, HoldfastError } from '@holdfast/core'
import type { Outbox } from '@holdfast/server'
import { request } from 'undici'
import type { OutboxConfig } from './config/config.ts'

type Message = { to: string; text: string }

/** Appends each text to a file as a JSON line: whoever reads the file can enrol. For trying things out on loopback only. */
export function insecureReadableOutbox(file: string): Outbox {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW
  return {
    async send({ to, text }: Message): Promise<void> {
      const handle = await open(file, flags, 0o600)
      try {
        await handle.appendFile(`${JSON.stringify({ at: new Date().toISOString(), to, text })}\n`)
      } finally {
        await handle.close()
      }
    },
  }
}

export type WebhookOptions = {
  readonly url: string
  /** Sent as bearer token. */
  readonly secret: Uint8Array
  /** For the whole exchange; 10 seconds unless told. */
  readonly timeoutMs?: number
}

/**
 * POSTs `{ "to", "text" }` as JSON. Only a 2xx answer counts as taken over; redirects are not followed, for they would
 * hand the text and the token to somebody else. Rejects with `upstream_unreachable`.
 */
export function webhookOutbox({ url, secret, timeoutMs = 10_000 }: WebhookOptions): Outbox {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${fromUtf8(secret)}` }
  return {
    async send({ to, text }: Message): Promise<void> {
      const status = await post(url, headers, JSON.stringify({ to, text }), timeoutMs)
      if (status < 200 || status > 299) throw new HoldfastError('upstream_unreachable')
    },
  }
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<number> {
  try {
    const answer = await request(url, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    await answer.body.dump()
    return answer.statusCode
  } catch {
    // The cause may quote the request.
    throw new HoldfastError('upstream_unreachable')
  }
}

export function createOutbox(config: OutboxConfig): Outbox {
  return config.kind === 'webhook' ? webhookOutbox(config) : insecureReadableOutbox(config.file)
}
