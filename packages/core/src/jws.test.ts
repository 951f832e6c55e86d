import { CompactSign, compactVerify, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { fromBase64url, toBase64url, utf8 } from './bytes.ts'
import { toDer } from './crypto/ecdsa.ts'
import { nodeCrypto } from './crypto/node.ts'
import { decodeJws, signJws, verifyJws } from './jws.ts'

const payload = { iss: 'https://api.bank.example', text: 'ü "quoted"' }

function part(value: unknown): string {
  return toBase64url(utf8(typeof value === 'string' ? value : JSON.stringify(value)))
}

describe('against jose', () => {
  it('is verified by it', async () => {
    const key = await testKey()
    const jws = await signJws('at+jwt', { kid: key.kid }, payload, key.privateKey, nodeCrypto)
    const verified = await compactVerify(jws, await importJWK(key.publicJwk, 'ES256'), {
      algorithms: ['ES256'],
    })
    expect(JSON.parse(new TextDecoder().decode(verified.payload))).toEqual(payload)
    expect(verified.protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })
  })

  it('takes what it signs', async () => {
    const { publicKey, privateKey } = await crypto.subtle.generateKey(
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['sign', 'verify'],
    )
    const { x, y } = (await crypto.subtle.exportKey('jwk', publicKey)) as { x: string; y: string }
    const jwk = { kty: 'EC', crv: 'P-256', x, y } as const
    const jws = await new CompactSign(utf8(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', typ: 'hf-statement+jwt', jwk })
      .sign(privateKey)
    const decoded = decodeJws('hf-statement+jwt', jws)
    expect(decoded?.signer).toEqual({ jwk })
    expect(decoded && (await verifyJws(decoded, nodeCrypto.importPublicKey(jwk), nodeCrypto))).toEqual(
      payload,
    )
  })
})

describe('decodeJws', async () => {
  const { publicJwk: jwk, kid, privateKey, verifyKey } = await testKey()
  const good = { alg: 'ES256', typ: 'at+jwt', kid }
  const signature = toBase64url(new Uint8Array(64).fill(1))
  const make = (header: unknown, body: unknown = payload): string =>
    `${part(header)}.${part(body)}.${signature}`

  it('takes the header of the profile', () => {
    expect(decodeJws('at+jwt', make(good))?.signer).toEqual({ kid })
  })

  it.each([
    ['alg none', { ...good, alg: 'none' }],
    ['alg in lower case', { ...good, alg: 'es256' }],
    ['HS256', { ...good, alg: 'HS256' }],
    ['ES384', { ...good, alg: 'ES384' }],
    ['RS256', { ...good, alg: 'RS256' }],
    ['no alg', { typ: good.typ, kid }],
    ['no typ', { alg: good.alg, kid }],
    ['typ of another message', { ...good, typ: 'hf-time+jwt' }],
    ['typ in capitals', { ...good, typ: 'AT+JWT' }],
    ['typ as a media type', { ...good, typ: 'application/at+jwt' }],
    ['typ JWT', { ...good, typ: 'JWT' }],
    ['crit', { ...good, crit: ['exp'], exp: 1 }],
    ['empty crit', { ...good, crit: [] }],
    ['b64', { ...good, b64: false, crit: ['b64'] }],
    ['b64 true', { ...good, b64: true }],
    ['jku', { ...good, jku: 'https://evil.example/keys' }],
    ['x5u', { ...good, x5u: 'https://evil.example/chain' }],
    ['x5c', { ...good, x5c: ['AAAA'] }],
    ['x5t', { ...good, x5t: 'AAAA' }],
    ['cty', { ...good, cty: 'JWT' }],
    ['zip', { ...good, zip: 'DEF' }],
    ['kid and jwk', { ...good, jwk }],
    ['neither kid nor jwk', { alg: good.alg, typ: good.typ }],
    ['a number for kid', { ...good, kid: 1 }],
    ['null for kid', { ...good, kid: null }],
    ['jwk with its private half', { alg: good.alg, typ: good.typ, jwk: { ...jwk, d: jwk.x } }],
    ['jwk of another curve', { alg: good.alg, typ: good.typ, jwk: { ...jwk, crv: 'P-384' } }],
    ['jwk as text', { alg: good.alg, typ: good.typ, jwk: JSON.stringify(jwk) }],
    ['a header that is a list', [good]],
    ['a header that is null', null],
    ['a header that is no JSON', '{alg:ES256}'],
    ['an own __proto__', `{"__proto__":{},${JSON.stringify(good).slice(1)}`],
  ])('refuses %s', (_, header) => {
    expect(decodeJws('at+jwt', make(header))).toBeNull()
  })

  const [header, body] = make(good).split('.') as [string, string]
  it.each([
    ['nothing', ''],
    ['two parts', `${header}.${body}`],
    ['four parts', `${header}.${body}.${signature}.`],
    ['five parts (JWE)', `${header}.${body}.${signature}.a.b`],
    ['a detached payload', `${header}..${signature}`],
    ['padding', `${header}=.${body}.${signature}`],
    ['white space', `${header} .${body}.${signature}`],
    ['a newline at the end', `${header}.${body}.${signature}\n`],
    ['left-over bits', `${header}.${body}.${signature.slice(0, -1)}B`],
    ['base64', `${header}.${body}.${'+'.repeat(86)}`],
    ['a payload that is a list', `${header}.${part([])}.${signature}`],
    ['a payload that is a string', `${header}.${part('"a"')}.${signature}`],
    ['a payload that is null', `${header}.${part('null')}.${signature}`],
    ['a payload that is no UTF-8', `${header}.${toBase64url(new Uint8Array([0xff]))}.${signature}`],
    ['a payload with a byte order mark', `${header}.${part('\ufeff{}')}.${signature}`],
    ['deep nesting without end', `${header}.${part('[{"a":'.repeat(8000))}.${signature}`],
    ['the JSON serialisation', JSON.stringify({ protected: header, payload: body, signature })],
    ['more than 64 KiB', make(good, { text: 'a'.repeat(65_536) })],
    ['dots', '.'.repeat(65_536)],
  ])('refuses %s', (_, text) => {
    expect(decodeJws('at+jwt', text)).toBeNull()
  })

  it('gives the payload only under the key and the bytes that were signed', async () => {
    const jws = await signJws('at+jwt', { kid }, payload, privateKey, nodeCrypto)
    const decoded = decodeJws('at+jwt', jws)
    if (decoded === null) throw new Error('not decoded')
    expect(await verifyJws(decoded, verifyKey, nodeCrypto)).toEqual(payload)
    expect(await verifyJws(decoded, (await testKey()).verifyKey, nodeCrypto)).toBeNull()
    const [head, , tail] = jws.split('.') as [string, string, string]
    const swapped = decodeJws('at+jwt', `${head}.${part({ ...payload, iss: 'other' })}.${tail}`)
    expect(swapped && (await verifyJws(swapped, verifyKey, nodeCrypto))).toBeNull()
    for (const bytes of [toDer(fromBase64url(tail)), new Uint8Array(64), new Uint8Array(0)]) {
      expect(await verifyJws({ ...decoded, signature: bytes }, verifyKey, nodeCrypto)).toBeNull()
    }
  })
})
