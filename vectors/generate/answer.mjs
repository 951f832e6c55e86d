/** Cases of docs/protocol.md 3.8: one good answer, everything about it exchanged in turn, and whose words it has. */
import { createHash } from 'node:crypto'
import { publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'

const kid = thumbprint(testKeys.token)
const request = {
  method: 'POST',
  target_uri: 'https://api.bank.example/holdfast/token',
  signature: `hf=:${Buffer.alloc(64, 7).toString('base64')}:`,
}
const components = '"@status" "content-type" "content-digest" "@method";req "@target-uri";req "signature";req'

const tags = { service: 'holdfast-answer', backend: 'holdfast-relayed-answer' }

function answerTo(name, { status, content_type, body, author = 'service' }, sign, key = testKeys.token) {
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const input = `(${components});created=1790000000;keyid="${kid}";alg="ecdsa-p256-sha256";tag="${tags[author]}"`
  const base =
    `"@status": ${status}\n"content-type": ${content_type}\n"content-digest": ${digest}\n"@method";req: ${request.method}\n` +
    `"@target-uri";req: ${request.target_uri}\n"signature";req: ${request.signature}\n"@signature-params": ${input}`
  const fields = {
    'Content-Type': content_type,
    'Content-Digest': digest,
    'Signature-Input': `hf=${input}`,
    Signature: `hf=:${sign(name, key, base).toString('base64')}:`,
  }
  return { answer: { status, fields: Object.entries(fields), body }, base }
}

const good = { status: 403, content_type: 'application/problem+json', body: '{"code":"device_revoked"}' }

const ofBackend = { ...good, author: 'backend' }

const answerField =
  (field, edit) =>
  ({ answer }) => {
    const fields = answer.fields.map(([name, value]) => [name, name === field ? edit(value) : value])
    return { answer: { ...answer, fields } }
  }
const answerPart =
  (part) =>
  ({ answer }) => ({ answer: { ...answer, ...part } })
const requestPart = (part) => () => ({ request: { ...request, ...part } })

const table = [
  ['a refusal', 'ok', () => ({})],
  ['another status', 'answer_refused', answerPart({ status: 200 })],
  ['another body', 'answer_refused', answerPart({ body: '{"code":"session_ended"}' })],
  ['another content type', 'answer_refused', answerField('Content-Type', () => 'application/json')],
  [
    'another digest',
    'answer_refused',
    answerField('Content-Digest', (value) => value.replace('sha-256', 'sha-512')),
  ],
  ['to another method', 'answer_refused', requestPart({ method: 'DELETE' })],
  [
    'to another target',
    'answer_refused',
    requestPart({ target_uri: 'https://api.bank.example/holdfast/session' }),
  ],
  [
    'to another request',
    'answer_refused',
    requestPart({ signature: `hf=:${Buffer.alloc(64, 8).toString('base64')}:` }),
  ],
  [
    'another time',
    'answer_refused',
    answerField('Signature-Input', (value) => value.replace('1790000000', '1790000001')),
  ],
  [
    'the tag of requests',
    'answer_refused',
    answerField('Signature-Input', (value) => value.replace('holdfast-answer', 'holdfast')),
  ],
  [
    'the tag of answers of the backend',
    'answer_refused',
    answerField('Signature-Input', (value) => value.replace('holdfast-answer', 'holdfast-relayed-answer')),
  ],
  ['without ;req', 'answer_refused', answerField('Signature-Input', (value) => value.replaceAll(';req', ''))],
  [
    'fewer components',
    'answer_refused',
    answerField('Signature-Input', (value) => value.replace('"@status" ', '')),
  ],
  ['a signature beside it', 'answer_refused', answerField('Signature-Input', (value) => `${value}, sig1=()`)],
  ['another label', 'answer_refused', answerField('Signature', (value) => value.replace('hf', 'sig1'))],
  [
    'no signature',
    'answer_refused',
    ({ answer }) => ({ answer: { ...answer, fields: answer.fields.slice(0, 2) } }),
  ],
]

export function answerVectors(existing) {
  const sign = signerFor(existing)
  const cases = table.map(([name, expect, way]) => {
    const made = answerTo(name, good, sign)
    return Object.assign({ name, request, author: 'service' }, made, way(made), { expect })
  })
  const authors = [
    ['of the backend', ofBackend, 'backend', 'ok'],
    ['of the backend, for one of the service', ofBackend, 'service', 'answer_refused'],
    ['of the service, for one of the backend', good, 'backend', 'answer_refused'],
  ].map(([name, message, author, expect]) => {
    return Object.assign({ name, request, author }, answerTo(name, message, sign), { expect })
  })
  const stranger = {
    name: 'by a key that is none of the service',
    request,
    author: 'service',
    ...answerTo('by a key that is none of the service', good, sign, testKeys.stranger),
  }
  return {
    description: 'Signed answers, and what a client makes of them.',
    source: ['docs/protocol.md 3.8', 'RFC 9421 section 2.4'],
    keys: { [kid]: publicJwk(testKeys.token) },
    cases: [...cases, ...authors, { ...stranger, expect: 'answer_refused' }],
  }
}
