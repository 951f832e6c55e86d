/** Our requests and answers against an independent implementation of RFC 9421, both ways. */
import { createSignature, type RequestDescriptor, verifySignature } from 'http-message-sig'
import { describe, expect, it } from 'vitest'
import { signAnswer } from '../src/answer.ts'
import { toBase64url, utf8 } from '../src/bytes.ts'
import { nodeCrypto } from '../src/crypto/node.ts'
import { parseFields } from '../src/fields.ts'
import { forwardBase } from '../src/forward.ts'
import {
  contentDigest,
  coveredComponents,
  parseRequestSignature,
  signatureBase,
  signingKey,
  signRequest,
} from '../src/request.ts'
import { type TestKey, testKey } from './keys.ts'

const created = 1_790_000_000
const targetUri = 'https://api.bank.example/accounts/%C3%A4?x=1&y=%20'
const alg = 'ecdsa-p256-sha256'

async function request(): Promise<{ raw: string[]; descriptor: RequestDescriptor }> {
  const digest = await contentDigest(utf8('{"a":1}'), nodeCrypto)
  const raw = ['Content-Digest', digest, 'Authorization', 'Holdfast t', 'Content-Type', 'application/json']
  raw.push('Idempotency-Key', 'k'.repeat(16), 'X-List', 'a', 'X-List', ' b ', 'X-Empty', '')
  return { raw, descriptor: { kind: 'request', method: 'POST', targetUri, fields: occurrences(raw) } }
}

function occurrences(raw: readonly string[]): Array<{ name: string; value: string }> {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [{ name, value: raw[i + 1] as string }] : []))
}

function verifierOf(key: TestKey): {
  algorithm: string
  verify(data: Uint8Array, signature: Uint8Array): boolean
} {
  return {
    algorithm: alg,
    verify: (data, signature) => nodeCrypto.verify(key.verifyKey, data, signature),
  }
}

const routeFields = ['x-empty', 'x-list']

describe('http-message-sig', () => {
  it('verifies what we sign', async () => {
    const key = await testKey()
    const { raw, descriptor } = await request()
    const message = { method: 'POST', targetUri, fields: parseFields(raw) }
    const signer = signingKey(key.kid, key.privateKey, nodeCrypto)
    const signed = await signRequest({ message, routeFields, created, key: signer }, nodeCrypto)
    const fields = [...descriptor.fields, ...occurrences(Object.entries(signed).flat())]
    const verify = (changed: Partial<RequestDescriptor>): Promise<unknown> =>
      verifySignature(
        { ...descriptor, fields, ...changed },
        {
          label: 'hf',
          policy: {
            algorithms: [alg],
            requiredComponents: coveredComponents(message.fields, routeFields),
            requiredParameters: ['created', 'nonce', 'keyid', 'alg', 'tag'],
            now: created,
            maxAge: 60,
          },
          resolveVerifier: () => verifierOf(key),
        },
      )
    expect(await verify({})).toMatchObject({ label: 'hf', parameters: { keyid: key.kid, tag: 'holdfast' } })
    await expect(verify({ method: 'PUT' })).rejects.toThrow()
    await expect(verify({ targetUri: `${targetUri}1` })).rejects.toThrow()
  })

  it('makes what we accept', async () => {
    const key = await testKey()
    const { raw, descriptor } = await request()
    const fields = parseFields(raw)
    const components = coveredComponents(fields, routeFields)
    const parameters = {
      created,
      nonce: toBase64url(nodeCrypto.random(16)),
      keyid: key.kid,
      alg,
      tag: 'holdfast',
    }
    const made = await createSignature(descriptor, {
      label: 'hf',
      components,
      parameters,
      signer: { algorithm: alg, sign: (data) => nodeCrypto.sign(key.privateKey, data) },
    })
    const all = parseFields([...raw, 'Signature-Input', made.signatureInput, 'Signature', made.signature])
    const parsed = parseRequestSignature(all)
    expect(parsed.components).toEqual(components)
    expect(parsed.parameters).toEqual({ created, nonce: parameters.nonce, keyid: key.kid })
    const base = signatureBase({ method: 'POST', targetUri, fields }, components, parsed.serialisedParameters)
    expect(nodeCrypto.verify(key.verifyKey, utf8(base), parsed.signature)).toBe(true)
  })

  it('verifies our answers with the request they answer', async () => {
    const key = await testKey()
    const { raw, descriptor } = await request()
    raw.push('Signature', `hf=:${'A'.repeat(86)}==:`)
    const asked = { method: 'POST', targetUri, fields: parseFields(raw) }
    const answer = {
      author: 'service' as const,
      status: 403,
      contentType: 'application/problem+json',
      body: utf8('{}'),
      created,
    }
    const signed = await signAnswer(
      { ...answer, request: asked, key: key.privateKey, kid: key.kid },
      nodeCrypto,
    )
    const fields = occurrences(['Content-Type', answer.contentType, ...Object.entries(signed).flat()])
    const verify = (status: number): Promise<unknown> =>
      verifySignature(
        { kind: 'response', status, fields, request: { ...descriptor, fields: occurrences(raw) } },
        {
          label: 'hf',
          policy: {
            algorithms: [alg],
            requiredComponents: ['@status'],
            requiredParameters: ['created', 'tag'],
            now: created,
          },
          resolveVerifier: () => verifierOf(key),
        },
      )
    expect(await verify(403)).toMatchObject({ parameters: { keyid: key.kid, tag: 'holdfast-answer' } })
    await expect(verify(200)).rejects.toThrow()
  })

  it('verifies what the gateway hands to a backend', async () => {
    const key = await testKey()
    const { raw } = await request()
    raw.push('Holdfast-User', 'alice', 'Holdfast-Device', 'device')
    const target = new URL(targetUri).pathname + new URL(targetUri).search
    const parameters = {
      created,
      nonce: toBase64url(nodeCrypto.random(16)),
      keyid: key.kid,
      algorithm: alg,
    } as const
    const message = { method: 'POST', target, fields: parseFields(raw) }
    const { base, input } = forwardBase(message, routeFields, parameters)
    const signature = Buffer.from(nodeCrypto.sign(key.privateKey, utf8(base))).toString('base64')
    raw.push('Signature-Input', `hf=${input}`, 'Signature', `hf=:${signature}:`)
    const verified = await verifySignature(
      { kind: 'request', method: 'POST', targetUri, requestTarget: target, fields: occurrences(raw) },
      {
        policy: {
          algorithms: [alg],
          requiredComponents: ['@request-target', 'content-type', 'holdfast-user', ...routeFields],
          requiredParameters: ['nonce'],
          now: created,
        },
        resolveVerifier: () => verifierOf(key),
      },
    )
    expect(verified).toMatchObject({ parameters: { tag: 'holdfast-forward' } })
  })
})
