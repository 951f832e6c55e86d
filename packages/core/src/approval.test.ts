import { beforeAll, describe, expect, it } from 'vitest'
import { type TestKey, testKey } from '../test/keys.ts'
import { outcome, outcomeOf } from '../test/refusal.ts'
import {
  type ApprovalChallenge,
  approvalInput,
  type ApprovalStatement,
  approvalStatement,
  bodyDigest,
  encodeEvidence,
  isApproval,
  isEnough,
  openChallenge,
  parseApprovalAnswer,
  parseApprovalList,
  parseApprovalProof,
  shownDigest,
  signChallenge,
} from './approval.ts'
import { fromBase64url, fromUtf8, toBase64url, utf8 } from './bytes.ts'
import { nodeCrypto } from './crypto/node.ts'
import type { VerifyKey } from './crypto/port.ts'
import { acrs } from './factor.ts'
import { type JwsType, signJws } from './jws.ts'

// Digests, statements and evidence are held to vectors/approval.json in test/approval-vectors.test.ts.
const text32 = 'A'.repeat(43)
const id = 'approval-0123456789'
const claims: ApprovalChallenge = {
  iss: 'https://api.bank.example',
  jti: id,
  iat: 1_790_000_000,
  exp: 1_790_000_300,
  sub: 'maria',
  method: 'POST',
  uri: 'https://api.bank.example/transfers',
  body: text32,
  shown: text32,
  acr: 'presence',
  device_key: text32,
  presence_key: text32,
}
const shown = {
  title: 'Confirm the transfer',
  lines: [{ name: 'amount', label: 'Amount', value: 'EUR 12.50' }],
}

let key: TestKey
let other: TestKey
beforeAll(async () => {
  key = await testKey()
  other = await testKey()
})
const keyOf = (kid: string): VerifyKey | null => (kid === key.kid ? key.verifyKey : null)
const open = (jws: string): Promise<ApprovalChallenge | null> => openChallenge(jws, keyOf, nodeCrypto)

describe('openChallenge', () => {
  const sign = (payload: object, type: JwsType = 'hf-challenge+jwt', by: TestKey = key, kid = key.kid) =>
    signJws(type, { kid }, payload as Record<string, unknown>, by.privateKey, nodeCrypto)

  it('reads what the token key signed, and asks for the key by its name', async () => {
    const jws = await signChallenge(claims, key.kid, key.privateKey, nodeCrypto)
    expect(await open(jws)).toEqual(claims)
    const { presence_key: _, ...without } = claims
    expect(await open(await sign(without))).toEqual(without)
    const later = (kid: string) => Promise.resolve(keyOf(kid))
    expect(await openChallenge(jws, later, nodeCrypto)).toEqual(claims)
  })

  it.each<JwsType>(['hf-approval+jwt', 'hf-presence+jwt', 'hf-statement+jwt', 'hf-time+jwt', 'at+jwt'])(
    'takes no message of the type %s',
    async (type) => {
      expect(await open(await sign(claims, type))).toBeNull()
    },
  )

  it('takes nothing of another key, whatever name it gives', async () => {
    expect(await open(await sign(claims, 'hf-challenge+jwt', other))).toBeNull()
    expect(await open(await sign(claims, 'hf-challenge+jwt', other, other.kid))).toBeNull()
    expect(await open(await sign(claims, 'hf-challenge+jwt', key, other.kid))).toBeNull()
  })

  it('takes no key from the message itself', async () => {
    const signer = { jwk: key.publicJwk }
    const jws = await signJws('hf-challenge+jwt', signer, claims, key.privateKey, nodeCrypto)
    expect(await open(jws)).toBeNull()
  })

  it('takes no members but its own, each in its form', async () => {
    expect(await open(await sign({ ...claims, later: true }))).toBeNull()
    for (const member of Object.keys(claims)) {
      expect(await open(await sign({ ...claims, [member]: 7.5 }))).toBeNull()
      if (member !== 'presence_key')
        expect(await open(await sign({ ...claims, [member]: undefined }))).toBeNull()
    }
    for (const digest of ['body', 'shown', 'device_key', 'presence_key'])
      expect(await open(await sign({ ...claims, [digest]: `${text32.slice(0, 42)}B` }))).toBeNull()
    expect(await open(await sign({ ...claims, acr: 'device' }))).toBeNull()
    expect(await open(await sign({ ...claims, iat: -1 }))).toBeNull()
  })

  it('takes nothing that was changed', async () => {
    const jws = await sign(claims)
    const [head = '', payload = '', signature = ''] = jws.split('.')
    const changed = fromUtf8(fromBase64url(payload)).replace('/transfers', '/transfer2')
    expect(await open([head, toBase64url(utf8(changed)), signature].join('.'))).toBeNull()
    expect(await open(`${head}.${payload}.${signature.slice(0, -4)}AAAA`)).toBeNull()
  })

  it.each(['', 'a.b', 'a.b.c', 'a.b.c.d', '....'])('does not choke on %j', async (jws) => {
    expect(await open(jws)).toBeNull()
  })
})

describe('isApproval', () => {
  let challenge: string
  let statement: ApprovalStatement
  beforeAll(async () => {
    challenge = await signChallenge(claims, key.kid, key.privateKey, nodeCrypto)
    statement = await approvalStatement({ challenge, claims, acr: 'presence' }, nodeCrypto)
  })
  const sign = (payload: object, type: JwsType = 'hf-approval+jwt', kid = key.kid) =>
    signJws(type, { kid }, payload as Record<string, unknown>, key.privateKey, nodeCrypto)
  const check = (jws: string, expected: ApprovalStatement = statement): Promise<boolean> =>
    isApproval(jws, { kid: key.kid, statement: expected }, key.verifyKey, nodeCrypto)

  it('believes what the key signed of this challenge', async () => {
    const input = approvalInput(key.kid, statement)
    const signature = nodeCrypto.sign(key.privateKey, utf8(input))
    expect(await check(`${input}.${toBase64url(signature)}`)).toBe(true)
    expect(await check(input)).toBe(false)
  })

  it('is of one challenge, one text and one factor', async () => {
    const again = await signChallenge({ ...claims, iat: claims.iat + 1 }, key.kid, key.privateKey, nodeCrypto)
    const others: ApprovalStatement[] = [
      await approvalStatement({ challenge: again, claims, acr: 'presence' }, nodeCrypto),
      await approvalStatement({ challenge, claims, acr: 'passcode' }, nodeCrypto),
      { ...statement, shown: await shownDigest(shown, nodeCrypto) },
      { ...statement, approval: 'approval-9876543210' },
      { ...statement, iss: 'https://other.example' },
    ]
    for (const one of others) {
      expect(await check(await sign(one))).toBe(false)
      expect(await check(await sign(statement), one)).toBe(false)
      expect(await check(await sign(one), one)).toBe(true)
    }
  })

  it('takes no members but its own', async () => {
    expect(await check(await sign({ ...statement, later: true }))).toBe(false)
    for (const member of Object.keys(statement))
      expect(await check(await sign({ ...statement, [member]: undefined }))).toBe(false)
  })

  it('takes no other type, key or name', async () => {
    expect(await check(await sign(statement, 'hf-presence+jwt'))).toBe(false)
    expect(await check(await sign(statement, 'hf-challenge+jwt'))).toBe(false)
    expect(await check(await sign(statement, 'hf-approval+jwt', other.kid))).toBe(false)
    const jws = await sign(statement)
    expect(await isApproval(jws, { kid: key.kid, statement }, other.verifyKey, nodeCrypto)).toBe(false)
    expect(await isApproval(jws, { kid: other.kid, statement }, key.verifyKey, nodeCrypto)).toBe(false)
    const signer = { jwk: key.publicJwk }
    expect(await check(await signJws('hf-approval+jwt', signer, statement, key.privateKey, nodeCrypto))).toBe(
      false,
    )
  })

  it.each(['', 'a.b', 'a.b.c', 'a.b.c.d'])('does not choke on %j', async (jws) => {
    expect(await check(jws)).toBe(false)
  })
})

describe('digests', () => {
  it('of a body are of what it says, not of how it is written', async () => {
    const one = await bodyDigest('{"a":"é","b":1}', nodeCrypto)
    expect(await bodyDigest(' {"b": 1, "a": "\\u00e9"} ', nodeCrypto)).toBe(one)
    expect(await bodyDigest('{"a":"é","b":2}', nodeCrypto)).not.toBe(one)
    expect(await outcomeOf(() => bodyDigest('{"a":1,"A":2}', nodeCrypto))).toBe('approval_body_refused')
  })

  it('of what is shown change with title, each line and their order, and with nothing else', async () => {
    const [line] = shown.lines
    const more = { ...shown, lines: [line!, { name: 'to', label: 'To', value: 'Zoë' }] }
    const texts = [
      shown,
      more,
      { ...more, lines: more.lines.toReversed() },
      { ...shown, title: 'Confirm' },
      { ...shown, lines: [{ ...line!, value: 'EUR 12.51' }] },
      { ...shown, lines: [{ ...line!, label: 'Fee' }] },
      { ...shown, lines: [{ ...line!, name: 'fee' }] },
      { ...shown, lines: [] },
    ]
    const digests = await Promise.all(texts.map((text) => shownDigest(text, nodeCrypto)))
    expect(new Set(digests).size).toBe(texts.length)
    const beside = { ...shown, lines: [{ value: 'EUR 12.50', label: 'Amount', name: 'amount', later: true }] }
    expect(await shownDigest(beside, nodeCrypto)).toBe(digests[0])
  })
})

describe('messages', () => {
  const login = 'login-0123456789'
  const proofs = [
    ['key', { kind: 'key', evidence: 'a.b.c' }],
    ['passkey', { kind: 'passkey', evidence: 'a.b', response: { id: 'x' } }],
    ['passcode', { kind: 'passcode', evidence: 'a.b.c', login, ke3: 'A'.repeat(86), proof: text32 }],
  ] as const

  it.each(proofs)('a proof by %s takes its own members, each in its form, and no other', (_, good) => {
    expect(parseApprovalProof(good)).toEqual(good)
    const refusal = (change: object) => outcome(() => parseApprovalProof({ ...good, ...change }))
    expect(refusal({ later: true })).toBe('bad_request')
    for (const member of Object.keys(good)) {
      expect(refusal({ [member]: undefined })).toBe('bad_request')
      expect(refusal({ [member]: 7 })).toBe('bad_request')
    }
    for (const evidence of ['', 'a', 'a.b.c.d', 'a.b!', `a.${'b'.repeat(4096)}`])
      expect(refusal({ evidence })).toBe('bad_request')
  })

  const listed = { id, state: 'held', ...shown, reasons: ['new_payee'], created: 1, expires: 2 } as const
  it('a list is read, members of later versions left out', () => {
    expect(parseApprovalList({ approvals: [{ ...listed, later: 1 }], later: 1 })).toEqual({
      approvals: [listed],
    })
    for (const member of Object.keys(listed)) {
      const read = () => parseApprovalList({ approvals: [{ ...listed, [member]: 7.5 }] })
      expect(outcome(read)).toBe('answer_refused')
    }
    for (const change of [{ state: 'forgotten' }, { reasons: ['because'] }, { created: -1 }, { id: 'short' }])
      expect(outcome(() => parseApprovalList({ approvals: [{ ...listed, ...change }] }))).toBe(
        'answer_refused',
      )
  })

  it('an answer says how it stands', () => {
    expect(parseApprovalAnswer({ state: 'approved', later: 1 })).toEqual({ state: 'approved' })
    expect(outcome(() => parseApprovalAnswer({ state: 'yes' }))).toBe('answer_refused')
  })
})

it('a passcode is enough where presence is asked, and not the other way round', () => {
  const table = acrs.map((proved) => acrs.map((asked) => isEnough(proved, asked)))
  expect(acrs).toEqual(['device', 'presence', 'passcode'])
  expect(table).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ])
})

it('evidence is encoded as canonical JSON', () => {
  const jwk = { y: 'y', x: 'x', kty: 'EC', crv: 'P-256' } as const
  const encoded = encodeEvidence({ kind: 'key', jwk, evidence: 'e', challenge: 'c' })
  expect(fromUtf8(fromBase64url(encoded))).toBe(
    '{"challenge":"c","evidence":"e","jwk":{"crv":"P-256","kty":"EC","x":"x","y":"y"},"kind":"key"}',
  )
})
