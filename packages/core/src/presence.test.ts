import { beforeAll, describe, expect, it } from 'vitest'
import { outcome } from '../test/refusal.ts'
import { nodeCrypto } from './crypto/node.ts'
import type { KeyPair } from './crypto/port.ts'
import { thumbprint } from './jwk.ts'
import { signJws } from './jws.ts'
import {
  isPresence,
  parsePresenceChallenge,
  parsePresenceChallengeRequest,
  parsePresenceProof,
  parsePresenceRegistered,
  parsePresenceRegistrationChallenge,
  parsePresenceRegistrationFinish,
  parsePresenceRegistrationStart,
  parsePresenceResult,
  type PresenceStatement,
  signPresence,
} from './presence.ts'
import { signingKey } from './request.ts'

// Challenges and proofs are held to vectors/factor.json in test/factor-vectors.test.ts.
const text32 = 'A'.repeat(43)
const id = 'presence-0123456789'

describe('requests', () => {
  const publicKey = nodeCrypto.generateKeyPair().publicJwk
  const messages = [
    ['registration start', parsePresenceRegistrationStart, { kind: 'passkey' }, { kind: 'password' }],
    [
      'registration finish, passkey',
      parsePresenceRegistrationFinish,
      { kind: 'passkey', response: { id: 'x' } },
      { response: 'x' },
    ],
    [
      'registration finish, key',
      parsePresenceRegistrationFinish,
      { kind: 'key', public_key: publicKey, proof: 'a.b.c' },
      { proof: 'x'.repeat(4097) },
    ],
    ['challenge request', parsePresenceChallengeRequest, { presence: id }, { presence: '../devices/0123' }],
    [
      'proof by passkey',
      parsePresenceProof,
      { kind: 'passkey', response: {}, reply_key: text32, held: 0 },
      { reply_key: `${text32}A` },
    ],
    [
      'proof by key',
      parsePresenceProof,
      { kind: 'key', proof: 'a.b.c', reply_key: text32, held: 3 },
      { held: -1 },
    ],
  ] as const

  it.each(messages)('%s takes its own members, each in its form, and no other', (_name, parse, good, bad) => {
    expect(parse(good)).toEqual(good)
    expect(outcome(() => parse({ ...good, ...bad }))).toBe('bad_request')
    expect(outcome(() => parse({ ...good, later: true }))).toBe('bad_request')
    for (const member of Object.keys(good))
      expect(outcome(() => parse({ ...good, [member]: undefined }))).toBe('bad_request')
  })

  it('take a public key without its private half', () => {
    const jwk = { ...publicKey, d: text32 }
    const parse = () => parsePresenceRegistrationFinish({ kind: 'key', public_key: jwk, proof: 'a.b.c' })
    expect(outcome(parse)).toBe('bad_request')
  })
})

describe('answers', () => {
  const messages = [
    ['registration challenge', parsePresenceRegistrationChallenge, { registration: id, challenge: text32 }],
    [
      'registration challenge',
      parsePresenceRegistrationChallenge,
      { registration: id, challenge: text32, options: { rp: {} } },
    ],
    ['registered', parsePresenceRegistered, { presence: id }],
    ['challenge', parsePresenceChallenge, { challenge_id: id, challenge: text32, options: {} }],
    ['result', parsePresenceResult, { release: text32 }],
  ] as const

  it.each(messages)('%s is read, members of later versions left out', (_name, parse, good) => {
    expect(parse({ ...good, later: true })).toEqual(good)
    for (const member of Object.keys(good))
      expect(outcome(() => parse({ ...good, [member]: 7 }))).toBe('answer_refused')
  })
})

describe('isPresence', () => {
  let pair: KeyPair
  let name: string
  beforeAll(async () => {
    pair = nodeCrypto.generateKeyPair()
    name = await thumbprint(pair.publicJwk, nodeCrypto)
  })
  const statement: PresenceStatement = {
    iss: 'https://api.bank.example',
    device_key: text32,
    challenge: text32,
    reply_key: '',
    held: 0,
  }
  const check = (jws: string): Promise<boolean> =>
    isPresence(jws, statement, nodeCrypto.importPublicKey(pair.publicJwk), nodeCrypto)

  it('believes what the key signed', async () => {
    const signer = signingKey(name, pair.privateKey, nodeCrypto)
    expect(await check(await signPresence(statement, signer))).toBe(true)
    expect(await check(await signPresence({ ...statement, held: 1 }, signer))).toBe(false)
  })

  it('takes no message of another type by the same key', async () => {
    const jws = await signJws('hf-time+jwt', { kid: name }, statement, pair.privateKey, nodeCrypto)
    expect(await check(jws)).toBe(false)
  })

  it.each(['', 'a.b', 'a.b.c', 'a.b.c.d'])('does not choke on %j', async (jws) => {
    expect(await check(jws)).toBe(false)
  })
})
