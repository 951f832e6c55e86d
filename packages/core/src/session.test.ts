import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { outcome } from '../test/refusal.ts'
import {
  deviceGrant,
  parseTokenRequest,
  parseTokenResponse,
  passcodeGrant,
  presenceGrant,
} from './session.ts'

describe('parseTokenRequest', async () => {
  const { publicJwk } = await testKey()
  const unlock = { grant_type: deviceGrant, session_key: publicJwk }
  const refresh = { grant_type: 'refresh_token', refresh_token: 'A'.repeat(43) }

  const factor = { ...unlock, grant_type: passcodeGrant, factor: 'A'.repeat(22), ack: { number: 1, mark: 2 } }

  it('takes the four grants', () => {
    const presence = { ...factor, grant_type: presenceGrant }
    for (const request of [unlock, refresh, factor, presence])
      expect(parseTokenRequest(request)).toEqual(request)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', [unlock]],
    ['no grant', { session_key: publicJwk }],
    ['another grant', { ...unlock, grant_type: 'password' }],
    ['both at once', { ...unlock, ...refresh }],
    ['unlock without a key', { grant_type: deviceGrant }],
    ['unlock with a private half', { ...unlock, session_key: { ...publicJwk, d: publicJwk.x } }],
    ['unlock with a scope', { ...unlock, scope: 'all' }],
    ['refresh without a token', { grant_type: 'refresh_token' }],
    ['a short refresh token', { ...refresh, refresh_token: 'A' }],
    ['a refresh token with left-over bits', { ...refresh, refresh_token: `${'A'.repeat(42)}B` }],
    ['a new key with a refresh', { ...refresh, session_key: publicJwk }],
    ['a factor for the device grant', { ...factor, grant_type: deviceGrant }],
    ['a factor grant without a factor', { ...factor, factor: undefined }],
    ['a factor of no form', { ...factor, factor: 'A'.repeat(15) }],
    ['a factor grant without a key', { ...factor, session_key: undefined }],
    ['a factor grant without a word on shares', { ...factor, ack: undefined }],
    ['a share below none', { ...factor, ack: { number: -1, mark: 0 } }],
    ['half a mark', { ...factor, ack: { number: 0, mark: 0.5 } }],
    ['more than a word on shares', { ...factor, ack: { number: 0, mark: 0, share: 'A' } }],
  ])('refuses %s', (_, value) => {
    expect(outcome(() => parseTokenRequest(value))).toBe('bad_request')
  })
})

describe('parseTokenResponse', () => {
  const good = {
    access_token: 'a.b.c',
    token_type: 'Holdfast',
    expires_in: 300,
    refresh_token: 'A'.repeat(43),
    session_expires_in: 1800,
  }

  it('takes the five members and ignores what a later server adds', () => {
    expect(parseTokenResponse({ ...good, scope: 'all' })).toEqual(good)
  })

  it.each([
    ['null', null],
    ['a bearer token', { ...good, token_type: 'Bearer' }],
    ['no access token', { ...good, access_token: '' }],
    ['an access token without end', { ...good, access_token: 'a'.repeat(8193) }],
    ['no life', { ...good, expires_in: 0 }],
    ['a fraction of a second', { ...good, expires_in: 0.5 }],
    ['a life as text', { ...good, expires_in: '300' }],
    ['no refresh token', { ...good, refresh_token: undefined }],
  ])('refuses %s', (_, value) => {
    expect(outcome(() => parseTokenResponse(value))).toBe('answer_refused')
  })
})
