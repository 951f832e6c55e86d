import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { outcome, outcomeOf } from '../test/refusal.ts'
import { toBase64, utf8 } from './bytes.ts'
import { toDer } from './crypto/ecdsa.ts'
import { nodeCrypto } from './crypto/node.ts'
import { type Fields, parseFields } from './fields.ts'
import {
  contentDigest,
  coveredComponents,
  isSafeMethod,
  parseContentDigest,
  parseRequestSignature,
  type RequestMessage,
  serialiseParameters,
  signatureBase,
  signingKey,
  signRequest,
} from './request.ts'

const parameters = { created: 1_790_000_000, nonce: 'AAAAAAAAAAAAAAAAAAAAAA', keyid: 'A'.repeat(43) }
const components = ['@method', '@target-uri', 'content-digest']
const goodInput = `hf=${serialiseParameters(components, parameters)}`
const goodSignature = `hf=:${'A'.repeat(86)}==:`
const other = 'sig1=("@authority");created=1;keyid="k";alg="ed25519"'
const otherSignature = `sig1=:${'AAAA'.repeat(10)}:`

function withSignature(input: string, signature: string = goodSignature): Fields {
  return new Map([
    ['signature-input', input],
    ['signature', signature],
  ])
}

describe('coveredComponents', () => {
  it('is three, then what is there, then what the route asks for, each once', () => {
    const fields = parseFields([
      'X-Amount',
      '1',
      'Holdfast-Approval',
      'a',
      'Idempotency-Key',
      'k',
      'Content-Type',
      't',
      'Authorization',
      'Holdfast t',
      'X-Free',
      '2',
    ])
    expect(coveredComponents(new Map(), ['x-amount'])).toEqual(components)
    expect(
      coveredComponents(fields, ['x-absent', 'x-amount', 'authorization', 'x-amount', '@method']),
    ).toEqual([
      ...components,
      'authorization',
      'content-type',
      'idempotency-key',
      'holdfast-approval',
      'x-amount',
    ])
  })
})

describe('signatureBase', () => {
  const message: RequestMessage = {
    method: 'POST',
    targetUri: 'https://api.bank.example/a?b=%20',
    fields: parseFields(['Content-Digest', 'sha-256=:x:', 'X-A', 'a', 'x-a', 'b']),
  }

  it('is that of RFC 9421 section 2.5', () => {
    expect(signatureBase(message, [...components, 'x-a'], '("@method");created=1')).toBe(
      '"@method": POST\n"@target-uri": https://api.bank.example/a?b=%20\n"content-digest": sha-256=:x:\n"x-a": a, b\n"@signature-params": ("@method");created=1',
    )
  })

  it('refuses components the message lacks', () => {
    expect(outcome(() => signatureBase(message, ['x-b'], ''))).toBe('signature_invalid')
    expect(outcome(() => signatureBase(message, ['@authority'], ''))).toBe('signature_invalid')
  })

  it.each(['GET\n"@authority": evil', 'G\u0000ET', 'GÉT'])('refuses the method %j', (method) => {
    expect(outcome(() => signatureBase({ ...message, method }, components, ''))).toBe('ambiguous_request')
  })

  it.each(['https://a/\n"x": y', 'https://a/\r', 'https://a/ü'])('refuses the target %j', (targetUri) => {
    expect(outcome(() => signatureBase({ ...message, targetUri }, components, ''))).toBe('ambiguous_request')
  })
})

describe('parseRequestSignature', () => {
  it('reads what serialiseParameters writes', () => {
    const parsed = parseRequestSignature(withSignature(goodInput))
    expect(parsed).toMatchObject({ components, parameters, algorithm: 'ecdsa-p256-sha256' })
    expect(parsed.serialisedParameters).toBe(goodInput.slice(3))
    expect(parsed.signature).toHaveLength(64)
  })

  it('lets other signatures stand beside ours, before or after', () => {
    for (const input of [`${goodInput}, ${other}`, `${other}, ${goodInput}`]) {
      for (const signature of [
        `${goodSignature}, ${otherSignature}`,
        `${otherSignature}, ${goodSignature}`,
      ]) {
        const parsed = parseRequestSignature(withSignature(input, signature))
        expect(parsed.serialisedParameters).toBe(goodInput.slice(3))
      }
    }
  })

  it('tells the absence of a signature from a bad one', () => {
    const complete = withSignature(goodInput)
    for (const name of ['signature', 'signature-input']) {
      const stripped = new Map([...complete].filter(([field]) => field !== name))
      expect(outcome(() => parseRequestSignature(stripped))).toBe('signature_missing')
    }
  })

  const { keyid } = parameters
  it.each([
    ['nothing', ''],
    ['another label', goodInput.replace('hf=', 'sig1=')],
    ['a longer label', goodInput.replace('hf=', 'hf2=')],
    ['a label in capitals', goodInput.replace('hf=', 'HF=')],
    ['a second signature with our tag', `${goodInput}, sig1=${goodInput.slice(3)}`],
    ['a second signature with our tag, first', `sig1=${goodInput.slice(3)}, ${goodInput}`],
    ['a second member with our tag that is no list', `${goodInput}, sig1="x";tag="holdfast"`],
    ['our label twice', `${goodInput}, ${goodInput}`],
    ['our label twice, around another', `${goodInput}, ${other}, ${goodInput}`],
    ['another label twice', `${goodInput}, ${other}, ${other}`],
    ['a member without space before it', `${goodInput},${other}`],
    ['our label hidden without space', `${goodInput},hf=${other.slice(5)}`],
    ['a tab before the next member', `${goodInput},\t${other}`],
    ['two spaces before the next member', `${goodInput},  ${other}`],
    ['a trailing comma', `${goodInput},`],
    ['a trailing comma and space', `${goodInput}, `],
    ['a leading space', ` ${goodInput}`],
    ['a trailing space', `${goodInput} `],
    ['a newline at the end', `${goodInput}\n`],
    ['a space in the list', goodInput.replace('("', '( "')],
    ['two spaces in the list', goodInput.replace('" "', '"  "')],
    ['a space before a parameter', goodInput.replace(';nonce', '; nonce')],
    ['an item, not a list', goodInput.replace(/\(.*\)/, '"@method"')],
    ['a token in the list', goodInput.replace('"@method"', 'method')],
    [';sf on a component', goodInput.replace('"content-digest"', '"content-digest";sf')],
    [';bs on a component', goodInput.replace('"content-digest"', '"content-digest";bs')],
    [';req on a component', goodInput.replace('"@method"', '"@method";req')],
    [';tr on a component', goodInput.replace('"content-digest"', '"content-digest";tr')],
    [';key on a component', goodInput.replace('"content-digest"', '"content-digest";key="sha-256"')],
    [';name on a component', goodInput.replace('"@target-uri"', '"@query-param";name="a"')],
    ['a component in capitals', goodInput.replace('content-digest', 'Content-Digest')],
    ['a component with a comma', goodInput.replace('content-digest', 'content, digest')],
    ['a component with a quote', goodInput.replace('content-digest', 'content\\"digest')],
    ['an empty component', goodInput.replace('content-digest', '')],
    ['@ inside a component', goodInput.replace('content-digest', 'content@digest')],
    ['parameters in another order', goodInput.replace(/(;created=\d+)(;nonce="[^"]+")/, '$2$1')],
    ['an unknown parameter', `${goodInput};x=1`],
    ['expires', goodInput.replace(';nonce', ';expires=1790000060;nonce')],
    ['a parameter twice', goodInput.replace(';nonce', ';created=1790000000;nonce')],
    [
      'a parameter twice, beside another member',
      `${goodInput.replace(';nonce', ';created=1;nonce')}, ${other}`,
    ],
    ['no created', goodInput.replace(/;created=\d+/, '')],
    ['no nonce', goodInput.replace(/;nonce="[^"]+"/, '')],
    ['no keyid', goodInput.replace(/;keyid="[^"]+"/, '')],
    ['no alg', goodInput.replace(/;alg="[^"]+"/, '')],
    ['no tag', goodInput.replace(/;tag="[^"]+"/, '')],
    ['another tag', goodInput.replace('"holdfast"', '"holdfast-answer"')],
    ['a tag in capitals', goodInput.replace('"holdfast"', '"Holdfast"')],
    ['a token for a tag', goodInput.replace('"holdfast"', 'holdfast')],
    ['alg as a token', goodInput.replace('"ecdsa-p256-sha256"', 'ecdsa-p256-sha256')],
    ['created as a string', goodInput.replace('1790000000', '"1790000000"')],
    ['created as a decimal', goodInput.replace('1790000000', '1790000000.0')],
    ['created as a date', goodInput.replace('1790000000', '@1790000000')],
    ['created below zero', goodInput.replace('1790000000', '-1')],
    ['created with a leading zero', goodInput.replace('1790000000', '01790000000')],
    ['created of another age', goodInput.replace('1790000000', '17900000000')],
    ['a short nonce', goodInput.replace(/nonce="A/, 'nonce="')],
    ['a long nonce', goodInput.replace(/nonce="/, 'nonce="A')],
    ['a nonce with left-over bits', goodInput.replace(/A";keyid/, 'B";keyid')],
    ['a nonce of base64', goodInput.replace(/nonce="A/, 'nonce="+')],
    ['a short keyid', goodInput.replace(keyid, keyid.slice(1))],
    ['a keyid with left-over bits', goodInput.replace(keyid, `${keyid.slice(1)}B`)],
    ['a path for a keyid', goodInput.replace(keyid, `../${keyid.slice(3)}`)],
    ['non-ASCII', goodInput.replace('holdfast', 'höldfast')],
    ['a member after a string that ends it', `${goodInput.slice(0, -1)}, x="`],
    ['a field too long to read', `${goodInput}, ${'a, '.repeat(2000)}b`],
  ])('refuses %s', (_, input) => {
    expect(input).not.toBe(goodInput)
    const signature = `${goodSignature}, ${otherSignature}`
    expect(outcome(() => parseRequestSignature(withSignature(input)))).toBe('signature_invalid')
    expect(outcome(() => parseRequestSignature(withSignature(input, signature)))).toBe('signature_invalid')
  })

  const der = toBase64(toDer(new Uint8Array(64).fill(200)))
  it.each([
    ['nothing', ''],
    ['another label', otherSignature],
    ['our label twice', `${goodSignature}, ${goodSignature}`],
    ['our label twice without space', `${goodSignature},${goodSignature}`],
    ['DER', `hf=:${der}:`],
    ['63 bytes', `hf=:${'A'.repeat(84)}:`],
    ['66 bytes', `hf=:${'A'.repeat(88)}:`],
    ['no padding', `hf=:${'A'.repeat(86)}:`],
    ['half the padding', `hf=:${'A'.repeat(86)}=:`],
    ['too much padding', `hf=:${'A'.repeat(86)}===:`],
    ['left-over bits', `hf=:${'A'.repeat(85)}B==:`],
    ['base64url', `hf=:${'_'.repeat(85)}A==:`],
    ['a space inside', `hf=:${'A'.repeat(40)} ${'A'.repeat(45)}==:`],
    ['a string', `hf="${'A'.repeat(86)}=="`],
    ['a parameter', `${goodSignature};a`],
    ['a list', `hf=(:${'A'.repeat(86)}==:)`],
    ['no colons', `hf=${'A'.repeat(86)}==`],
    ['a newline', `${goodSignature}\n`],
  ])('refuses %s as Signature', (_, signature) => {
    expect(outcome(() => parseRequestSignature(withSignature(goodInput, signature)))).toBe(
      'signature_invalid',
    )
  })

  it('leaves an algorithm of another kind to be refused by name', () => {
    const input = goodInput.replace('ecdsa-p256-sha256', 'hmac-sha256')
    expect(parseRequestSignature(withSignature(input)).algorithm).toBe('hmac-sha256')
  })

  it('covers nothing when the list is empty', () => {
    expect(parseRequestSignature(withSignature(goodInput.replace(/\(.*\)/, '()'))).components).toEqual([])
  })

  it('refuses 100 kB of anything', () => {
    for (const part of ['"a" ', '(', '"', 'hf=', ', ', 'a,', ';a', '\\"', '"@method" ']) {
      for (const start of ['hf=(', 'hf=("a" ', 'hf=', '']) {
        const input = start + part.repeat(100_000 / part.length)
        expect(outcome(() => parseRequestSignature(withSignature(input)))).toBe('signature_invalid')
      }
    }
  })
})

describe('signRequest', () => {
  it('makes fields that parse back and verify', async () => {
    const key = await testKey()
    const fields = parseFields(['Content-Digest', await contentDigest(utf8('{}'), nodeCrypto), 'X-A', '1'])
    const message = { method: 'POST', targetUri: 'https://api.bank.example/a', fields }
    const input = { message, routeFields: ['x-a'], created: 1_790_000_000 }
    const signed = await signRequest(
      { ...input, key: signingKey(key.kid, key.privateKey, nodeCrypto) },
      nodeCrypto,
    )
    const parsed = parseRequestSignature(new Map([...fields, ...Object.entries(signed)]))
    expect(parsed.components).toEqual([...components, 'x-a'])
    expect(parsed.parameters).toMatchObject({ created: 1_790_000_000, keyid: key.kid })
    const base = utf8(signatureBase(message, parsed.components, parsed.serialisedParameters))
    expect(nodeCrypto.verify(key.verifyKey, base, parsed.signature)).toBe(true)
  })

  it('needs a digest to cover', async () => {
    const { kid, privateKey } = await testKey()
    const message = { method: 'GET', targetUri: 'https://a.example/', fields: new Map() }
    const key = signingKey(kid, privateKey, nodeCrypto)
    const call = (): unknown => signRequest({ message, routeFields: [], created: 1, key }, nodeCrypto)
    expect(await outcomeOf(call)).toBe('signature_invalid')
  })
})

describe('contentDigest', () => {
  it('is that of RFC 9530, for the empty body too', async () => {
    const empty = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    expect(await contentDigest(new Uint8Array(0), nodeCrypto)).toBe(empty)
    expect(Buffer.from(parseContentDigest(empty))).toEqual(Buffer.from(nodeCrypto.sha256(new Uint8Array(0))))
  })

  const hash = 'A'.repeat(43)
  it.each([
    ['nothing', undefined],
    ['an empty field', ''],
    ['another algorithm', `sha-512=:${hash}=:`],
    ['two algorithms', `sha-256=:${hash}=:, sha-512=:${hash}=:`],
    ['the same twice', `sha-256=:${hash}=:, sha-256=:${hash}=:`],
    ['no padding', `sha-256=:${hash}:`],
    ['left-over bits', `sha-256=:${hash.slice(1)}B=:`],
    ['base64url', `sha-256=:${'-'.repeat(42)}A=:`],
    ['a parameter', `sha-256=:${hash}=:;a`],
    ['capitals', `SHA-256=:${hash}=:`],
    ['the form before RFC 9530', `SHA-256=${hash}=`],
    ['a newline', `sha-256=:${hash}=:\n`],
  ])('refuses %s', (_, value) => {
    expect(outcome(() => parseContentDigest(value))).toBe('digest_mismatch')
  })
})

it.each(['GET', 'HEAD', 'OPTIONS'])('%s changes nothing', (method) => {
  expect(isSafeMethod(method)).toBe(true)
})
it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'get', 'TRACE', ''])('%j may change something', (method) => {
  expect(isSafeMethod(method)).toBe(false)
})
