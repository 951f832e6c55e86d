import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { outcomeOf } from '../test/refusal.ts'
import { toBase64url, utf8 } from './bytes.ts'
import { nodeCrypto } from './crypto/node.ts'
import { thumbprint } from './jwk.ts'
import { signJws } from './jws.ts'
import { openStatement, type ServiceStatement, signStatement, type StatementTrust } from './statement.ts'

describe('openStatement', async () => {
  const [service, token, stranger] = await Promise.all([testKey(), testKey(), testKey()])
  const issuer = 'https://api.bank.example'
  const statement: ServiceStatement = {
    iss: issuer,
    seq: 100,
    iat: 100,
    exp: 3700,
    keys: [{ kid: token.kid, jwk: token.publicJwk }],
    service_keys: [service.kid, stranger.kid],
    endpoints: {
      challenge: '/holdfast/challenge',
      enrolments: '/holdfast/enrolments',
      token: '/holdfast/token',
      time: '/holdfast/time',
      devices: '/holdfast/devices',
      session: '/holdfast/session',
      sealed: '/holdfast/sealed',
      certificate: '/holdfast/certificate',
      reports: '/holdfast/reports',
      passcode: '/holdfast/passcode',
      presence: '/holdfast/presence',
      notices: '/holdfast/notices',
      approvals: '/holdfast/approvals',
    },
    routes: [{ path: '/public/*', methods: ['GET'], policy: 'open', signer: 'any', fields: ['x-amount'] }],
    client: { min: '0.1.0' },
  }
  const trust: StatementTrust = { pins: [service.kid], issuer, floor: 100, now: 200 }
  const sign = (payload: unknown): Promise<string> =>
    signStatement(payload as ServiceStatement, service.publicJwk, service.privateKey, nodeCrypto)

  it('gives back what a pinned key signed', async () => {
    expect(await openStatement(await sign(statement), trust, nodeCrypto)).toEqual(statement)
  })

  it('ignores members it does not know, and judges no expiry while the clock is not known', async () => {
    const jws = await sign({ ...statement, later: { version: 2 } })
    expect(await openStatement(jws, { ...trust, now: null }, nodeCrypto)).toEqual(statement)
    expect(await outcomeOf(() => openStatement(jws, { ...trust, now: 3699 }, nodeCrypto))).toBe('ok')
  })

  it.each([
    ['no pin', { pins: [] }],
    ['another pin', { pins: [stranger.kid] }],
    ['another origin', { issuer: 'https://other.example' }],
    ['an origin with a slash', { issuer: `${issuer}/` }],
    ['a sequence below the floor', { floor: 101 }],
    ['the end', { now: 3700 }],
    ['a time after the end', { now: 9999 }],
  ])('refuses %s', async (_, change) => {
    const jws = await sign(statement)
    expect(await outcomeOf(() => openStatement(jws, { ...trust, ...change }, nodeCrypto))).toBe(
      'statement_refused',
    )
  })

  const rule = statement.routes[0]
  it.each([
    ['no issuer', { iss: undefined }],
    ['a sequence as text', { seq: '100' }],
    ['a sequence beyond exact numbers', { seq: 1e300 }],
    ['a sequence more than a day ahead of its time', { seq: 100 + 86_401 }],
    ['no end', { exp: undefined }],
    ['a kid that is an alias', { keys: [{ kid: service.kid, jwk: token.publicJwk }] }],
    ['a private half', { keys: [{ kid: token.kid, jwk: { ...token.publicJwk, d: token.publicJwk.x } }] }],
    ['a missing endpoint', { endpoints: { ...statement.endpoints, token: undefined } }],
    ['an endpoint on another host', { endpoints: { ...statement.endpoints, token: '//evil.example/token' } }],
    [
      'an endpoint with its own origin',
      { endpoints: { ...statement.endpoints, token: 'https://evil.example/' } },
    ],
    ['an endpoint with dot segments', { endpoints: { ...statement.endpoints, token: '/holdfast/../token' } }],
    ['an endpoint with a query', { endpoints: { ...statement.endpoints, time: '/holdfast/time?a' } }],
    ['a policy nobody knows', { routes: [{ ...rule, policy: 'hidden' }] }],
    ['a signer nobody knows', { routes: [{ ...rule, signer: 'none' }] }],
    ['a rule that says more', { routes: [{ ...rule, seal: true }] }],
    ['a rule with an encoded path', { routes: [{ ...rule, path: '/a%20b' }] }],
    ['a rule with methods in lower case', { routes: [{ ...rule, methods: ['get'] }] }],
    ['a rule with fields in capitals', { routes: [{ ...rule, fields: ['X-Amount'] }] }],
    ['a rule that covers the signature', { routes: [{ ...rule, fields: ['signature'] }] }],
    ['a list for routes', { routes: {} }],
    ['no client', { client: undefined }],
  ])('refuses a statement with %s', async (_, change) => {
    const jws = await sign({ ...statement, ...change })
    expect(await outcomeOf(() => openStatement(jws, trust, nodeCrypto))).toBe('statement_refused')
  })

  it('refuses what it cannot believe', async () => {
    const good = await sign(statement)
    const [header, , signature] = good.split('.') as [string, string, string]
    const forged = `${header}.${toBase64url(utf8(JSON.stringify({ ...statement, seq: 101 })))}.${signature}`
    // The pinned key in the header, another key's signature.
    const stolen = await signStatement(statement, service.publicJwk, stranger.privateKey, nodeCrypto)
    const named = await signJws(
      'hf-statement+jwt',
      { kid: service.kid },
      statement,
      service.privateKey,
      nodeCrypto,
    )
    const token1 = await signJws(
      'at+jwt',
      { jwk: service.publicJwk },
      statement,
      service.privateKey,
      nodeCrypto,
    )
    for (const jws of [forged, stolen, named, token1, '', `${good}.`]) {
      expect(await outcomeOf(() => openStatement(jws, trust, nodeCrypto))).toBe('statement_refused')
    }
  })

  it('refuses a pinned key that is no point of the curve', async () => {
    const jwk = { ...service.publicJwk, y: stranger.publicJwk.y }
    const jws = await signStatement(statement, jwk, service.privateKey, nodeCrypto)
    const pins = [await thumbprint(jwk, nodeCrypto)]
    expect(await outcomeOf(() => openStatement(jws, { ...trust, pins }, nodeCrypto))).toBe(
      'statement_refused',
    )
  })
})
