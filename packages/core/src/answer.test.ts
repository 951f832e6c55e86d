import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { outcomeOf } from '../test/refusal.ts'
import {
  type AnswerAuthor,
  type AnsweredRequest,
  answerKeyId,
  answerTags,
  type ReceivedAnswer,
  signAnswer,
  verifyAnswer,
} from './answer.ts'
import { utf8 } from './bytes.ts'
import { nodeCrypto } from './crypto/node.ts'
import { parseFields } from './fields.ts'

describe('verifyAnswer', async () => {
  const key = await testKey()
  const request: AnsweredRequest = {
    method: 'POST',
    targetUri: 'https://api.bank.example/a?b',
    fields: parseFields(['Signature', `hf=:${'A'.repeat(86)}==:`]),
  }
  const contentType = 'application/problem+json'
  const body = utf8('{"code":"device_revoked"}')
  const signer = { created: 1_790_000_000, key: key.privateKey, kid: key.kid }
  const signed = await signAnswer(
    { author: 'service', status: 403, contentType, body, request, ...signer },
    nodeCrypto,
  )
  const fields = parseFields(['Content-Type', contentType, ...Object.entries(signed).flat()])
  const answer: ReceivedAnswer = { author: 'service', status: 403, fields, body }
  const input = signed['signature-input']

  function withField(name: string, value: string | null): ReceivedAnswer {
    const others = [...fields].filter(([field]) => field !== name)
    return { ...answer, fields: new Map(value === null ? others : [...others, [name, value]]) }
  }

  it('takes exactly the answer to exactly the request', async () => {
    const verified = await verifyAnswer(answer, request, key.verifyKey, nodeCrypto)
    expect(verified).toEqual({ status: 403, body, created: 1_790_000_000 })
    expect(answerKeyId(fields, 'service')).toBe(key.kid)
  })

  it.each([
    ['another status', { ...answer, status: 200 }],
    ['another body', { ...answer, body: utf8('{"code":"session_ended"}') }],
    ['no body', { ...answer, body: new Uint8Array(0) }],
    ['another content type', withField('content-type', 'text/html')],
    ['no content type', withField('content-type', null)],
    ['another digest', withField('content-digest', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:')],
    ['no digest', withField('content-digest', null)],
    ['no signature', withField('signature', null)],
    ['no signature input', withField('signature-input', null)],
    ['another label', withField('signature-input', input.replace('hf=', 'sig1='))],
    ['fewer components', withField('signature-input', input.replace('"@status" ', ''))],
    ['components of the request without ;req', withField('signature-input', input.replaceAll(';req', ''))],
    ['another time', withField('signature-input', input.replace('1790000000', '1790000001'))],
    ['a time with a leading zero', withField('signature-input', input.replace('1790000000', '01790000000'))],
    ['another kid', withField('signature-input', input.replace(key.kid, 'A'.repeat(43)))],
    ['the tag of requests', withField('signature-input', input.replace('holdfast-answer', 'holdfast'))],
    [
      'the tag of answers of a backend',
      withField('signature-input', input.replace('holdfast-answer', answerTags.backend)),
    ],
    ['a tag of nobody', withField('signature-input', input.replace('holdfast-answer', 'other'))],
    ['another algorithm', withField('signature-input', input.replace('ecdsa-p256-sha256', 'hmac-sha256'))],
    ['a nonce', withField('signature-input', input.replace(';keyid', ';nonce="a";keyid'))],
    ['a signature beside it', withField('signature-input', `${input}, sig1=()`)],
    ['zeros for a signature', withField('signature', `hf=:${'A'.repeat(86)}==:`)],
    ['left-over bits', withField('signature', signed.signature.replace(/.==:$/, 'B==:'))],
  ])('refuses %s', async (_, changed) => {
    const call = (): unknown => verifyAnswer(changed, request, key.verifyKey, nodeCrypto)
    expect(await outcomeOf(call)).toBe('answer_refused')
  })

  it.each([
    ['method', { method: 'PUT' }],
    ['target', { targetUri: 'https://api.bank.example/a?c' }],
    ['origin', { targetUri: 'https://evil.example/a?b' }],
    ['signature', { fields: parseFields(['Signature', `hf=:${'B'.repeat(85)}A==:`]) }],
  ])('refuses an answer to a request with another %s', async (_, change) => {
    const call = (): unknown => verifyAnswer(answer, { ...request, ...change }, key.verifyKey, nodeCrypto)
    expect(await outcomeOf(call)).toBe('answer_refused')
  })

  it('refuses another key', async () => {
    const stranger = await testKey()
    const call = (): unknown => verifyAnswer(answer, request, stranger.verifyKey, nodeCrypto)
    expect(await outcomeOf(call)).toBe('answer_refused')
  })

  it.each<[AnswerAuthor, AnswerAuthor]>([
    ['service', 'backend'],
    ['backend', 'service'],
  ])('does not take the words of the %s for those of the %s', async (author, other) => {
    const made = await signAnswer({ author, status: 403, contentType, body, request, ...signer }, nodeCrypto)
    const received = parseFields(['Content-Type', contentType, ...Object.entries(made).flat()])
    const verify = (wanted: AnswerAuthor): Promise<unknown> =>
      verifyAnswer(
        { author: wanted, status: 403, fields: received, body },
        request,
        key.verifyKey,
        nodeCrypto,
      )
    expect(await outcomeOf(() => verify(author))).toBe('ok')
    expect(await outcomeOf(() => verify(other))).toBe('answer_refused')
    expect([answerKeyId(received, author), answerKeyId(received, other)]).toEqual([key.kid, null])
  })

  it('is misused by a request without signature', async () => {
    const unsigned = { ...request, fields: new Map() }
    await expect(verifyAnswer(answer, unsigned, key.verifyKey, nodeCrypto)).rejects.toThrow(TypeError)
  })

  it('names no key where nothing of ours is', () => {
    expect(answerKeyId(new Map(), 'service')).toBeNull()
    expect(answerKeyId(withField('signature-input', `${input};x`).fields, 'service')).toBeNull()
  })
})
