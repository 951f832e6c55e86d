/** A sender that knows nothing but docs/protocol.md 3, and what may happen to a request on the way. */
import { createHash } from 'node:crypto'
import { nonceOf, testKeys, thumbprint } from './keys.mjs'

export const origin = 'https://api.bank.example'
export const now = 1_790_000_000

export const digestOf = (body) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
export const token = ['Authorization', 'Holdfast test.access.token']
export const json = ['Content-Type', 'application/json']
export const idempotencyKey = ['Idempotency-Key', 'transfer-0123456789']
export const body = '{"to":"12345","amount":"10.00"}'

export const read = {
  method: 'GET',
  target: '/accounts',
  fields: [['Host', 'api.bank.example'], token],
  body: '',
}
export const write = {
  method: 'POST',
  target: '/accounts/12/transfers?draft=1',
  fields: [['Host', 'api.bank.example'], json, token, idempotencyKey],
  body,
}

/** Signs a request; `changes` are the mistakes the sender makes before it signs. */
export function send(name, request, sign, changes = {}) {
  const { key = 'session', created = now, routeFields = [], parameters, components, base } = changes
  const fields = [...request.fields, ['Content-Digest', changes.digest ?? digestOf(request.body)]]
  const values = new Map(fields.map(([field, value]) => [field.toLowerCase(), value]))
  const wanted = [
    'authorization',
    'content-type',
    'idempotency-key',
    'holdfast-approval',
    'holdfast-reply-key',
    ...routeFields,
  ]
  const covered = components ?? [
    '@method',
    '@target-uri',
    'content-digest',
    ...wanted.filter((field) => values.has(field)),
  ]
  const usual =
    `;created=${created};nonce="${nonceOf(name)}";keyid="${thumbprint(testKeys[key])}"` +
    `;alg="ecdsa-p256-sha256";tag="holdfast"`
  const input = `(${covered.map((field) => `"${field}"`).join(' ')})${parameters?.(usual) ?? usual}`
  values.set('@method', request.method).set('@target-uri', origin + request.target)
  const lines = covered.map((field) => `"${field}": ${values.get(field) ?? ''}\n`).join('')
  const text = base ?? `${lines}"@signature-params": ${input}`
  const signature = sign(name, testKeys[key], text).toString('base64')
  const signed = [
    ['Signature-Input', `hf=${input}`],
    ['Signature', `hf=:${signature}:`],
  ]
  return {
    name,
    request: { ...request, fields: [...fields, ...signed] },
    signer: changes.signer ?? key,
    routeFields,
    base: text,
  }
}

export const replaceIn = (field, edit) => (made) => {
  const fields = made.request.fields.map(([name, value]) => [name, name === field ? edit(value) : value])
  return { ...made, request: { ...made.request, fields } }
}
export const without = (field) => (made) => {
  return {
    ...made,
    request: { ...made.request, fields: made.request.fields.filter(([name]) => name !== field) },
  }
}
export const plus =
  (...added) =>
  (made) => ({ ...made, request: { ...made.request, fields: [...made.request.fields, ...added] } })
export const change = (part) => (made) => ({ ...made, request: { ...made.request, ...part } })

export const others = {
  input: ', sig1=("@authority");created=1790000000;keyid="edge";alg="ed25519";tag="edge"',
  signature: ', sig1=:AAAA:',
}
export const beside = (made) =>
  replaceIn(
    'Signature',
    (value) => value + others.signature,
  )(replaceIn('Signature-Input', (value) => value + others.input)(made))
