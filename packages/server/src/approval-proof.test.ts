import { toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  actions,
  approve,
  type Customer,
  demand,
  type Demanded,
  newCustomer,
  openBank,
  orderOf,
  passcode,
  type ProofBody,
  proofOf,
  prove,
  type Twist,
} from '../test/approval.ts'
import { flag } from '../test/authenticator.ts'
import {
  begin,
  complete,
  finishBody,
  guess,
  open,
  type OpenHouse,
  outcome,
  post,
  prove as proveLogin,
  register,
  type Told,
  wrongPasscode,
} from '../test/passcode.ts'
import { bindPresence } from '../test/presence.ts'
import { createKey } from '../test/stage.ts'

let bank: OpenHouse
beforeEach(async () => {
  bank = await openBank()
})

const ask = async (customer: Customer, target = '/transfers'): Promise<Demanded> => {
  const body = target === '/card-limits' ? { body: { card: 'c1' } } : {}
  return demand(bank, await orderOf(bank, customer, { target, ...body }))
}
const refusals = async (): Promise<number> =>
  (await actions(bank)).filter((action) => action === 'approval.refused').length

describe('a presence key', () => {
  let maria: Customer
  let asked: Demanded
  beforeEach(async () => {
    maria = await newCustomer(bank, { presence: 'key' })
    asked = await ask(maria)
  })

  test('approves what was asked, and says so again', async () => {
    const body = await proofOf(bank, maria, asked, 'key')
    expect(await prove(bank, maria, asked.id, body)).toMatchObject({ status: 200, state: 'approved' })
    expect(await prove(bank, maria, asked.id, body)).toMatchObject({ status: 200, state: 'approved' })
    expect(await actions(bank)).toEqual(['approval.asked', 'approval.approved'])
  })

  test('in many calls at once approves once', async () => {
    const bodies = await Promise.all(Array.from({ length: 20 }, () => proofOf(bank, maria, asked, 'key')))
    const answers = await Promise.all(bodies.map((body) => prove(bank, maria, asked.id, body)))
    expect(new Set(answers.map(({ state }) => state))).toEqual(new Set(['approved']))
    expect(await actions(bank)).toEqual(['approval.asked', 'approval.approved'])
  })

  test('says nothing else, and no other key says it', async () => {
    const other = await ask(maria)
    const wrongs: Twist[] = [
      { signer: maria.phone.key },
      { signer: await createKey() },
      { kid: 'another' },
      { statement: { approval: other.id } },
      { statement: { challenge: toBase64url(nodeCrypto.random(32)) } },
      { statement: { shown: toBase64url(nodeCrypto.random(32)) } },
      { statement: { acr: 'passcode' } },
      { statement: { iss: 'https://evil.example' } },
    ]
    for (const twist of wrongs) {
      const body = await proofOf(bank, maria, asked, 'key', twist)
      expect(await prove(bank, maria, asked.id, body)).toMatchObject({ error: 'presence_refused' })
    }
    const elsewhere = await proofOf(bank, maria, other, 'key')
    expect(await prove(bank, maria, asked.id, elsewhere)).toMatchObject({ error: 'presence_refused' })
    expect(await refusals()).toBe(wrongs.length + 1)
    expect(await approve(bank, maria, asked)).toMatchObject({ state: 'approved' })
  })

  test('that took the place of the one that was asked says nothing', async () => {
    const bound = await bindPresence(bank, maria, 'key')
    expect(await approve(bank, { ...maria, bound }, asked)).toMatchObject({ error: 'presence_refused' })
    const later = await ask(maria)
    expect(await approve(bank, maria, later)).toMatchObject({ error: 'presence_refused' })
    expect(await approve(bank, { ...maria, bound }, later)).toMatchObject({ state: 'approved' })
  })

  test('is not enough where a passcode is asked for', async () => {
    const card = await ask(maria, '/card-limits')
    const refused = await approve(bank, maria, card, 'key')
    expect(refused).toMatchObject({
      status: 401,
      error: 'insufficient_user_authentication',
      acr_values: 'passcode',
    })
    expect(await approve(bank, maria, card, 'passcode')).toMatchObject({ state: 'approved' })
  })

  test('speaks to an approval there is, for its device, before its user said no', async () => {
    const body = await proofOf(bank, maria, asked, 'key')
    expect(await prove(bank, maria, toBase64url(nodeCrypto.random(16)), body)).toMatchObject({
      error: 'approval_refused',
    })
    expect(await prove(bank, maria, asked.id, { ...body, more: 1 })).toMatchObject({ error: 'bad_request' })
    expect(await prove(bank, maria, asked.id, { ...body, kind: 'voice' })).toMatchObject({
      error: 'bad_request',
    })
    const { store } = bank.stage.deployment
    const at = bank.stage.deployment.clock.now()
    const audit = { at, action: 'approval.declined', actor: 'x', user: null, device: null, detail: {} }
    expect(await store.declineApproval(asked.id, maria.phone.device, at, audit)).toBe(true)
    expect(await prove(bank, maria, asked.id, body)).toMatchObject({ error: 'approval_refused' })
  })

  test('is tried twenty times a minute', async () => {
    const { approval } = bank.stage.deployment.policy
    bank = await openBank({}, { policy: { approval: { ...approval, perMinute: 20 } } })
    maria = await newCustomer(bank, { presence: 'key' })
    asked = await ask(maria)
    const wrong = await proofOf(bank, maria, asked, 'key', { kid: 'another' })
    const outcomes: string[] = []
    for (let i = 0; i < 21; i++) outcomes.push(outcome(await prove(bank, maria, asked.id, wrong)))
    expect(outcomes).toEqual([...Array.from({ length: 20 }, () => 'presence_refused'), 'rate_limited'])
    expect(await refusals()).toBe(20)
    bank.stage.pass(60)
    expect(await approve(bank, maria, asked)).toMatchObject({ state: 'approved' })
  })
})

describe('a passkey', () => {
  let maria: Customer
  let asked: Demanded
  beforeEach(async () => {
    maria = await newCustomer(bank, { presence: 'passkey' })
    asked = await ask(maria)
  })

  test('approves, and its counter is counted', async () => {
    const first = await proofOf(bank, maria, asked, 'passkey', { ceremony: { counter: 7 } })
    expect(await prove(bank, maria, asked.id, first)).toMatchObject({ state: 'approved' })
    const again = await ask(maria)
    const copied = await proofOf(bank, maria, again, 'passkey', { ceremony: { counter: 7 } })
    expect(await prove(bank, maria, again.id, copied)).toMatchObject({ error: 'presence_refused' })
    const next = await proofOf(bank, maria, again, 'passkey', { ceremony: { counter: 8 } })
    expect(await prove(bank, maria, again.id, next)).toMatchObject({ state: 'approved' })
  })

  test('signs this challenge, on our page, with its user verified', async () => {
    const wrongs: Twist[] = [
      { ceremony: { challenge: nodeCrypto.random(32) } },
      { ceremony: { origin: 'https://evil.example' } },
      { ceremony: { rpId: 'evil.example' } },
      { ceremony: { flags: flag.up } },
      { ceremony: { client: { crossOrigin: true } } },
      { kid: 'another' },
      { statement: { shown: toBase64url(nodeCrypto.random(32)) } },
      { statement: { acr: 'passcode' } },
    ]
    for (const twist of wrongs) {
      const body = await proofOf(bank, maria, asked, 'passkey', twist)
      expect(await prove(bank, maria, asked.id, body)).toMatchObject({ error: 'presence_refused' })
    }
    const other = await ask(maria)
    const elsewhere = await proofOf(bank, maria, other, 'passkey')
    expect(await prove(bank, maria, asked.id, elsewhere)).toMatchObject({ error: 'presence_refused' })
    const right = await proofOf(bank, maria, asked, 'passkey')
    expect(await prove(bank, maria, asked.id, { ...right, response: {} })).toMatchObject({
      error: 'presence_refused',
    })
    expect(await refusals()).toBe(wrongs.length + 2)
    expect(await prove(bank, maria, asked.id, right)).toMatchObject({ state: 'approved' })
  })

  test('that was not bound here says nothing', async () => {
    const berta = await newCustomer(bank, { user: 'berta', presence: 'passkey' })
    const body = await proofOf(bank, { ...maria, bound: berta.bound }, asked, 'passkey')
    expect(await prove(bank, maria, asked.id, body)).toMatchObject({ error: 'presence_refused' })
    const plain = await newCustomer(bank, { user: 'carla' })
    const hers = await ask(plain)
    const wrong = await proofOf(bank, { ...plain, bound: berta.bound }, hers, 'passkey')
    expect(await prove(bank, plain, hers.id, wrong)).toMatchObject({ error: 'presence_refused' })
  })
})

describe('a passcode', () => {
  let maria: Customer
  let asked: Demanded
  beforeEach(async () => {
    maria = await newCustomer(bank)
    asked = await ask(maria)
  })
  const wrong = (approval: string): Promise<Told> =>
    post(bank, { key: maria.phone.key }, 'passcode/logins', guess(maria.record, wrongPasscode, approval).body)

  test('approves, and gives the tries back', async () => {
    expect(await wrong(asked.id)).toMatchObject({ status: 200, left: 4 })
    expect(await wrong(asked.id)).toMatchObject({ left: 3 })
    expect(await approve(bank, maria, asked)).toMatchObject({ state: 'approved' })
    expect(await wrong((await ask(maria)).id)).toMatchObject({ left: 4 })
  })

  test('that is wrong is counted, and locks', async () => {
    for (let left = 4; left >= 0; left--) expect(await wrong(asked.id)).toMatchObject({ left })
    const locked = await wrong(asked.id)
    expect(locked).toMatchObject({ status: 429, error: 'passcode_locked' })
    // The lock is that of the device: no way in is open meanwhile.
    const unlocking = guess(maria.record, passcode).body
    expect(await post(bank, { key: maria.phone.key }, 'passcode/logins', unlocking)).toMatchObject({
      error: 'passcode_locked',
    })
    bank.stage.pass(60)
    expect(await approve(bank, maria, asked)).toMatchObject({ state: 'approved' })
  })

  test('is not tried for an approval nobody waits for, so no try is lost', async () => {
    const berta = await newCustomer(bank, { user: 'berta' })
    const over = await ask(maria)
    await approve(bank, maria, over)
    const others = [over.id, (await ask(berta)).id, toBase64url(nodeCrypto.random(16))]
    for (const id of others) expect(await wrong(id)).toMatchObject({ error: 'approval_refused' })
    bank.stage.pass(300)
    expect(await wrong(asked.id)).toMatchObject({ error: 'approval_expired' })
    expect(await wrong((await ask(maria)).id)).toMatchObject({ left: 4 })
  })

  test('comes with the right last message, and with the word of the device key', async () => {
    const right = await proofOf(bank, maria, asked, 'passcode')
    const other = await ask(maria)
    const elsewhere = await proofOf(bank, maria, other, 'passcode')
    const unlocking = await begin(bank, maria.phone, { record: maria.record, passcode })
    const { ke3, proof } = await finishBody(unlocking, maria.phone)
    const attempt = await createKey()
    const wrongs: ProofBody[] = [
      { ...right, ke3: toBase64url(nodeCrypto.random(64)) },
      { ...right, proof: toBase64url(nodeCrypto.random(32)) },
      { ...right, login: elsewhere['login'] },
      { ...right, evidence: elsewhere.evidence },
      elsewhere,
      // A login that unlocks approves nothing.
      { ...right, login: unlocking.login, ke3, proof },
      await proofOf(bank, maria, asked, 'passcode', { signer: attempt }),
      await proofOf(bank, maria, asked, 'passcode', { statement: { acr: 'presence' } }),
    ]
    for (const body of wrongs)
      expect(await prove(bank, maria, asked.id, body)).toMatchObject({ error: 'passcode_refused' })
    expect(await refusals()).toBe(wrongs.length)
    expect(await prove(bank, maria, asked.id, right)).toMatchObject({ state: 'approved' })
  })

  test('that approves opens no session', async () => {
    const made = await begin(bank, maria.phone, { record: maria.record, passcode, approval: asked.id })
    const body = await finishBody(made, maria.phone)
    expect(await post(bank, maria.phone, `passcode/logins/${made.login}`, body)).toMatchObject({
      error: 'grant_refused',
    })
    await approve(bank, maria, asked)
    await expect(
      open(bank, maria.phone, {
        login: made.login,
        exportKey: made.exportKey,
        release: { number: 0, share: null, next_share: '', mark: 0, next_mark: 0 },
      }),
    ).rejects.toThrow('grant_refused')
  })

  test('is the one the device is opened with, not one that is still to be', async () => {
    const { access_token: authorization } = await open(
      bank,
      maria.phone,
      await proveLogin(bank, maria.phone, { record: maria.record, passcode }, 1),
    )
    const chosen = await register(bank, maria.phone, '555555', { authorization })
    const made = guess(chosen.record, '555555', asked.id)
    const begun = await post(bank, maria.phone, 'passcode/logins', made.body)
    expect(begun.status).toBe(200)
    const login = complete(maria.phone, '555555', made, begun as never)
    if (login === null) throw new Error('the passcode is wrong')
    const { ke3, proof } = await finishBody(login, maria.phone)
    const right = await proofOf(bank, maria, asked, 'passcode')
    expect(await prove(bank, maria, asked.id, { ...right, login: login.login, ke3, proof })).toMatchObject({
      error: 'passcode_refused',
    })
    expect(await prove(bank, maria, asked.id, right)).toMatchObject({ state: 'approved' })
  })
})
