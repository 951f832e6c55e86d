/**
 * The example backends behind a gateway, and what happens to somebody who reaches their port without one. Both are held to
 * one table: whoever copies one of the two checks gets the same one.
 */
import { spawnSync } from 'node:child_process'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createClient, type Session } from '@holdfast/client'
import { virtualPhone } from '@holdfast/client/testing'
import { createReplyKey, forwardBase, identityFields, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { createLog, parseConfig, startGateway } from '@holdfast/gateway'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { hasPython, nodeBackend, pythonBackend, startBackend } from './backend.ts'
import { freePort, type Running, start } from './processes.ts'

const secret = randomBytes(32).toString('base64url')
const order = '{"to":"bob","cents":2500}'
type Fields = ReadonlyArray<readonly [string, string]>
type Sent = {
  readonly method: string
  readonly target: string
  readonly fields: Fields
  readonly body: string
}

type Change = {
  method?: string
  target?: string
  body?: string
  secret?: string
  name?: string
  /** Null: the field is absent. */
  audience?: string | null
  created?: number
  coolingUntil?: number
  /** Fields beside the usual, and which of them the route names. */
  further?: Fields
  routeFields?: readonly string[]
}

/** A request as the gateway hands it over. */
function handedOver(change: Change = {}): Sent {
  const { further = [['x-purpose', 'rent']], routeFields = ['x-purpose'] } = change
  const {
    body = order,
    name = 'accounts',
    audience = 'accounts',
    created = Math.floor(Date.now() / 1000),
  } = change
  const digest = createHash('sha256').update(body).digest('base64')
  const { coolingUntil } = change
  const who = {
    user: 'ann',
    device: 'd1',
    session: 's1',
    acr: 'device',
    authTime: created,
    ...(coolingUntil === undefined ? {} : { coolingUntil }),
  }
  const fields: Fields = [
    ['content-digest', `sha-256=:${digest}:`],
    ['content-type', 'application/json'],
    ...identityFields(who, audience ?? 'nobody').filter(
      ([field]) => audience !== null || field !== 'holdfast-audience',
    ),
    ['idempotency-key', randomBytes(16).toString('base64url')],
    ...further,
  ]
  const { method = 'POST', target = '/transfers' } = change
  const { base, input } = forwardBase({ method, target, fields: new Map(fields) }, routeFields, {
    created,
    nonce: randomBytes(16).toString('base64url'),
    keyid: name,
    algorithm: 'hmac-sha256',
  })
  const mac = createHmac('sha256', change.secret ?? secret)
    .update(base)
    .digest('base64')
  const signature: Fields = [
    ['signature-input', `hf=${input}`],
    ['signature', `hf=:${mac}:`],
  ]
  return { method, target, fields: [...fields, ...signature], body }
}

type Received = { readonly status: number; readonly type: string | undefined; readonly body: Buffer }

/** Straight to the backend's port, field by field as given. */
function sendRaw(port: number, sent: Sent): Promise<Received> {
  const { method, target, fields, body } = sent
  const length = ['content-length', String(Buffer.byteLength(body))] as const
  const headers = [['host', `127.0.0.1:${port}`] as const, length, ...fields].flat()
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path: target, headers, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: received } = answer
      buffer(answer).then((bytes) => resolve({ status, type: received['content-type'], body: bytes }), reject)
    })
      .on('error', reject)
      .end(body)
  })
}

async function send(port: number, sent: Sent): Promise<{ status: number; json: unknown }> {
  const { status, body } = await sendRaw(port, sent)
  return { status, json: JSON.parse(body.toString()) as unknown }
}

const without = (sent: Sent, ...names: string[]): Sent => ({
  ...sent,
  fields: sent.fields.filter(([name]) => !names.includes(name)),
})
const withField = (sent: Sent, name: string, value: string): Sent => ({
  ...sent,
  fields: [...without(sent, name).fields, [name, value]],
})
const twice = (sent: Sent, name: string): Sent => ({
  ...sent,
  fields: [...sent.fields, ...sent.fields.filter(([known]) => known === name)],
})
const ago = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds

/** A name once more at the end of the list: a form the gateway never makes. */
function signedTwice(name: string): Sent {
  const sent = handedOver()
  const input = sent.fields.find(([known]) => known === 'signature-input')?.[1] ?? ''
  return withField(sent, 'signature-input', input.replace(');', ` "${name}");`))
}

/** By a device that is new. */
const cooling = (): Sent => handedOver({ coolingUntil: ago(-86_400) })

const replyKey = (first: string) => ['holdfast-reply-key', `${first}${'A'.repeat(42)}`] as const

const unsigned = 'the request is not signed by the gateway'
const uncovered = 'the signature does not cover this request'
const wrong = 'the signature is wrong'
const foreign = 'the request was signed for another backend'
const forgeries: ReadonlyArray<readonly [string, () => Sent, string]> = [
  ['no signature', () => without(handedOver(), 'signature', 'signature-input'), unsigned],
  ['no signature field', () => without(handedOver(), 'signature'), unsigned],
  ['another secret', () => handedOver({ secret: 'x'.repeat(43) }), wrong],
  ['another backend’s request', () => handedOver({ name: 'orders' }), uncovered],
  ['a request signed for another backend', () => handedOver({ audience: 'orders' }), foreign],
  ['a request signed for nobody', () => handedOver({ audience: null }), foreign],
  ['another audience', () => withField(handedOver(), 'holdfast-audience', 'orders'), wrong],
  ['no audience', () => without(handedOver(), 'holdfast-audience'), uncovered],
  ['another user', () => withField(handedOver(), 'holdfast-user', 'eve'), wrong],
  ['a user in Latin-1', () => withField(handedOver(), 'holdfast-user', 'zoë'), wrong],
  ['no user', () => without(handedOver(), 'holdfast-user'), uncovered],
  ['another Idempotency-Key', () => withField(handedOver(), 'idempotency-key', 'k'.repeat(22)), wrong],
  ['another content type', () => withField(handedOver(), 'content-type', 'text/plain'), wrong],
  ['no content type', () => without(handedOver(), 'content-type'), uncovered],
  ['another field of the route', () => withField(handedOver(), 'x-purpose', 'gift'), wrong],
  ['a field of the route taken away', () => without(handedOver(), 'x-purpose'), uncovered],
  ['a field of the route twice', () => twice(handedOver(), 'x-purpose'), 'a field came twice'],
  [
    'a field of the route that the phone did not send',
    () => withField(handedOver({ further: [] }), 'x-purpose', 'gift'),
    uncovered,
  ],
  ['a believed field that is not signed', () => handedOver({ routeFields: [] }), uncovered],
  [
    'a further field of ours',
    () => handedOver({ further: [['holdfast-role', 'clerk']], routeFields: ['holdfast-role'] }),
    uncovered,
  ],
  ['another end of cooling', () => withField(cooling(), 'holdfast-cooling-until', '1'), wrong],
  ['no end of cooling', () => without(cooling(), 'holdfast-cooling-until'), uncovered],
  [
    'an end of cooling the gateway did not say',
    () => withField(handedOver(), 'holdfast-cooling-until', '1'),
    uncovered,
  ],
  ['another reply key', () => withField(handedOver({ further: [replyKey('B')] }), ...replyKey('C')), wrong],
  [
    'a reply key that the phone did not send',
    () => withField(handedOver({ further: [] }), ...replyKey('C')),
    uncovered,
  ],
  ['a field signed twice', () => signedTwice('x-purpose'), uncovered],
  ['a usual field signed again', () => signedTwice('content-type'), uncovered],
  ['another target', () => ({ ...handedOver(), target: '/transfers?a' }), wrong],
  [
    'another body',
    () => ({ ...handedOver(), body: order.replace('bob', 'eve') }),
    'the body is not the one that was signed',
  ],
  [
    'another body with its digest',
    () =>
      withField(
        { ...handedOver(), body: '{}' },
        'content-digest',
        'sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:',
      ),
    wrong,
  ],
  ['an old request', () => handedOver({ created: ago(62) }), 'the signature is too old'],
  ['a request of tomorrow', () => handedOver({ created: ago(-62) }), 'the signature is too old'],
  ['two users', () => twice(handedOver(), 'holdfast-user'), 'a field came twice'],
  ['two signatures', () => twice(handedOver(), 'signature'), 'a field came twice'],
  [
    'another algorithm',
    () => {
      const sent = handedOver()
      const input = sent.fields.find(([name]) => name === 'signature-input')?.[1] ?? ''
      return withField(sent, 'signature-input', input.replace('hmac-sha256', 'none'))
    },
    unsigned,
  ],
]

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-backends-'))
const secretFile = path.join(folder, 'secret')
beforeAll(() => writeFileSync(secretFile, `${secret}\n`))
afterAll(() => rmSync(folder, { recursive: true }))

/** A phone's session through a gateway in front of this backend. */
async function throughGateway<Result>(
  backendPort: number,
  act: (session: Session) => Promise<Result>,
): Promise<Result> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const yaml = `
origin: ${origin}
listen: { port: ${port} }
data: ./${port}
store: { kind: memory }
upstreams: [{ name: accounts, url: "http://127.0.0.1:${backendPort}", identity: { mode: hmac-sha256, secretFile: ./secret } }]
sealing: { suites: [x-wing, x25519] }
routes:
  - { path: /public/*, policy: open }
  - { path: /transfers, fields: [x-purpose] }
  - { path: /card/pin, policy: sealed }
  - { path: /accounts, answer: signed }
outbox: { kind: insecureReadable, file: ./unused.jsonl }
`
  let oneTimeText = ''
  const outbox = {
    async send(message: { text: string }): Promise<void> {
      oneTimeText = /\b\d{6}\b/.exec(message.text)?.[0] ?? ''
    },
  }
  const config = parseConfig(path.join(folder, 'holdfast.yaml'), yaml)
  const gateway = await startGateway(config, { outbox, admin: false, log: createLog({ level: 'silent' }) })
  try {
    const { code } = await gateway.service.server.enrolment.issue({
      user: 'ann',
      sendTo: '0042',
      createdBy: 'test',
    })
    const client = createClient({ origin, trust: gateway.pins, platform: virtualPhone().platform })
    const pending = await client.enrol({ activationCode: code, deviceName: 'phone' })
    await pending.confirm(oneTimeText)
    return await act(await client.unlock())
  } finally {
    await gateway.close()
  }
}

async function everything(session: Session): Promise<string[]> {
  const ask = async (method: string, target: string, body?: string): Promise<string> => {
    const headers = { 'x-purpose': 'rent' }
    const answer = await session.fetch(target, body === undefined ? { method } : { method, headers, body })
    return `${answer.status} ${await answer.text()}`
  }
  return [
    await ask('GET', '/accounts'),
    await ask('POST', '/transfers', order),
    await ask('POST', '/transfers', '{"to":"bob","cents":true}'),
    await ask('POST', '/transfers', 'no JSON'),
    await ask('POST', '/transfers', '{"to":"bob","cents":100000}'),
    await ask('GET', '/nothing'),
    await ask('PUT', '/transfers', order),
    await ask('GET', '/events'),
    await ask('GET', '/public/rates'),
  ]
}

/** The request for a card's PIN, to be encrypted to this key. */
function askForPin(key?: string): Sent {
  const further: Fields = key === undefined ? [] : [['holdfast-reply-key', key]]
  const { method, target, fields } = handedOver({ method: 'GET', target: '/card/pin', body: '', further })
  return { method, target, fields, body: '' }
}

const noKeys: ReadonlyArray<readonly [string, string | undefined]> = [
  ['no key', undefined],
  ['a key that is too short', 'A'.repeat(42)],
  ['a key in another form', `${'A'.repeat(42)}B`],
  ['the point zero', 'A'.repeat(43)],
  ['the point one', toBase64url(Uint8Array.of(1, ...new Uint8Array(31)))],
]

/** Python's own library has no AES: what it needs comes as a package of the system. */
const plainPython = spawnSync('python3', ['-c', 'import cryptography'], { stdio: 'ignore' }).status !== 0

const cases = [
  {
    name: 'Python (skipped when python3 is absent)',
    backend: pythonBackend,
    absent: !hasPython(),
    speechless: plainPython,
  },
  { name: 'Node', backend: nodeBackend, absent: false, speechless: false },
]

it.skipIf(!hasPython())(
  'the account service in Python runs without the package cryptography, and tells no PIN (skipped when python3 is absent)',
  async () => {
    // Without the packages of the system.
    const args = ['-S', pythonBackend.program, '--port', '0', '--secret-file', secretFile]
    const running = await start(pythonBackend.command, args)
    onTestFinished(running.stop)
    expect(await send(running.port, handedOver())).toMatchObject({ status: 201 })
    const silence = { status: 501, json: { error: 'this backend cannot encrypt' } }
    expect(await send(running.port, askForPin('B'.padEnd(43, 'A')))).toEqual(silence)
  },
)

describe.each(cases)('the account service in $name', ({ backend, absent, speechless }) => {
  describe.skipIf(absent)('started', () => {
    let running: Running
    beforeAll(async () => {
      running = await startBackend(backend, secretFile)
    })
    afterAll(() => running.stop())

    it('takes what the gateway hands over, once', async () => {
      const sent = handedOver()
      expect(await send(running.port, sent)).toMatchObject({
        status: 201,
        json: { from: 'ann', to: 'bob', purpose: 'rent' },
      })
      const used = { status: 403, json: { error: 'the signature was used before' } }
      expect(await send(running.port, sent)).toEqual(used)
    })

    it('takes the word of the gateway that a device is cooling', async () => {
      expect(await send(running.port, cooling())).toMatchObject({ status: 201 })
    })

    it('takes a reply key the gateway vouches for', async () => {
      const sent = handedOver({ further: [replyKey('B')] })
      expect(await send(running.port, sent)).toMatchObject({ status: 201 })
    })

    it.each(forgeries)('refuses %s', async (_name, forge, error) => {
      expect(await send(running.port, forge())).toEqual({ status: 403, json: { error } })
    })

    describe.skipIf(speechless)('tells a PIN (skipped when Python has no package cryptography)', () => {
      it('to the app alone', async () => {
        const [one, other] = [await createReplyKey(nodeCrypto), await createReplyKey(nodeCrypto)]
        const answers = [
          await sendRaw(running.port, askForPin(one.field)),
          await sendRaw(running.port, askForPin(one.field)),
        ]
        for (const { status, type } of answers)
          expect([status, type]).toEqual([200, 'application/holdfast-reply'])
        const [first, second] = answers.map(({ body }) => new Uint8Array(body)) as [Uint8Array, Uint8Array]
        const pin = Buffer.from(await one.open(first)).toString()
        expect(pin).toMatch(/^\d{4}$/)
        expect(Buffer.from(await one.open(second)).toString()).toBe(pin)
        expect(first).not.toEqual(second)
        await expect(other.open(first)).rejects.toMatchObject({ code: 'reply_refused' })
      })

      it.each(noKeys)('to nobody for %s', async (_what, key) => {
        const refusal = { status: 400, json: { error: 'a PIN takes a Holdfast-Reply-Key' } }
        expect(await send(running.port, askForPin(key))).toEqual(refusal)
      })

      it('through a gateway that cannot read it', async () => {
        const pins = await throughGateway(running.port, async (session) => [
          await session.fetchSecret('/card/pin'),
          await session.fetchSecret('/card/pin'),
        ])
        const [first, second] = pins.map((pin) => Buffer.from(pin).toString())
        expect(first).toMatch(/^\d{4}$/)
        expect(second).toBe(first)
      })
    })

    it('answers like the other one behind a gateway', async () => {
      const fresh = await startBackend(backend, secretFile)
      onTestFinished(fresh.stop)
      const answers = await throughGateway(fresh.port, everything)
      expect(answers).toEqual([
        '200 {"user":"ann","cents":100000}',
        '201 {"id":1,"from":"ann","to":"bob","cents":2500,"purpose":"rent"}',
        '422 {"error":"to: a name, cents: a whole number above 0"}',
        '422 {"error":"to: a name, cents: a whole number above 0"}',
        '409 {"error":"not enough money"}',
        '404 {"error":"not found"}',
        '405 {"error":"not allowed"}',
        '200 data: {"cents":97500}\n\ndata: {"cents":97500}\n\ndata: {"cents":97500}\n\n',
        '200 {"EUR/INR":"101.40"}',
      ])
    })
  })
})
