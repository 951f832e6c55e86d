import { deviceGrant, passcodeGrant, refreshGrant, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  begin,
  finishBody,
  guess,
  isSigned,
  newPhone,
  open,
  openHouse,
  type OpenHouse,
  outcome,
  passcodeActions,
  type Phone,
  phoneWithPasscode,
  post,
  prove,
  register,
  signed,
  type Signer,
  told,
  type Told,
  tryOnce,
  unlock,
} from '../test/passcode.ts'
import { createKey, payloadOf } from '../test/stage.ts'

const passcode = '739164'
let house: OpenHouse
beforeEach(async () => {
  house = await openHouse()
})

describe('setting a passcode', () => {
  const startOf = async (signer: Signer): Promise<Told> =>
    post(house, signer, 'passcode/registrations', { request: registrationRequest })
  // Any group element: 2·G of ristretto255 (RFC 9496 appendix A.1).
  const registrationRequest = Buffer.from(
    '6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919',
    'hex',
  ).toString('base64url')
  const upload = toBase64url(nodeCrypto.random(192))

  test('needs an open session, the device key, and a fresh passcode where there is one', async () => {
    const { phone, tokens } = await phoneWithPasscode(house, passcode)
    const fresh = { key: phone.key, authorization: tokens.access_token }
    expect(await startOf({ key: phone.key })).toMatchObject({ error: 'token_missing' })
    expect(outcome(await startOf(fresh))).toBe('200')
    const { record } = (await startOf(fresh)) as unknown as { record: string }
    house.stage.pass(115)
    expect(outcome(await startOf(fresh))).toBe('200')
    const refreshed = await post(house, phone, 'token', {
      grant_type: refreshGrant,
      refresh_token: tokens.refresh_token,
    })
    const later = { key: phone.key, authorization: refreshed['access_token'] as string }
    house.stage.pass(110)
    expect(outcome(await startOf(later))).toBe('200')
    house.stage.pass(1)
    const again = await post(house, phone, 'token', {
      grant_type: refreshGrant,
      refresh_token: refreshed['refresh_token'],
    })
    const stale = { key: phone.key, authorization: again['access_token'] as string }
    house.stage.pass(100)
    for (const answer of [
      await startOf(stale),
      await post(house, stale, `passcode/registrations/${record}`, { upload }),
    ])
      expect(answer).toMatchObject({ status: 401, error: 'insufficient_user_authentication' })
  })

  test('stands beside the old one until a session was opened with it; then the old one and its sessions are gone', async () => {
    const { phone, record, tokens } = await phoneWithPasscode(house, passcode)
    const authorization = tokens.access_token
    const lost = await register(house, phone, '222333', { authorization })
    const next = await register(house, phone, '445566', { authorization })
    expect(await tryOnce(house, phone, lost.record)).toMatchObject({ error: 'passcode_not_set' })
    await open(house, phone, await prove(house, phone, { record, passcode }, 1))
    const proved = await prove(house, phone, { record: next.record, passcode: '445566' })
    expect((await prove(house, phone, { record, passcode }, 2)).release.number).toBe(2)
    await open(house, phone, proved)
    expect(await tryOnce(house, phone, record)).toMatchObject({ error: 'passcode_not_set' })
    expect(await startOf({ key: phone.key, authorization })).toMatchObject({ error: 'session_ended' })
    const kept = await house.stage.deployment.store.listPasscodes(phone.device)
    expect(kept).toMatchObject([{ id: next.record, state: 'current' }])
  })

  test('takes the record the service gave to this device, once', async () => {
    const phone = await newPhone(house)
    const signer = { key: phone.key, authorization: (await unlock(house, phone)).access_token }
    const { record } = (await startOf(signer)) as unknown as { record: string }
    const finish = (id: string, text = upload, as: Signer = signer): Promise<Told> =>
      post(house, as, `passcode/registrations/${id}`, { upload: text })
    const stranger = await newPhone(house, 'johann')
    const theirs = { key: stranger.key, authorization: (await unlock(house, stranger)).access_token }
    expect(await finish(record, upload, theirs)).toMatchObject({ error: 'grant_refused' })
    const forged = (record.startsWith('x') ? 'y' : 'x') + record.slice(1)
    expect(await finish(forged)).toMatchObject({ error: 'grant_refused' })
    expect(await finish(toBase64url(nodeCrypto.random(48)))).toMatchObject({ error: 'grant_refused' })
    expect(outcome(await finish(record))).toBe('200')
    expect(outcome(await finish(record))).toBe('200')
    const other = toBase64url(nodeCrypto.random(192))
    expect(await finish(record, other)).toMatchObject({ error: 'grant_refused' })
    expect((await passcodeActions(house)).filter((action) => action === 'passcode.registered')).toHaveLength(
      1,
    )
  })

  test('takes well-formed messages only', async () => {
    const phone = await newPhone(house)
    const signer = { key: phone.key, authorization: (await unlock(house, phone)).access_token }
    const bad = [
      { request: '_'.repeat(43) },
      { request: 'A'.repeat(42) },
      {},
      { request: registrationRequest, more: 1 },
    ]
    for (const body of bad)
      expect(await post(house, signer, 'passcode/registrations', body)).toMatchObject({
        error: 'bad_request',
      })
    const { record } = (await startOf(signer)) as unknown as { record: string }
    for (const body of [{ upload: 'A' }, { upload, attempt_key: {} }, { upload, held: 1 }])
      expect(await post(house, signer, `passcode/registrations/${record}`, body)).toMatchObject({
        error: 'bad_request',
      })
  })
})

describe('an attempt key', () => {
  let attempt: Signer
  let phone: Phone
  let record: string
  let authorization: string
  beforeEach(async () => {
    const attemptKey = await createKey()
    const made = await phoneWithPasscode(house, passcode, { attemptKey })
    ;({ phone, record } = made)
    attempt = { key: attemptKey }
    authorization = made.tokens.access_token
  })

  test('signs a login, and the device key opens the session', async () => {
    const proved = await prove(house, phone, { record, passcode, signer: attempt }, 1)
    const { access_token: token } = await open(house, phone, proved)
    expect(payloadOf(token)).toMatchObject({ acr: 'passcode', hf_dev: phone.key.thumbprint })
  })

  test('proves a login under its own name alone', async () => {
    const login = await begin(house, phone, { record, passcode, signer: attempt })
    const body = await finishBody(login, phone, 1)
    const target = `passcode/logins/${login.login}`
    expect(await post(house, attempt, target, body)).toMatchObject({ error: 'passcode_refused' })
    expect(outcome(await post(house, phone, target, body))).toBe('200')
  })

  test('signs nothing else', async () => {
    const { login } = await prove(house, phone, { record, passcode }, 1)
    const { jwk } = await createKey()
    const key = attempt.key
    const ack = { number: 1, mark: 0 }
    const refusals = [
      await post(house, attempt, 'token', { grant_type: deviceGrant, session_key: jwk }),
      await post(house, attempt, 'token', {
        grant_type: passcodeGrant,
        session_key: jwk,
        factor: login,
        ack,
      }),
      await post(house, attempt, 'certificate', {}),
      await post(house, { key, authorization }, 'passcode/registrations', { request: 'A'.repeat(43) }),
      await post(house, { key, authorization }, 'presence/registrations', { kind: 'key' }),
      await post(house, { key, authorization }, 'reports', {}),
    ]
    expect(refusals.map(outcome)).toEqual([
      'grant_refused',
      'grant_refused',
      'grant_refused',
      'signature_invalid',
      'signature_invalid',
      'signature_invalid',
    ])
  })

  test('is not a key that signs something else, nor that of another phone', async () => {
    const { jwk, ...session } = await createKey()
    const other = await newPhone(house, 'johann')
    const unlocked = await post(house, other, 'token', { grant_type: deviceGrant, session_key: jwk })
    const token = unlocked['access_token'] as string
    for (const attemptKey of [other.key, { jwk, ...session }, attempt.key])
      await expect(register(house, other, passcode, { authorization: token, attemptKey })).rejects.toThrow(
        'grant_refused',
      )
  })

  test.each(['suspended', 'revoked'] as const)(
    'of a %s phone gets a refusal it can believe',
    async (state) => {
      const { store } = house.stage.deployment
      if (state === 'revoked') await house.server.devices.revoke(phone.device, 'admin')
      else {
        const audit = { at: 0, action: 'x', actor: 'x', user: null, device: null, detail: {} }
        await store.suspendDevice(phone.device, 'clone', house.stage.deployment.clock.now(), audit)
      }
      const code = state === 'revoked' ? 'device_revoked' : 'identity_proof_required'
      for (const signer of [attempt, phone]) {
        const { head, json } = await signed(house, signer, 'passcode/logins', guess(record, passcode).body)
        const answer = await house.server.answer(head, Buffer.from(JSON.stringify(json)))
        expect([told(answer).error, isSigned(answer)]).toEqual([code, true])
      }
    },
  )
})
