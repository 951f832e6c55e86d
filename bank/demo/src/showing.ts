/** How an exchange is shown: what everybody on the way could read, and what was inside for the service alone. */
import type { Exchange } from '@holdfast/client/testing'
import type { Inside } from './inside.ts'
import { wire } from './telling.ts'

const shown = new Set([
  'authorization',
  'content-digest',
  'holdfast-reply-key',
  'idempotency-key',
  'signature',
  'signature-input',
])

type Message = {
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array
}

function showMessage(direction: '→' | '←', start: string, { fields, body }: Message, indent = ''): void {
  wire(direction, indent + start)
  for (const [name, value] of fields) if (shown.has(name)) wire(direction, `${indent}${name}: ${value}`)
  if (body.length > 0) wire(direction, indent + Buffer.from(body).toString())
}

/** The target without its origin. */
export function targetOf({ request }: Exchange): string {
  const { pathname, search } = new URL(request.url)
  return pathname + search
}

/** What an exchange looks like to whoever ends TLS. */
export function showSealed(exchange: Exchange, inside: () => void = () => undefined): void {
  const { request, answer, answerBody } = exchange
  wire('→', `${request.method} ${targetOf(exchange)}   ${request.body.length} octets`)
  inside()
  wire('←', `${answer?.status ?? 'no answer'}   ${answerBody.length} octets`)
}

/** One request and the status of its answer; of a sealed one both layers. */
export function show(exchange: Exchange, inside: Inside | null): void {
  const { request, answer } = exchange
  if (inside === null) {
    showMessage('→', `${request.method} ${targetOf(exchange)}`, request)
    if (answer !== null) wire('←', String(answer.status))
    return
  }
  showSealed(exchange, () => {
    const { method, path } = inside.request
    showMessage('→', `${method} ${path}`, inside.request, '  ')
    if (inside.answer !== null) wire('←', `  ${inside.answer.status}`)
  })
}

/** Method and path of what was asked, and whether others could read that. */
export function callOf(exchange: Exchange, inside: Inside | null): { call: string; status: string } {
  const { method, path } = inside?.request ?? { method: exchange.request.method, path: targetOf(exchange) }
  const status = inside === null ? exchange.answer?.status : inside.answer?.status
  return {
    call: `${method} ${path.split('?')[0]}${inside === null ? '' : ', sealed'}`,
    status: String(status ?? 'no answer'),
  }
}
