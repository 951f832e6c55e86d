/** One odd head, plain and inside a seal: what the connection refuses, the seal does not let through. */
import { concat, decodeResponse, encapsulate, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeAll, expect, test } from 'vitest'
import { backend, exchangeRaw, gatewayTo } from '../../test/fixture.ts'
import { outerConnection, type SealingFixture, sealingOf } from '../../test/sealed.ts'

const origin = 'http://gateway.test'
const limits = { headerFields: 20, headerBytes: 4_096 }
let sealing: SealingFixture
beforeAll(async () => {
  sealing = await sealingOf(origin)
})

type Field = readonly [name: string, value: string]
type Head = {
  readonly method?: string
  readonly target?: string
  /** Null for none. */
  readonly host?: string | null
  readonly fields?: readonly Field[]
  readonly body?: string
}
const field = (name: string, value: string): Head => ({ fields: [[name, value]] })
const many = (count: number, value: string): Head => ({
  fields: Array.from({ length: count }, (_, i) => [`x-${i}`, value] as const),
})

const has = ({ fields = [] }: Head, wanted: string): boolean => fields.some(([name]) => name === wanted)

function plainly(head: Head): string {
  const { method = 'GET', target = '/open/a', host = 'gateway.test', fields = [], body = '' } = head
  const length = body === '' || has(head, 'content-length') ? [] : [['content-length', `${body.length}`]]
  const all = [
    ...(host === null ? [] : [['host', host]]),
    ...(has(head, 'connection') ? [] : [['connection', 'close']]),
    ...length,
    ...fields,
  ]
  const lines = all.map(([name, value]) => `${name}: ${value}`)
  return `${[`${method} ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${body}`
}

/** Length before octets (RFC 9292 section 3), nothing checked. */
function sized(octets: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(0x80000000 + octets.length)
  return concat(length, octets)
}
const text = (value: string): Uint8Array => sized(Buffer.from(value, 'latin1'))

function inBinary({
  method = 'GET',
  target = '/open/a',
  host = 'gateway.test',
  fields = [],
  body = '',
}: Head): Uint8Array {
  const control = [method, 'http', host ?? '', target].map(text)
  return concat(Uint8Array.of(0), ...control, sized(concat(...fields.flat().map(text))), sized(utf8(body)))
}

/** The code of the refusal, wherever it is said. */
async function codeInside(port: number, head: Head): Promise<string | undefined> {
  const { message, open } = await encapsulate(inBinary(head), sealing.configuration, nodeCrypto)
  const outer = await outerConnection(port).post(message)
  if (outer.status !== 200) return outer.fields.get('holdfast-error')
  const { fields } = decodeResponse(await open(outer.body))
  return fields.find(([name]) => name === 'holdfast-error')?.[1]
}

async function codesOf(head: Head): Promise<{ plain?: string; inside?: string; reached: number }> {
  let reached = 0
  const { url } = await backend((_message, response) => {
    reached += 1
    response.end()
  })
  const { port } = await gatewayTo({ url, limits, server: sealing.server })
  const plain = /holdfast-error: (\w+)/.exec(await exchangeRaw(port, plainly(head)))?.[1]
  const inside = await codeInside(port, head)
  return { ...(plain === undefined ? {} : { plain }), ...(inside === undefined ? {} : { inside }), reached }
}

test.each<[string, Head]>([
  ['nothing odd', {}],
  ['a body', { method: 'POST', body: 'text' }],
  ['a body with its length', { method: 'POST', body: 'text', ...field('content-length', '4') }],
  ['as many fields as may be', many(18, 'a')],
  ['a long field', field('x-long', 'a'.repeat(3_900))],
  ['Expect', field('expect', 'something')],
])('%s passes both ways', async (_name, head) => {
  expect(await codesOf(head)).toEqual({ reached: 2 })
})

// What the form of the seal itself cannot carry is `bad_request` there.
test.each<[name: string, head: Head, plain: string, inside: string]>([
  ['more fields than may be', many(21, 'a'), 'header_too_large', 'header_too_large'],
  [
    'one field too often',
    { fields: Array.from({ length: 21 }, (_, i) => ['accept', `a/${i}`] as const) },
    'header_too_large',
    'header_too_large',
  ],
  ['a field that is too long', field('x-long', 'a'.repeat(4_096)), 'header_too_large', 'header_too_large'],
  ['a name that is too long', field('x'.repeat(4_096), 'a'), 'header_too_large', 'header_too_large'],
  ['fields too long together', many(10, 'a'.repeat(409)), 'header_too_large', 'header_too_large'],
  [
    'a target that is too long',
    { target: `/open/${'a'.repeat(4_096)}` },
    'header_too_large',
    'header_too_large',
  ],
  ['another Host', { host: 'elsewhere.test' }, 'ambiguous_request', 'bad_request'],
  ['no Host', { host: null }, 'ambiguous_request', 'bad_request'],
  [
    'a second Host',
    {
      fields: [
        ['host', 'gateway.test'],
        ['host', 'gateway.test'],
      ],
    },
    'ambiguous_request',
    'ambiguous_request',
  ],
  [
    'Connection that names a field',
    field('connection', 'close, signature'),
    'ambiguous_request',
    'bad_request',
  ],
  ['Connection of another kind', field('connection', 'x-device'), 'ambiguous_request', 'bad_request'],
  [
    'Transfer-Encoding beside a length',
    { method: 'POST', body: 'a', ...field('transfer-encoding', 'chunked') },
    'ambiguous_request',
    'bad_request',
  ],
  [
    'Transfer-Encoding nobody knows',
    { method: 'POST', ...field('transfer-encoding', 'gzip') },
    'ambiguous_request',
    'bad_request',
  ],
  [
    'Content-Length with a sign',
    { method: 'POST', body: 'a', ...field('content-length', '+1') },
    'ambiguous_request',
    'bad_request',
  ],
  [
    'Content-Length with a leading zero',
    { method: 'POST', body: 'a', ...field('content-length', '01') },
    'ambiguous_request',
    'bad_request',
  ],
  [
    'Content-Length as a list',
    { method: 'POST', body: 'a', ...field('content-length', '1, 1') },
    'ambiguous_request',
    'bad_request',
  ],
  [
    'Content-Length twice',
    {
      method: 'POST',
      body: 'a',
      fields: [
        ['content-length', '1'],
        ['content-length', '1'],
      ],
    },
    'ambiguous_request',
    'ambiguous_request',
  ],
  ['a body where none belongs', { body: 'a' }, 'body_refused', 'body_refused'],
  [
    'Upgrade',
    {
      fields: [
        ['connection', 'upgrade'],
        ['upgrade', 'h2c'],
      ],
    },
    'upgrade_refused',
    'bad_request',
  ],
  [
    'Content-Encoding',
    { method: 'POST', body: 'a', ...field('content-encoding', 'gzip') },
    'content_encoding_refused',
    'content_encoding_refused',
  ],
  ['a method nobody takes', { method: 'TRACE' }, 'method_refused', 'method_refused'],
  ['a method in lower case', { method: 'get' }, 'method_refused', 'method_refused'],
  ['CONNECT', { method: 'CONNECT', target: 'gateway.test:80' }, 'method_refused', 'bad_request'],
  ['a whole URL', { target: 'http://gateway.test/open/a' }, 'ambiguous_request', 'bad_request'],
  ['an asterisk', { method: 'OPTIONS', target: '*' }, 'ambiguous_request', 'bad_request'],
  ['dot segments', { target: '/open/../a' }, 'ambiguous_request', 'ambiguous_request'],
  ['dot segments in disguise', { target: '/open/%2e%2e/a' }, 'ambiguous_request', 'ambiguous_request'],
  ['two slashes', { target: '/open//a' }, 'ambiguous_request', 'ambiguous_request'],
  ['a backslash', { target: '/open/\\a' }, 'ambiguous_request', 'ambiguous_request'],
  ['a fragment', { target: '/open/a#b' }, 'ambiguous_request', 'ambiguous_request'],
  ['octets above ASCII in the target', { target: '/open/\xe9' }, 'ambiguous_request', 'bad_request'],
  ['octets above ASCII in a value', field('x-a', '\xe9'), 'ambiguous_request', 'bad_request'],
  ['NUL in a value', field('x-a', 'a\0b'), 'ambiguous_request', 'bad_request'],
  ['a bare CR in a value', field('x-a', 'a\rb'), 'ambiguous_request', 'bad_request'],
  ['a folded value', field('x-a', 'a\r\n b'), 'ambiguous_request', 'bad_request'],
  ['a space in a name', field('x a', 'b'), 'ambiguous_request', 'bad_request'],
  ['a twin of a security field', field('content_digest', 'a'), 'ambiguous_request', 'ambiguous_request'],
  [
    'a security field twice',
    {
      fields: [
        ['signature', 'a'],
        ['signature', 'a'],
      ],
    },
    'ambiguous_request',
    'ambiguous_request',
  ],
  [
    'a certificate twice',
    {
      fields: [
        ['client-cert', ':YQ==:'],
        ['client-cert', ':YQ==:'],
      ],
    },
    'ambiguous_request',
    'ambiguous_request',
  ],
])('%s is refused both ways', async (_name, head, plain, inside) => {
  expect(await codesOf(head)).toEqual({ plain, inside, reached: 0 })
})
