/** The worked example of docs/integrate.md, recomputed from the page; and its library block, run. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { forwardBase, parseFields } from '@holdfast/core'
import { describe, expect, it } from 'vitest'

const page = readFileSync(new URL('integrate.md', import.meta.url), 'utf8')

function block(info: string): string {
  const found = new RegExp(`^\`\`\`${info}\n([^]*?)\n\`\`\`$`, 'm').exec(page)?.[1]
  if (found === undefined) throw new Error(`the page has no block ${info}`)
  return found
}

describe('the worked example of the forwarded identity', () => {
  const [head = '', body = ''] = block('http').split('\n\n')
  const [requestLine = '', ...lines] = head.split('\n')
  const [method = '', target = ''] = requestLine.split(' ')
  const fields = parseFields(lines.flatMap((line) => line.split(': ', 2)))
  const base = block('text base')
  const mac = createHmac('sha256', block('text secret')).update(base).digest('base64')

  it('has the base that the gateway makes of its request', () => {
    const created = Number(/created=(\d+)/.exec(head)?.[1])
    const nonce = /nonce="([^"]+)"/.exec(head)?.[1] ?? ''
    const made = forwardBase({ method, target, fields }, ['x-purpose'], {
      created,
      nonce,
      keyid: 'accounts',
      algorithm: 'hmac-sha256',
    })
    expect(made.base).toBe(base)
    expect(fields.get('signature-input')).toBe(`hf=${made.input}`)
    expect(page).toContain(`The base, ${Buffer.byteLength(base)} bytes`)
  })

  it('has the HMAC of that base', () => {
    expect(page).toContain(`Its HMAC-SHA-256: \`${mac}\``)
    expect(fields.get('signature')).toBe(`hf=:${mac}:`)
  })

  it('is accepted by the check for Node, then, and once', async () => {
    type Check = (request: object, body: Uint8Array, now: number) => string
    type Make = (name: string, secret: Uint8Array, believed: readonly string[]) => Check
    type Identity = { readonly identityChecker: Make }
    // Not of TypeScript, so known by its address only.
    const address = new URL('../examples/node-accounts/identity.mjs', import.meta.url).href
    const { identityChecker } = (await import(address)) as Identity
    const check = identityChecker('accounts', Buffer.from(block('text secret')), ['x-purpose'])
    const headersDistinct = Object.fromEntries([...fields].map(([name, value]) => [name, [value]]))
    const ask = (): string =>
      check({ method, url: target, headersDistinct }, Buffer.from(body), 1_790_000_030)
    expect(ask()).toBe('ann@bank.example')
    expect(ask).toThrow('used before')
  })
})
