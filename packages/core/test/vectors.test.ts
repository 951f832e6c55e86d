/** Every vector of the repository, and that the files are what their generator makes. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { activationProofKey, parseActivationCode } from '../src/activation-code.ts'
import { type AnswerAuthor, verifyAnswer } from '../src/answer.ts'
import { fromBase64, utf8 } from '../src/bytes.ts'
import { checkWords } from '../src/check-words.ts'
import { nodeCrypto } from '../src/crypto/node.ts'
import type { VerifyKey } from '../src/crypto/port.ts'
import {
  activationProof,
  checkPhrase,
  encodeTranscript,
  openBound,
  openOffer,
  transcriptHash,
} from '../src/enrolment.ts'
import { HoldfastError } from '../src/errors.ts'
import { parseFields } from '../src/fields.ts'
import { type ForwardParameters, forwardBase } from '../src/forward.ts'
import type { PublicJwk } from '../src/jwk.ts'
import { findRule, type RouteRule } from '../src/route.ts'
import { openStatement, type StatementTrust } from '../src/statement.ts'
import { parseTarget } from '../src/target.ts'
import { openTime } from '../src/time.ts'
import { decodeAccessToken } from '../src/token.ts'
import { judge, type ReceivedRequest } from './judge.ts'
import { outcome, outcomeOf } from './refusal.ts'

const folder = new URL('../../../vectors/', import.meta.url)

type File<Case, More = object> = More & {
  readonly description: string
  readonly source: readonly string[]
  readonly cases: ReadonlyArray<Case & { readonly name: string; readonly expect: string }>
}
type Pairs = ReadonlyArray<readonly [string, string]>
type Keys = { readonly keys: Readonly<Record<string, PublicJwk>> }

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

function keyNamed(keys: Readonly<Record<string, PublicJwk>>, name: string): PublicJwk {
  const key = keys[name]
  if (key === undefined) throw new HoldfastError('signature_invalid')
  return key
}

describe('vectors/signed-request.json', () => {
  type Case = { request: ReceivedRequest; signer: string; routeFields: string[]; base: string | null }
  const file = read('signed-request.json') as File<Case, Keys & { origin: string; now: number }>
  it.each(file.cases)('$name: $expect', async ({ request, signer, routeFields, base, expect: expected }) => {
    const receiver = { origin: file.origin, now: file.now, key: keyNamed(file.keys, signer), routeFields }
    const rebuilt: string[] = []
    const result = await outcomeOf(async () => rebuilt.push(await judge(request, receiver)))
    expect(result).toBe(expected)
    if (expected === 'ok') expect(rebuilt).toEqual([base])
  })
})

describe('vectors/answer.json', () => {
  type Case = {
    request: { method: string; target_uri: string; signature: string }
    answer: { status: number; fields: Pairs; body: string }
    author: AnswerAuthor
  }
  const file = read('answer.json') as File<Case, Keys>
  it.each(file.cases)('$name: $expect', async ({ request, answer, author, expect: expected }) => {
    const key = nodeCrypto.importPublicKey(Object.values(file.keys)[0] as PublicJwk)
    const asked = {
      method: request.method,
      targetUri: request.target_uri,
      fields: parseFields(['Signature', request.signature]),
    }
    const received = {
      author,
      status: answer.status,
      fields: parseFields(answer.fields.flat()),
      body: utf8(answer.body),
    }
    expect(await outcomeOf(() => verifyAnswer(received, asked, key, nodeCrypto))).toBe(expected)
  })
})

describe('vectors/statement.json', () => {
  const file = read('statement.json') as File<{ jws: string; trust: StatementTrust }>
  it.each(file.cases)('$name: $expect', async ({ jws, trust, expect: expected }) => {
    expect(await outcomeOf(() => openStatement(jws, trust, nodeCrypto))).toBe(expected)
  })
})

describe('vectors/time.json', () => {
  type Case = { jws: string; expected: { issuer: string; nonce: string }; time?: number }
  const file = read('time.json') as File<Case, Keys>
  it.each(file.cases)('$name: $expect', async ({ jws, expected, time, expect: result }) => {
    const key = nodeCrypto.importPublicKey(Object.values(file.keys)[0] as PublicJwk)
    const opened: number[] = []
    const open = async () => opened.push(await openTime(jws, expected, key, nodeCrypto))
    expect(await outcomeOf(open)).toBe(result)
    if (result === 'ok') expect(opened).toEqual([time])
  })
})

describe('vectors/route.json', () => {
  type Case = { rules: string; method: string; target: string; rule?: number | 'default' }
  const file = read('route.json') as File<Case, { rules: Readonly<Record<string, RouteRule[]>> }>
  it.each(file.cases)('$name: $expect', ({ rules, method, target, rule, expect: expected }) => {
    const set = file.rules[rules] as RouteRule[]
    const found: Array<RouteRule | undefined> = []
    expect(outcome(() => found.push(findRule(set, method, parseTarget(target).path)))).toBe(expected)
    if (expected === 'ok') expect(found).toEqual([rule === 'default' ? undefined : set[rule as number]])
  })
})

describe('vectors/enrolment-answer.json', () => {
  type Case = {
    typ: string
    jws: string
    trust: { issuer: string; transcript: string }
    payload?: object
  }
  const file = read('enrolment-answer.json') as File<Case, Keys>
  async function keyOf(kid: string): Promise<VerifyKey> {
    const key = file.keys[kid]
    if (key === undefined) throw new HoldfastError('answer_refused')
    return nodeCrypto.importPublicKey(key)
  }
  it.each(file.cases)('$name: $expect', async ({ typ, jws, trust, payload, expect: expected }) => {
    const open = typ === 'hf-device+jwt' ? openBound : openOffer
    const opened: object[] = []
    const result = await outcomeOf(async () => opened.push(await open(jws, { ...trust, keyOf }, nodeCrypto)))
    expect(result).toBe(expected)
    if (expected === 'ok') expect(opened).toEqual([payload])
  })
})

describe('vectors/token.json', () => {
  const file = read('token.json') as File<{ token: string; claims?: object }, Keys>
  it.each(file.cases)('$name: $expect', ({ token, claims, expect: expected }) => {
    const decoded = decodeAccessToken(token)
    const key = decoded && nodeCrypto.importPublicKey(keyNamed(file.keys, decoded.kid))
    const good = key !== null && nodeCrypto.verify(key, decoded!.signingInput, decoded!.signature)
    expect(good ? 'ok' : 'token_invalid').toBe(expected)
    if (good) expect(decoded?.claims).toEqual(claims)
  })
})

describe('vectors/activation.json', () => {
  type Transcript = Record<'device_key' | 'service_key' | 'iss' | 'challenge' | 'platform' | 'name', string>
  type Case = {
    typed: string
    id: string
    proof_key: string
    transcript: Transcript
    transcript_cbor: string
    transcript_hash: string
    proof: string
    phrase: string
  }
  const file = read('activation.json') as File<Case>
  it.each(file.cases)('$name: $expect', async ({ expect: expected, ...vector }) => {
    expect(await outcomeOf(() => parseActivationCode(vector.typed))).toBe(expected)
    if (expected !== 'ok') return
    const { id, secret } = parseActivationCode(vector.typed)
    expect(id).toBe(vector.id)
    const proofKey = await activationProofKey(secret, nodeCrypto)
    expect(Buffer.from(proofKey).toString('hex')).toBe(vector.proof_key)
    const { device_key: deviceKey, service_key: serviceKey, iss: issuer, ...rest } = vector.transcript
    const transcript = { deviceKey, serviceKey, issuer, ...rest }
    expect(Buffer.from(encodeTranscript(transcript)).toString('hex')).toBe(vector.transcript_cbor)
    expect(await activationProof(proofKey, transcript, nodeCrypto)).toBe(vector.proof)
    const hash = await transcriptHash(transcript, nodeCrypto)
    expect(hash).toBe(vector.transcript_hash)
    expect(checkPhrase(hash)).toBe(vector.phrase)
  })
})

describe('vectors/check-words.json', () => {
  const file = read('check-words.json') as File<
    { transcript_hash: string; phrase: string },
    { words: string[] }
  >
  it('has the words of the library', () => {
    expect(file.words).toEqual(checkWords)
  })
  it.each(file.cases)('$name', ({ transcript_hash: hash, phrase }) => {
    expect(checkPhrase(hash)).toBe(phrase)
  })
})

describe('vectors/forward.json', () => {
  type Case = {
    message: { method: string; target: string; fields: Pairs }
    routeFields: string[]
    parameters: ForwardParameters
    base: string
    signature_input: string
    signature: string
  }
  const file = read('forward.json') as File<Case, Keys & { audience: string; secret: string }>
  it.each(file.cases)('$name: $expect', ({ message, parameters, signature, expect: expected, ...vector }) => {
    const fields = parseFields(message.fields.flat())
    const { base, input } = forwardBase({ ...message, fields }, vector.routeFields, parameters)
    const bytes = fromBase64(/^hf=:(.*):$/.exec(signature)?.[1] ?? '')
    const byHmac = (): boolean =>
      Buffer.from(nodeCrypto.hmacSha256(Buffer.from(file.secret, 'hex'), utf8(base))).equals(bytes)
    const byKey = (): boolean =>
      nodeCrypto.verify(nodeCrypto.importPublicKey(keyNamed(file.keys, parameters.keyid)), utf8(base), bytes)
    const signed = parameters.algorithm === 'hmac-sha256' ? byHmac() : byKey()
    const good = signed && fields.get('holdfast-audience') === file.audience
    expect(good ? 'ok' : 'signature_invalid').toBe(expected)
    if (expected === 'ok') expect([base, `hf=${input}`]).toEqual([vector.base, vector.signature_input])
  })
})

describe('vectors/generate.mjs', async () => {
  type Generator = { vectorFiles(): ReadonlyArray<{ name: string; now: string; expected: string }> }
  const generator = (await import(new URL('generate.mjs', folder).href)) as Generator
  it.each(generator.vectorFiles())(
    'makes $name as it is, once its signatures verify',
    ({ now, expected }) => {
      expect(now).toBe(expected)
    },
  )
})
