import { describe, expect, it } from 'vitest'
import { outsideVectors } from '../test/outside-vectors.ts'
import { outcome } from '../test/refusal.ts'
import {
  type BinaryRequest,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  maxBinaryHead,
} from './binary-http.ts'
import { concat, fromUtf8, utf8 } from './bytes.ts'

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}
function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}
const none = new Uint8Array(0)

const request: BinaryRequest = {
  method: 'POST',
  scheme: 'https',
  authority: 'api.bank.example',
  path: '/transfers?dry=1',
  fields: [
    ['content-type', 'application/json'],
    ['accept', 'a/b'],
    ['accept', 'c/d'],
    ['x-empty', ''],
  ],
  body: utf8('{"to":"…"}'),
}
const response = {
  status: 200,
  fields: [
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['content-disposition', 'attachment; filename="\u00e4\t\u00ff"'],
  ] as const,
  body: Uint8Array.of(0, 1, 255),
}

describe('what is written is read again', () => {
  it('a request', () => {
    expect(decodeRequest(encodeRequest(request))).toEqual(request)
  })
  it('an answer', () => {
    expect(decodeResponse(encodeResponse(response))).toEqual(response)
  })
  it('every length of an integer', () => {
    for (const length of [0, 63, 64, 16_383, 16_384, 70_000]) {
      const body = new Uint8Array(length).fill(7)
      expect(decodeRequest(encodeRequest({ ...request, body })).body).toEqual(body)
    }
  })
  it('names are lowered', () => {
    const fields = [['Content-Type', 'a/b']] as const
    expect(decodeRequest(encodeRequest({ ...request, fields })).fields).toEqual([['content-type', 'a/b']])
  })
})

// One request in pieces: framing, control data, field section, content, trailers.
const control = '03 474554 05 6874747073 01 61 01 2f'
const get: BinaryRequest = {
  method: 'GET',
  scheme: 'https',
  authority: 'a',
  path: '/',
  fields: [],
  body: none,
}

describe('forms of one message', () => {
  it.each([
    ['known length', `00 ${control} 00 00 00`],
    ['without trailers', `00 ${control} 00 00`],
    ['without content', `00 ${control} 00`],
    ['without fields', `00 ${control}`],
    ['padded', `00 ${control} 00 00 00 ${'00'.repeat(50)}`],
    ['framing in two octets', `4000 ${control}`],
    ['lengths in two octets', '00 4003 474554 4005 6874747073 4001 61 4001 2f 4000 4000'],
    ['lengths in four octets', '00 80000003 474554 80000005 6874747073 01 61 01 2f 80000000'],
    ['lengths in eight octets', '00 c000000000000003 474554 05 6874747073 01 61 01 2f c000000000000000'],
    ['indeterminate length', `02 ${control} 00 00 00`],
    ['indeterminate length, cut short', `02 ${control}`],
    ['indeterminate length, padded', `02 ${control} 00 00 00 0000`],
  ])('%s', (_, message) => {
    expect(decodeRequest(bytes(message))).toEqual(get)
  })

  it('content in chunks', () => {
    const message = `02 ${control} 01 61 01 62 00 02 6869 40 01 21 00 00`
    expect(decodeRequest(bytes(message))).toEqual({ ...get, fields: [['a', 'b']], body: utf8('hi!') })
  })
  it('informational answers and trailers of an answer are dropped', () => {
    const message = '01 4067 04 01 61 01 62 40c8 00 02 6869 04 01 63 01 64'
    expect(decodeResponse(bytes(message))).toEqual({ status: 200, fields: [], body: utf8('hi') })
  })
})

describe('messages that are none', () => {
  it.each([
    ['nothing', ''],
    ['an answer', '01 40c8'],
    ['a framing indicator nobody defined', `04 ${control}`],
    ['garbage behind', `00 ${control} 00 00 00 01`],
    ['garbage in the padding', `00 ${control} 00 00 00 0000000100`],
    ['a length beyond the end', '00 3f 474554'],
    ['a length of 2^62 - 1', '00 ff ffffff ffffffff 474554'],
    ['a length of 2^53 + 1', '00 c0 20000000000001 474554'],
    ['a content length of 2^62 - 1', `00 ${control} 00 ff ffffff ffffffff`],
    ['a field section beyond the end', `00 ${control} 05 01 61 01 62`],
    ['a field over the end of its section', `00 ${control} 03 01 61 02 6263 00`],
    ['a field cut in two by the end of its section', `00 ${control} 02 01 61 01 62`],
    ['a name without value at the end of its section', `00 ${control} 02 01 61`],
    ['fields without their end', `02 ${control} 01 61 01 62`],
    ['content without its end', `02 ${control} 00 02 6869`],
    ['a chunk beyond the end', `02 ${control} 00 05 6869`],
    ['an empty field name', `00 ${control} 03 00 01 62`],
    ['trailers', `00 ${control} 00 00 04 01 61 01 62`],
    ['trailers, indeterminate', `02 ${control} 00 00 01 61 01 62 00`],
  ])('request: %s', (_, message) => {
    expect(outcome(() => decodeRequest(bytes(message)))).toBe('bad_request')
  })

  it.each([
    ['nothing', ''],
    ['a request', `00 ${control}`],
    ['no status', '01'],
    ['status 0', '01 00'],
    ['status 99', '01 4063'],
    ['status 600', '01 4258'],
    ['status 65536', '01 80010000'],
    ['an informational answer alone', '01 4067 00'],
    ['an informational answer with a pseudo-field', '01 4067 05 02 3a61 01 62 40c8'],
  ])('answer: %s', (_, message) => {
    expect(outcome(() => decodeResponse(bytes(message)))).toBe('bad_request')
  })
})

/** The message as if nobody had checked it. */
function raw({ method, scheme, authority, path, fields, body }: BinaryRequest): Uint8Array {
  const sized = (octets: Uint8Array): Uint8Array =>
    concat(Uint8Array.of(0x40 | (octets.length >> 8), octets.length), octets)
  const text = (value: string): Uint8Array => sized(Buffer.from(value, 'latin1'))
  const section = concat(...fields.flat().map(text))
  const start = [method, scheme, authority, path].map(text)
  return concat(Uint8Array.of(0), ...start, sized(section), sized(body))
}

describe('what would be read otherwise on an HTTP/1.1 connection', () => {
  const field = (name: string, value: string): Partial<BinaryRequest> => ({ fields: [[name, value]] })
  it('the frame of these cases is good', () => {
    expect(decodeRequest(raw(request))).toEqual(request)
  })

  const both: Array<[string, Partial<BinaryRequest>]> = [
    ['CR in a value', field('a', 'b\rc')],
    ['LF in a value', field('a', 'b\nc: d')],
    ['CR LF in a value', field('a', 'b\r\ncontent-length: 0')],
    ['NUL in a value', field('a', 'b\0')],
    ['DEL in a value', field('a', '\x7f')],
    ['a tab in a value', field('a', 'b\tc')],
    ['an octet above ASCII in a value', field('a', '\xe9')],
    ['a space before a value', field('a', ' b')],
    ['a space behind a value', field('a', 'b ')],
    ['a colon in a name', field('a:b', 'c')],
    ['a space in a name', field('a b', 'c')],
    ['LF in a name', field('a\nb', 'c')],
    ['NUL in a name', field('a\0', 'c')],
    ['an empty name', field('', 'c')],
    ['an octet above ASCII in a name', field('\xe9', 'c')],
    ['a pseudo-field', field(':path', '/other')],
    ['a pseudo-field of the authority', field(':authority', 'other')],
    ['transfer-encoding', field('transfer-encoding', 'chunked')],
    ['connection', field('connection', 'close')],
    ['keep-alive', field('keep-alive', '1')],
    ['proxy-connection', field('proxy-connection', 'close')],
    ['te', field('te', 'trailers')],
    ['upgrade', field('upgrade', 'h2c')],
    ['content-length of another length', field('content-length', '1')],
    ['content-length, not as digits', field('content-length', '+12')],
    ['LF in the path', { path: '/a\nb' }],
    ['a space in the path', { path: '/a HTTP/1.1' }],
    ['NUL in the path', { path: '/\0' }],
    ['an octet above ASCII in the path', { path: '/\xe9' }],
    ['no path', { path: '' }],
    ['a whole URL as the path', { path: 'https://other/' }],
    ['an asterisk as the path', { path: '*' }],
    ['no method', { method: '' }],
    ['a space in the method', { method: 'GET /x' }],
    ['LF in the method', { method: 'GET\n' }],
    ['no scheme', { scheme: '' }],
    ['a scheme in upper case', { scheme: 'HTTPS' }],
    ['a scheme that is more', { scheme: 'https://a' }],
    ['user information in the authority', { authority: 'a@b' }],
    ['a path in the authority', { authority: 'a/b' }],
    ['LF in the authority', { authority: 'a\nb' }],
  ]
  it.each(both)('%s is neither written nor read', (_, change) => {
    expect(outcome(() => encodeRequest({ ...request, ...change }))).toBe('bad_request')
    expect(outcome(() => decodeRequest(raw({ ...request, ...change })))).toBe('bad_request')
  })
  it('a name in upper case is not read', () => {
    expect(outcome(() => decodeRequest(raw({ ...request, ...field('Accept', 'a') })))).toBe('bad_request')
  })
  it.each(['b\rc', 'b\nc', 'b\0', ' b', 'b\t', '\u0100'])('answers neither: value %j', (value) => {
    const change = { ...response, fields: [['a', value]] as const }
    expect(outcome(() => encodeResponse(change))).toBe('bad_request')
  })
  it.each([0, 99, 100, 199, 600, 200.5, Number.NaN])('no answer has status %s', (status) => {
    expect(outcome(() => encodeResponse({ ...response, status }))).toBe('bad_request')
  })
  it('content-length of this very length may stand', () => {
    const fields = [['content-length', String(request.body.length)]] as const
    expect(decodeRequest(encodeRequest({ ...request, fields })).fields).toEqual(fields)
  })
})

describe('at every octet', () => {
  it('cut off, a message is none, or one that lacks empty sections', () => {
    const whole = encodeRequest(request)
    for (let length = 0; length < whole.length - 1; length++)
      expect(outcome(() => decodeRequest(whole.subarray(0, length)))).toBe(
        length === whole.length - 1 ? 'ok' : cutAt(length),
      )
  })
})

/** Cut after the control data or the fields a message is whole: the rest counts as empty (RFC 9292 section 3.8). */
function cutAt(length: number): 'ok' | 'bad_request' {
  const controlEnd = 1 + 5 + 6 + 17 + 17
  const section = request.fields.reduce((sum, [name, value]) => sum + name.length + value.length + 2, 0)
  const fieldsEnd = controlEnd + (section < 64 ? 1 : 2) + section
  return length === controlEnd || length === fieldsEnd ? 'ok' : 'bad_request'
}

describe('limits', () => {
  const value = 'x'.repeat(1000)
  const many = (count: number) => Array.from({ length: count }, () => ['a', value] as const)
  it('a head of 64 KiB at most', () => {
    expect(decodeRequest(encodeRequest({ ...request, fields: many(64) })).fields).toHaveLength(64)
    expect(outcome(() => encodeRequest({ ...request, fields: many(66) }))).toBe('header_too_large')
    expect(outcome(() => encodeResponse({ ...response, fields: many(66) }))).toBe('header_too_large')
  })
  it('4096 chunks of content', () => {
    const chunked = (count: number): Uint8Array =>
      concat(bytes(`02 ${control} 00`), new Uint8Array(2 * count).fill(1), bytes('00 00'))
    expect(decodeRequest(chunked(4096)).body).toEqual(new Uint8Array(4096).fill(1))
    expect(outcome(() => decodeRequest(chunked(4097)))).toBe('bad_request')
  })
  it('the path counts too', () => {
    const path = `/${'a'.repeat(maxBinaryHead)}`
    expect(outcome(() => encodeRequest({ ...request, path }))).toBe('header_too_large')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(0x80000000 + path.length)
    for (const form of ['00', '02']) {
      const message = concat(
        bytes(`${form} 03 474554 05 6874747073 01 61`),
        length,
        utf8(path),
        bytes('000000'),
      )
      expect(outcome(() => decodeRequest(message))).toBe('header_too_large')
    }
  })
  it('read no further than that, in either form', () => {
    const field = bytes('01 61 00')
    const fields = concat(...Array.from({ length: maxBinaryHead }, () => field))
    const open = concat(bytes(`02 ${control}`), fields, bytes('00 00 00'))
    expect(outcome(() => decodeRequest(open))).toBe('header_too_large')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(0x80000000 + fields.length)
    const known = concat(bytes(`00 ${control}`), length, fields)
    expect(outcome(() => decodeRequest(known))).toBe('header_too_large')
  })
  it('no text and no section over it is read: what is wrong behind its length is never seen', () => {
    const long = concat(fourOctets(70_000), new Uint8Array(70_000).fill(0xe9))
    for (const start of ['00', '02', '00 03 474554', '00 03 474554 05 6874747073 01 61', `02 ${control}`])
      expect(outcome(() => decodeRequest(concat(bytes(start), long)))).toBe('header_too_large')
    expect(outcome(() => decodeRequest(concat(bytes(`02 ${control} 01 61`), long)))).toBe('header_too_large')
    expect(outcome(() => decodeRequest(concat(bytes(`00 ${control}`), long)))).toBe('header_too_large')
    expect(outcome(() => decodeResponse(concat(bytes('01 40c8'), long)))).toBe('header_too_large')
  })
  it('any octet of a value at any place of it', () => {
    const all = Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('')
    const long = { ...response, fields: [['a', all.repeat(400).slice(0, 50_001)]] as const }
    expect(decodeResponse(encodeResponse(long))).toEqual(long)
  })
})

function fourOctets(value: number): Uint8Array {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(0x80000000 + value)
  return octets
}

describe('padding', () => {
  const message = bytes(`00 ${control} 00 00 00`)
  it('is zero at every place, wherever the message lies', () => {
    for (let offset = 0; offset < 4; offset++) {
      const room = new Uint8Array(offset + message.length + 13)
      const padded = room.subarray(offset)
      padded.set(message)
      expect(decodeRequest(padded)).toEqual(get)
      for (let at = message.length; at < padded.length; at++) {
        padded[at] = 0x80
        expect(outcome(() => decodeRequest(padded))).toBe('bad_request')
        padded[at] = 0
      }
    }
  })
  it('of ten million octets costs far less than a look at each', () => {
    const padded = new Uint8Array(10 * 2 ** 20)
    padded.set(message)
    const best = (act: () => void): number =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          const began = performance.now()
          act()
          return performance.now() - began
        }),
      )
    let sum = 0
    const each = best(() => {
      for (const octet of padded) sum += octet
    })
    expect(sum).toBeGreaterThan(0)
    expect(best(() => decodeRequest(padded))).toBeLessThan(each / 4)
  })
})

const rfc9292 = outsideVectors('rfc9292-bhttp')
describe.skipIf(rfc9292.absent)(rfc9292.title, () => {
  const { encodings } = rfc9292.absent
    ? { encodings: [] }
    : (rfc9292.read('vectors.json') as { encodings: Array<{ id: string; hex: string }> })
  const example = (id: string): Uint8Array =>
    bytes(encodings.find((encoding) => encoding.id === id)?.hex ?? '')
  const expected: BinaryRequest = {
    method: 'GET',
    scheme: 'https',
    authority: '',
    path: '/hello.txt',
    fields: [
      ['user-agent', 'curl/7.16.3 libcurl/7.16.3 OpenSSL/0.9.7l zlib/1.2.3'],
      ['host', 'www.example.com'],
      ['accept-language', 'en, mi'],
    ],
    body: none,
  }

  it('ex-bink-request, read and written', () => {
    const message = example('ex-bink-request')
    expect(decodeRequest(message)).toEqual(expected)
    // The example leaves the empty trailers out; ours has them.
    expect(hex(encodeRequest(expected))).toBe(hex(message).padEnd(hex(encodeRequest(expected)).length, '0'))
  })
  it('ex-bini-request, which is padded', () => {
    expect(decodeRequest(example('ex-bini-request'))).toEqual(expected)
  })
  it('ex-bini-response, with two informational answers before it', () => {
    const { status, fields, body } = decodeResponse(example('ex-bini-response'))
    expect([status, fields.length, fields[0]]).toEqual([200, 8, ['date', 'Mon, 27 Jul 2009 12:28:53 GMT']])
    expect(fromUtf8(body)).toBe('Hello World! My content includes a trailing CRLF.\r\n')
  })
  it('ex-bink-chunked, with trailers', () => {
    const { status, fields, body } = decodeResponse(example('ex-bink-chunked'))
    expect([status, fields]).toEqual([200, []])
    expect(fromUtf8(body)).toBe('This content contains CRLF.\r\n')
  })
})
