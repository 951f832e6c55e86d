/** Requests as the gateway forwards them: with core's own code, which is what the gateway signs by. */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { forwardBase, identityFields } from '@holdfast/core'

export const secret: Buffer = randomBytes(32)

export type Sent = {
  readonly method?: string
  /** Sent as JSON unless it is bytes. */
  readonly body?: unknown
  readonly fields?: Readonly<Record<string, string>>
  /** Sent as it is: what nobody signed. */
  readonly unsigned?: Readonly<Record<string, string>>
}

export type Heard = {
  readonly status: number
  readonly type: string | null
  readonly headers: Headers
  readonly bytes: Buffer
  /** Empty unless it is JSON. */
  readonly json: Readonly<Record<string, unknown>>
}

export type Ask = (target: string, sent?: Sent) => Promise<Heard>

/** Asks a bank at `origin` in the name of a user. `now`: of the bank's clock. */
export function gatewayFor(origin: string, user: string, now: () => Date): Ask {
  return async (target, { method = 'GET', body, fields = {}, unsigned = {} } = {}) => {
    const bytes = bytesOf(body)
    const type =
      body === undefined || fields['content-type'] !== undefined ? {} : { 'content-type': 'application/json' }
    const identity = {
      user,
      device: 'device-0123456789',
      session: 'family-0123456789',
      acr: 'device',
      authTime: 1,
    }
    const all = new Map<string, string>([
      ['content-digest', `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`],
      ...Object.entries({ ...type, ...fields }),
      ...identityFields(identity, 'bank'),
    ])
    const created = Math.floor(now().getTime() / 1000)
    const nonce = randomBytes(16).toString('base64url')
    const parameters = { created, nonce, keyid: 'bank', algorithm: 'hmac-sha256' } as const
    const { base, input } = forwardBase({ method, target, fields: all }, [], parameters)
    const signature = createHmac('sha256', secret).update(base, 'latin1').digest('base64')
    const headers = {
      ...Object.fromEntries(all),
      'signature-input': `hf=${input}`,
      signature: `hf=:${signature}:`,
      ...unsigned,
    }
    const withBody = bytes.length > 0 ? { body: new Uint8Array(bytes) } : {}
    return hear(await fetch(origin + target, { method, headers, redirect: 'error', ...withBody }))
  }
}

function bytesOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0)
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
}

async function hear(answer: Response): Promise<Heard> {
  const bytes = Buffer.from(await answer.arrayBuffer())
  const type = answer.headers.get('content-type')
  const json =
    type?.endsWith('json') && bytes.length > 0
      ? (JSON.parse(bytes.toString()) as Record<string, unknown>)
      : {}
  return { status: answer.status, type, headers: answer.headers, bytes, json }
}

let keys = 0
/** A new Idempotency-Key for each call. */
export function idempotency(): Record<string, string> {
  return { 'idempotency-key': `test-order-${String(++keys).padStart(12, '0')}` }
}

/** The id of the customer's first account. */
export async function firstAccount(ask: Ask): Promise<string> {
  const { json } = await ask('/accounts')
  const accounts = (json['accounts'] ?? []) as { id: string }[]
  return accounts[0]?.id ?? ''
}
