import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import {
  coveredComponents,
  fromBase64,
  parseFields,
  parseRequestSignature,
  signatureBase,
} from '@holdfast/core'
import { expect, test } from 'vitest'
import { make } from './signed.ts'

const pair = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const signer = { thumbprint: 'A'.repeat(43), privateKey: pair.privateKey, accessToken: 'a.b.c' }
const origin = 'http://127.0.0.1:8080'

function read(request: Uint8Array): { method: string; fields: ReturnType<typeof parseFields>; body: string } {
  const [head = '', body = ''] = Buffer.from(request).toString().split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  const raw = lines.flatMap((field) => [
    field.slice(0, field.indexOf(':')),
    field.slice(field.indexOf(':') + 2),
  ])
  return { method: line.split(' ')[0] ?? '', fields: parseFields(raw), body }
}

test.each([
  { method: 'GET', body: '' },
  { method: 'POST', body: '{"amount":"10.00"}' },
] as const)('a $method of the load process carries a signature core accepts', ({ method, body }) => {
  const requests = make({ origin, method, path: '/accounts/17?limit=20', body, signers: [signer] }, 3)
  const nonces = new Set<string>()
  for (const text of requests) {
    const request = read(text)
    const { fields } = request
    const signature = parseRequestSignature(fields)
    const components = coveredComponents(fields, [])
    expect(signature.components).toEqual(components)
    const message = { method, targetUri: `${origin}/accounts/17?limit=20`, fields }
    const base = signatureBase(message, components, signature.serialisedParameters)
    const key = { key: createPublicKey(pair.publicKey), dsaEncoding: 'ieee-p1363' } as const
    expect(verify('sha256', Buffer.from(base), key, signature.signature)).toBe(true)
    expect(fromBase64(fields.get('content-digest')?.slice(9, -1) ?? '')).toHaveLength(32)
    expect(fields.has('idempotency-key')).toBe(method === 'POST')
    expect(request).toMatchObject({ method, body })
    nonces.add(signature.parameters.nonce)
  }
  expect(nonces.size).toBe(3)
})
