import { defaultRule, deviceGrant, refreshGrant, type TokenResponse } from '@holdfast/core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Bound,
  bindPhone,
  createKey,
  createStage,
  fifty,
  origin,
  payloadOf,
  refusal,
  type Sent,
  send,
  type Stage,
  tally,
  type TestKey,
  user,
} from '../test/stage.ts'
import { createVerifier } from './request.ts'
import { createSessionCache } from './session-cache.ts'

let stage: Stage
let phone: Bound
beforeEach(async () => {
  stage = await createStage()
  phone = await bindPhone(stage)
})

const tokenCall = (json: unknown, key: TestKey = phone.key) =>
  send(stage, key, { method: 'POST', target: '/holdfast/token', json })
const token = ({ head, json }: Sent) => stage.sessions.token(head, json)
const unlockCall = async (session?: TestKey) =>
  tokenCall({ grant_type: deviceGrant, session_key: (session ?? (await createKey())).jwk })
const unlock = async (session?: TestKey) => token(await unlockCall(session))
const refreshCall = (refresh: string, key?: TestKey) =>
  tokenCall({ grant_type: refreshGrant, refresh_token: refresh }, key)
const refresh = async (refreshToken: string) => token(await refreshCall(refreshToken))
const claimsOf = ({ access_token: jws }: TokenResponse) => payloadOf(jws)
const audit = async () => stage.deployment.store.readAudit({ limit: 500 })

async function revoke(): Promise<void> {
  const { store, clock } = stage.deployment
  const entry = { at: clock.now(), action: 'x', actor: 'x', user: null, device: null, detail: {} }
  await store.revokeDevice(phone.device, clock.now(), entry)
}

describe('unlock', () => {
  test('only so often in a minute', async () => {
    for (let i = 0; i < 30; i++) await unlock()
    expect(await refusal(unlock())).toBe('rate_limited')
    stage.pass(60)
    await unlock()
  })

  test('gives tokens bound to the session key and the device', async () => {
    const session = await createKey()
    const response = await unlock(session)
    expect(response).toMatchObject({ token_type: 'Holdfast', expires_in: 120, session_expires_in: 1800 })
    const claims = claimsOf(response)
    const now = stage.deployment.clock.now() / 1000
    expect(claims).toMatchObject({
      iss: origin,
      aud: origin,
      sub: user,
      client_id: phone.device,
      iat: now,
      exp: now + 120,
      auth_time: now,
      cnf: { jkt: session.thumbprint, jwk: session.jwk },
      hf_dev: phone.key.thumbprint,
    })
    const found = await stage.deployment.store.findSession(claims.sid)
    expect(found?.family).toMatchObject({ deviceId: phone.device, sessionKeyThumbprint: session.thumbprint })
    expect(JSON.stringify(found)).not.toContain(response.refresh_token)
  })

  test('the same bytes get the same tokens for ten minutes, and start one session', async () => {
    const call = await unlockCall()
    const first = await token(call)
    stage.pass(9 * 60)
    expect(await token(call)).toEqual(first)
    expect((await audit()).filter(({ action }) => action === 'session.started')).toHaveLength(1)
    stage.pass(2 * 60)
    expect(await refusal(token(call))).toBe('signature_expired')
  })

  test('twins at the same time start one session', async () => {
    const call = await unlockCall()
    const answers = await Promise.all(fifty(() => token(call)))
    expect(new Set(answers.map((answer) => answer.access_token)).size).toBe(1)
  })

  test('an unknown device, a foreign signature and a revoked device are refused', async () => {
    const session = await createKey()
    const json = { grant_type: deviceGrant, session_key: session.jwk }
    expect(await refusal(token(await tokenCall(json, await createKey())))).toBe('grant_refused')
    const impostor = { ...(await createKey()), thumbprint: phone.key.thumbprint }
    expect(await refusal(token(await tokenCall(json, impostor)))).toBe('signature_invalid')
    const call = await unlockCall()
    await token(call)
    await revoke()
    expect(await refusal(token(await tokenCall(json)))).toBe('device_revoked')
    // Not even the answer it had before.
    expect(await refusal(token(call))).toBe('device_revoked')
  })

  test('a revocation between the look and the act wins', async () => {
    const { store } = stage.deployment
    const late = {
      ...store,
      async startFamily(...input: Parameters<typeof store.startFamily>): Promise<boolean> {
        await revoke()
        return store.startFamily(...input)
      },
    }
    const racing = await createStage({}, { ...stage.deployment, store: late })
    const { head, json } = await unlockCall()
    expect(await refusal(racing.sessions.token(head, json))).toBe('device_revoked')
  })

  test('the device key is no session key, and a point off the curve is no key', async () => {
    expect(await refusal(unlock(phone.key))).toBe('grant_refused')
    const { jwk } = await createKey()
    const off = { ...jwk, y: jwk.x }
    expect(await refusal(token(await tokenCall({ grant_type: deviceGrant, session_key: off })))).toBe(
      'bad_request',
    )
    expect(await refusal(token(await tokenCall({ grant_type: 'password' })))).toBe('bad_request')
  })

  test('no token outlives its session', async () => {
    stage = await createStage({
      session: {
        accessSeconds: 300,
        maxSeconds: 200,
        idleSeconds: 300,
        unlocksPerMinute: 30,
        graceSeconds: 10,
      },
    })
    phone = await bindPhone(stage)
    stage.pass(0.7)
    const first = await unlock()
    expect(first).toMatchObject({ expires_in: 200, session_expires_in: 200 })
    stage.pass(149.3)
    const second = await refresh(first.refresh_token)
    expect(second).toMatchObject({ expires_in: 50, session_expires_in: 50 })
    // Alive for another 0.6 seconds, but no token of whole seconds fits in.
    stage.pass(50.1)
    expect(await refusal(refresh(second.refresh_token))).toBe('session_ended')
  })
})

describe('refresh', () => {
  test('goes on under the same session key with a new token', async () => {
    const session = await createKey()
    const first = await unlock(session)
    stage.pass(200)
    const second = await refresh(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(second.session_expires_in).toBe(1600)
    const [before, after] = [claimsOf(first), claimsOf(second)]
    expect(after).toMatchObject({ sid: before.sid, auth_time: before.iat, iat: before.iat + 200 })
    expect(after['cnf']).toEqual({ jkt: session.thumbprint, jwk: session.jwk })
    expect(after['jti']).not.toBe(before['jti'])
  })

  test('ends after five idle minutes and after thirty whatever is done', async () => {
    const idle = await unlock()
    stage.pass(300)
    expect(await refusal(refresh(idle.refresh_token))).toBe('session_ended')
    let busy = await unlock()
    for (let i = 0; i < 7; i++) {
      stage.pass(240)
      busy = await refresh(busy.refresh_token)
    }
    expect(busy.expires_in).toBe(120)
    stage.pass(120)
    expect(await refusal(refresh(busy.refresh_token))).toBe('session_ended')
  })

  test('the same bytes get the same answer, even when the token has moved on', async () => {
    const first = await unlock()
    const call = await refreshCall(first.refresh_token)
    const second = await token(call)
    stage.pass(60)
    const third = await refresh(second.refresh_token)
    stage.pass(8 * 60)
    expect(await token(call)).toEqual(second)
    stage.pass(2 * 60)
    expect(await refusal(token(call))).toBe('signature_expired')
    expect(third.refresh_token).not.toBe(second.refresh_token)
  })

  test('fifty at once, each signed anew: one successor for all of them', async () => {
    const first = await unlock()
    const calls = await Promise.all(fifty(() => refreshCall(first.refresh_token)))
    const answers = await Promise.all(calls.map(token))
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1)
    expect((await audit()).filter(({ action }) => action === 'session.refreshed')).toHaveLength(1)
    await refresh(answers[0]?.refresh_token ?? '')
  })

  test('what the grace answered is repeated like any other answer', async () => {
    const first = await unlock()
    const second = await refresh(first.refresh_token)
    const call = await refreshCall(first.refresh_token)
    expect(await token(call)).toEqual(second)
    expect(await token(call)).toEqual(second)
    await refresh(second.refresh_token)
    stage.pass(9 * 60)
    expect(await token(call)).toEqual(second)
    stage.pass(2 * 60)
    expect(await refusal(token(call))).toBe('signature_expired')
  })

  test('fifty twins at once get one answer', async () => {
    const first = await unlock()
    const call = await refreshCall(first.refresh_token)
    const answers = await Promise.all(fifty(() => token(call)))
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1)
  })

  test('the predecessor after the grace ends the session for everybody', async () => {
    const first = await unlock()
    const second = await refresh(first.refresh_token)
    stage.pass(10)
    expect(await refresh(first.refresh_token)).toEqual(second)
    stage.pass(1)
    expect(await refusal(refresh(first.refresh_token))).toBe('session_ended')
    expect(await refusal(refresh(second.refresh_token))).toBe('session_ended')
    const entry = (await audit()).at(-1)
    expect(entry).toMatchObject({ action: 'session.reuse_detected', device: phone.device, user })
    expect(entry?.detail).toEqual({ sid: claimsOf(first).sid })
  })

  test('an older token ends the session at once; of fifty thieves nobody gains', async () => {
    const first = await unlock()
    const second = await refresh(first.refresh_token)
    const third = await refresh(second.refresh_token)
    const calls = await Promise.all(fifty(() => refreshCall(first.refresh_token)))
    expect(await tally(calls.map(token))).toEqual({ session_ended: 50 })
    expect(await refusal(refresh(third.refresh_token))).toBe('session_ended')
    expect((await audit()).filter(({ action }) => action === 'session.reuse_detected')).toHaveLength(1)
  })

  test('another device gains nothing with the token and harms nobody', async () => {
    const first = await unlock()
    const thief = await bindPhone(stage)
    expect(await refusal(token(await refreshCall(first.refresh_token, thief.key)))).toBe('grant_refused')
    await refresh(first.refresh_token)
  })

  test('unknown and malformed tokens are refused', async () => {
    expect(await refusal(refresh('A'.repeat(43)))).toBe('grant_refused')
    expect(await refusal(refresh('short'))).toBe('bad_request')
  })

  test('a revoked device is refused', async () => {
    const first = await unlock()
    await revoke()
    expect(await refusal(refresh(first.refresh_token))).toBe('device_revoked')
  })
})

describe('end', () => {
  test('ends the session, by either key, and again', async () => {
    const session = await createKey()
    const first = await unlock(session)
    const cache = await createSessionCache(stage.deployment)
    const verify = createVerifier(stage.deployment, cache)
    const end = async (key: TestKey): Promise<void> => {
      const authorization = first.access_token
      const call = await send(stage, key, { method: 'DELETE', target: '/holdfast/session', authorization })
      await stage.sessions.end(await verify(call.head, { ...defaultRule, own: true }))
    }
    await end(session)
    expect(await refusal(end(phone.key))).toBe('session_ended')
    expect(await refusal(refresh(first.refresh_token))).toBe('session_ended')
    expect((await audit()).at(-1)).toMatchObject({ action: 'session.ended', actor: phone.device })
    await cache.close()
  })
})
