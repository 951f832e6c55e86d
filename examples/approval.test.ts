/** Both checks of approvals, held to one table: whoever copies one of the two gets the same one (docs/protocol.md 9.6). */
import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign as signWith } from 'node:crypto'
import {
  type ApprovalChallenge,
  type ApprovalEvidence,
  approvalInput,
  approvalStatement,
  bodyDigest,
  encodeEvidence,
  type PublicJwk,
  type ServiceStatement,
  signChallenge,
  signStatement,
  thumbprint,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { checkEvidence } from '../bank/api/src/approval/evidence.ts'
import { Refusal } from '../bank/api/src/refusal.ts'
import { beforeAll, describe, expect, it } from 'vitest'

const hasCryptography = spawnSync('python3', ['-c', 'import cryptography']).status === 0
const issuer = 'https://api.bank.example'
const now = 1_790_000_000
const body =
  '{"amount":{"currency":"EUR","value":"25.00"},"iban":"DE89370400440532013000","name":"Jonas Keller"}'

type Request = {
  issuer: string
  method: string
  uri: string
  user: string
  body: string
  origins: string[]
  rpId: string
}
const request: Request = {
  issuer,
  method: 'POST',
  uri: `${issuer}/transfers`,
  user: 'maria',
  body,
  origins: ['https://app.bank.example'],
  rpId: 'bank.example',
}
type Asked = { field: string; statement: string; pins: string[]; now: number | null; request: Request }
type Said = { approval?: string; acr?: string; key?: string; refused?: string }

type Checker = {
  readonly NotApproved: new () => Error
  readonly tokenKeysOf: (statement: string, of: object) => unknown
  readonly checkApproval: (field: string, request: object, by: object) => Said
}
// Not of TypeScript, so known by its address only.
const inNode = new URL('node-accounts/approval.mjs', import.meta.url).href

const node = async ({ field, statement, pins, now: at, request: given }: Asked): Promise<Said> => {
  const { checkApproval, tokenKeysOf, NotApproved } = (await import(inNode)) as Checker
  try {
    const tokenKeys = tokenKeysOf(statement, { issuer: given.issuer, pins, now: at })
    return checkApproval(field, { ...given, body: utf8(given.body) }, { tokenKeys, now: at })
  } catch (error) {
    if (error instanceof NotApproved) return { refused: error.message }
    throw error
  }
}
/** The reference bank's own copy, in TypeScript; it names nobody. */
const bank = async ({ field, statement, pins, now: at, request: given }: Asked): Promise<Said> => {
  const { tokenKeysOf, NotApproved } = (await import(inNode)) as Checker
  const { issuer: iss, method, uri, user, origins, rpId } = given
  const approved = { method, uri, user, body: utf8(given.body) }
  try {
    const tokenKeys = tokenKeysOf(statement, { issuer: iss, pins, now: at }) as ReadonlyMap<string, PublicJwk>
    checkEvidence(field, approved, { issuer: iss, tokenKeys, pages: { origins, rpId } })
    return {}
  } catch (error) {
    if (error instanceof NotApproved || error instanceof Refusal) return { refused: error.message }
    throw error
  }
}
const python = async ({ request: given, ...asked }: Asked): Promise<Said> => {
  const { rpId: rp_id, ...others } = given
  const line = JSON.stringify({
    ...asked,
    request: { ...others, rp_id, body: Buffer.from(given.body).toString('base64') },
  })
  const { stdout, stderr } = spawnSync('python3', ['examples/python-accounts/check_approval.py'], {
    input: `${line}\n`,
    encoding: 'utf8',
  })
  if (stderr !== '') throw new Error(stderr)
  return JSON.parse(stdout) as Said
}

const key = async () => {
  const pair = nodeCrypto.generateKeyPair()
  return { ...pair, name: await thumbprint(pair.publicJwk, nodeCrypto) }
}
type Key = Awaited<ReturnType<typeof key>>

/** As CTAP2 encodes it, and nothing else does. */
function coseOf({ x, y }: { x: string; y: string }): Buffer {
  const part = (text: string): string => Buffer.from(text, 'base64url').toString('hex')
  return Buffer.from(`a5010203262001215820${part(x)}225820${part(y)}`, 'hex')
}
const digestOf = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('base64url')

let service: Key, token: Key, device: Key, presence: Key
let passkey: ReturnType<typeof generateKeyPairSync>
let cose: Buffer
let statement: string

beforeAll(async () => {
  ;[service, token, device, presence] = [await key(), await key(), await key(), await key()]
  passkey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  cose = coseOf(passkey.publicKey.export({ format: 'jwk' }) as { x: string; y: string })
  const said = {
    iss: issuer,
    seq: now,
    iat: now,
    exp: now + 3600,
    keys: [{ kid: token.name, jwk: token.publicJwk }],
  } as unknown as ServiceStatement
  statement = await signStatement(said, service.publicJwk, service.privateKey, nodeCrypto)
})

async function challengeOf(
  change: Partial<ApprovalChallenge> = {},
  by: Key = token,
): Promise<{ text: string; claims: ApprovalChallenge }> {
  const claims: ApprovalChallenge = {
    iss: issuer,
    jti: 'approval-0123456789',
    iat: now,
    exp: now + 300,
    sub: 'maria',
    method: 'POST',
    uri: `${issuer}/transfers`,
    body: await bodyDigest(body, nodeCrypto),
    shown: digestOf('what was shown'),
    acr: 'presence',
    device_key: device.name,
    presence_key: presence.name,
    ...change,
  }
  return { text: await signChallenge(claims, token.name, by.privateKey, nodeCrypto), claims }
}

async function jwsBy(
  by: Key,
  challenge: Awaited<ReturnType<typeof challengeOf>>,
  acr: 'presence' | 'passcode',
  kid = by.name,
): Promise<string> {
  const said = await approvalStatement(
    { challenge: challenge.text, claims: challenge.claims, acr },
    nodeCrypto,
  )
  const input = approvalInput(kid, said)
  return `${input}.${toBase64url(nodeCrypto.sign(by.privateKey, utf8(input)))}`
}

async function byKey(
  by: Key,
  kind: 'key' | 'passcode',
  challenge = challengeOf(),
  jwk?: PublicJwk,
): Promise<string> {
  const asked = await challenge
  const evidence = await jwsBy(by, asked, kind === 'key' ? 'presence' : 'passcode')
  return encodeEvidence({ kind, challenge: asked.text, evidence, jwk: jwk ?? by.publicJwk })
}

type Ceremony = { origin?: string; rpId?: string; flags?: number; client?: object; cose?: Buffer }
async function byPasskey(change: Ceremony = {}, named = digestOf(cose)): Promise<string> {
  const asked = await challengeOf({ presence_key: named })
  const said = await approvalStatement(
    { challenge: asked.text, claims: asked.claims, acr: 'presence' },
    nodeCrypto,
  )
  const input = approvalInput('credential', said)
  const { origin = 'https://app.bank.example', rpId = 'bank.example', flags = 5 } = change
  const client = Buffer.from(
    JSON.stringify({ type: 'webauthn.get', challenge: digestOf(input), origin, ...change.client }),
  )
  const data = Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.of(flags, 0, 0, 0, 0)])
  const signed = Buffer.concat([data, createHash('sha256').update(client).digest()])
  return encodeEvidence({
    kind: 'passkey',
    challenge: asked.text,
    evidence: input,
    key: (change.cose ?? cose).toString('base64url'),
    authenticator_data: data.toString('base64url'),
    client_data: client.toString('base64url'),
    signature: signWith('sha256', signed, passkey.privateKey).toString('base64url'),
  } satisfies ApprovalEvidence)
}

const asking = async (field: Promise<string> | string, change: Partial<Asked> = {}): Promise<Asked> => ({
  field: await field,
  statement,
  pins: [service.name],
  now,
  request,
  ...change,
})
const of = (change: Partial<Request>): Partial<Asked> => ({ request: { ...request, ...change } })

const approved: Record<string, () => Promise<[Asked, Said]>> = {
  'a presence key': async () => [
    await asking(byKey(presence, 'key')),
    { approval: 'approval-0123456789', acr: 'presence', key: presence.name },
  ],
  'a passcode, by the device key': async () => [
    await asking(byKey(device, 'passcode')),
    { approval: 'approval-0123456789', acr: 'passcode', key: device.name },
  ],
  'a passkey': async () => [
    await asking(byPasskey()),
    { approval: 'approval-0123456789', acr: 'presence', key: digestOf(cose) },
  ],
  'evidence that was kept for years': async () => [
    await asking(byKey(presence, 'key'), { now: null }),
    { approval: 'approval-0123456789', acr: 'presence', key: presence.name },
  ],
}

const refused: Record<string, () => Promise<Asked>> = {
  'no evidence': () => asking(''),
  'another amount': () => asking(byKey(presence, 'key'), of({ body: body.replace('25.00', '26.00') })),
  'another route': () => asking(byKey(presence, 'key'), of({ uri: `${issuer}/payees` })),
  'another method': () => asking(byKey(presence, 'key'), of({ method: 'PUT' })),
  'another user': () => asking(byKey(presence, 'key'), of({ user: 'jonas' })),
  'another service': () => asking(byKey(presence, 'key'), of({ issuer: 'https://other.example' })),
  'a service key that is not pinned': () => asking(byKey(presence, 'key'), { pins: [token.name] }),
  'a statement that is over': () => asking(byKey(presence, 'key'), { now: now + 3600 }),
  'a challenge signed by somebody else': async () => asking(byKey(presence, 'key', challengeOf({}, device))),
  'evidence by another key': async () => asking(byKey(await key(), 'key')),
  'evidence by another key under the name of the right one': async () =>
    asking(byKey(await key(), 'key', challengeOf(), presence.publicJwk)),
  'the device key where presence was asked': () => asking(byKey(device, 'key')),
  'presence where a passcode was asked': async () =>
    asking(byKey(presence, 'key', challengeOf({ acr: 'passcode' }))),
  'the presence key for a passcode': () => asking(byKey(presence, 'passcode')),
  'evidence of another challenge': async () => {
    const other = await challengeOf({ jti: 'approval-9876543210' })
    const evidence = await jwsBy(presence, other, 'presence')
    const { text: challenge } = await challengeOf()
    return asking(encodeEvidence({ kind: 'key', challenge, evidence, jwk: presence.publicJwk }))
  },
  'evidence that was shown something else': async () => {
    const { text: challenge, claims } = await challengeOf()
    const shown = { ...claims, shown: digestOf('something else') }
    const evidence = await jwsBy(presence, { text: challenge, claims: shown }, 'presence')
    return asking(encodeEvidence({ kind: 'key', challenge, evidence, jwk: presence.publicJwk }))
  },
  'a passkey of another page': () => asking(byPasskey({ origin: 'https://evil.example' })),
  'a passkey within a frame': () => asking(byPasskey({ client: { crossOrigin: true } })),
  'a passkey of another relying party': () => asking(byPasskey({ rpId: 'evil.example' })),
  'a passkey that looked at nobody': () => asking(byPasskey({ flags: 1 })),
  'a passkey being made': () => asking(byPasskey({ client: { type: 'webauthn.create' } })),
  'another passkey': () => asking(byPasskey({}, digestOf('another'))),
  'a passkey with another key': () =>
    asking(byPasskey({ cose: coseOf({ x: presence.publicJwk.x, y: presence.publicJwk.y }) })),
}

const checkers = {
  'in Node': node,
  'in the reference bank': bank,
  ...(hasCryptography ? { 'in Python': python } : {}),
}
if (!hasCryptography) console.log('The check of approvals in Python needs its package cryptography: left out')

describe.each(Object.entries(checkers))('The check of approvals %s', (_, check) => {
  it.each(Object.keys(approved))('believes %s', async (name) => {
    const [asked, said] = await (approved[name] as () => Promise<[Asked, Said]>)()
    expect(await check(asked)).toEqual(check === bank ? {} : said)
  })
  it.each(Object.keys(refused))('refuses %s', async (name) => {
    const asked = await (refused[name] as () => Promise<Asked>)()
    expect(await check(asked)).toEqual({ refused: expect.any(String) })
  })
})
