import { type PresenceRegistrationChallenge, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { flag, newPasskey, verifiedUser } from '../test/authenticator.ts'
import {
  deliver,
  type House,
  newPhone,
  open,
  type Phone,
  phoneWithPasscode,
  post,
  prove,
  register,
  told,
  unlock,
} from '../test/passcode.ts'
import {
  ask,
  beginRegistration,
  bindPresence,
  type Bound,
  finishBody,
  openAnswer,
  openByPresence,
  type Owner,
  proofOf,
  provePresence,
  registering,
  type Twist,
  web,
} from '../test/presence.ts'
import { createKey, createStage, fifty, payloadOf, send, type TestKey } from '../test/stage.ts'
import type { Deployment } from './deployment.ts'
import { defaultPolicy } from './policy.ts'
import { createServer } from './server.ts'
import { createShares } from './share.ts'

const passcode = '739164'

async function openHouse(parts: Partial<Deployment> = { web }): Promise<House> {
  // Rates are not what these tests are about.
  const session = { ...defaultPolicy.session, unlocksPerMinute: 10_000 }
  const stage = await createStage({ session }, parts)
  return { stage, server: await createServer(stage.deployment) }
}

let house: House
let owner: Owner
let phone: Phone
let record: string
let attemptKey: TestKey
beforeEach(async () => {
  house = await openHouse()
  attemptKey = await createKey()
  const { tokens, ...made } = await phoneWithPasscode(house, passcode, { attemptKey })
  ;({ phone, record } = made)
  owner = { phone, authorization: tokens.access_token }
})

const audited = async (): Promise<string[]> =>
  (await house.stage.deployment.store.readAudit({ limit: 10_000 }))
    .map(({ action }) => action)
    .filter((action) => action.startsWith('presence.'))
const remove = async ({ authorization }: Owner) => {
  const target = '/holdfast/presence'
  const { head } = await send(house.stage, phone.key, { method: 'DELETE', target, authorization })
  return told(await house.server.answer(head, new Uint8Array()))
}
const freshPasscode = async (): Promise<string> =>
  (await open(house, phone, await prove(house, phone, { record, passcode }, 1))).access_token

describe('registration', () => {
  test('asks a browser for a passkey with user verification, and for its secret', async () => {
    const begun = await beginRegistration(house, owner, 'passkey')
    const { challenge } = begun as unknown as PresenceRegistrationChallenge
    expect(begun).toMatchObject({
      status: 200,
      options: {
        challenge,
        rp: { id: 'bank.example', name: 'bank.example' },
        user: { id: toBase64url(Buffer.from(phone.device)), name: 'Maria’s phone', displayName: '' },
        attestation: 'none',
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        extensions: {
          prf: { eval: { first: toBase64url(Buffer.from('holdfast biometric secret v1')) } },
        },
      },
    })
    expect(JSON.stringify(begun['options'])).not.toContain('credProps')
  })

  test.each(['passkey', 'key'] as const)('binds one %s, and another takes its place', async (kind) => {
    const first = await bindPresence(house, owner, kind)
    await provePresence(house, phone, first)
    const second = await bindPresence(house, owner, kind)
    expect(await post(house, phone, 'presence/challenges', { presence: first.presence })).toMatchObject({
      status: 409,
      error: 'presence_unknown',
    })
    expect((await provePresence(house, phone, second)).release.number).toBe(0)
    expect(await audited()).toEqual([
      'presence.registered',
      'presence.proved',
      'presence.registered',
      'presence.proved',
    ])
  })

  test.each([
    ['a passkey its maker copies', flag.be | flag.bs, true],
    ['one he could copy', flag.be, true],
    ['one that stays where it is', 0, false],
  ])('says of %s whether it is synced', async (_name, flags, synced) => {
    const { presence } = await bindPresence(house, owner, 'passkey', {
      ceremony: { flags: verifiedUser | flags, counter: 4 },
    })
    const found = await house.stage.deployment.store.findPresence(presence)
    expect(found).toMatchObject({ synced, counter: 4, kind: 'passkey', deviceId: phone.device })
  })

  test.each<[string, Twist]>([
    ['without user verification', { ceremony: { flags: flag.up } }],
    ['without user presence', { ceremony: { flags: flag.uv } }],
    ['at another origin', { ceremony: { origin: 'https://evil.example' } }],
    ['for another relying party', { ceremony: { rpId: 'evil.example' } }],
    ['within a frame of somebody else', { ceremony: { client: { crossOrigin: true } } }],
    ['below a page of somebody else', { ceremony: { client: { topOrigin: 'https://evil.example' } } }],
    ['as an assertion', { ceremony: { client: { type: 'webauthn.get' } } }],
    ['backed up, and not to be backed up', { ceremony: { flags: verifiedUser | flag.bs } }],
    ['with another challenge', { statement: { challenge: toBase64url(new Uint8Array(32)) } }],
    ['for another device', { statement: { device_key: toBase64url(new Uint8Array(32)) } }],
    ['for another service', { statement: { iss: 'https://evil.example' } }],
    ['without a response', { body: { response: {} } }],
  ])('refuses a passkey made %s', async (_name, twist) => {
    expect(await registering(house, owner, newPasskey(), twist)).toMatchObject({
      status: 403,
      error: 'presence_refused',
    })
    expect(await audited()).toEqual(['presence.refused'])
  })

  test('refuses a passkey under the name of another', async () => {
    const two = [newPasskey().id, newPasskey().id]
    for (const [id, rawId] of [two, [two[0], two[0]]]) {
      const begun = await beginRegistration(house, owner, 'passkey')
      const { registration, challenge } = begun as unknown as PresenceRegistrationChallenge
      const body = await finishBody(phone, challenge, newPasskey())
      const response = { ...(body['response'] as object), id, rawId }
      const answer = await post(
        house,
        { key: phone.key, authorization: owner.authorization },
        `presence/registrations/${registration}`,
        { ...body, response },
      )
      expect(answer.error).toBe('presence_refused')
    }
  })

  test('refuses a key that is in use as another, or that did not sign', async () => {
    const other = await newPhone(house)
    const session = await createKey()
    const stranger = await createKey()
    for (const key of [phone.key, other.key, attemptKey])
      expect((await registering(house, owner, key)).error).toBe('presence_refused')
    const forged = { ...session, privateKey: stranger.privateKey }
    expect((await registering(house, owner, forged)).error).toBe('presence_refused')
    const offCurve = { ...session, jwk: { ...session.jwk, y: session.jwk.x } }
    expect((await registering(house, owner, offCurve)).error).toBe('bad_request')
    expect((await registering(house, owner, session, { statement: { held: 1 } })).error).toBe(
      'presence_refused',
    )
    expect(await house.stage.deployment.store.findPresenceOf(phone.device)).toBeNull()
  })

  test('takes the answer to a challenge once, in time, from its device', async () => {
    const begun = await beginRegistration(house, owner, 'key')
    const { registration, challenge } = begun as unknown as PresenceRegistrationChallenge
    const key = await createKey()
    const body = await finishBody(phone, challenge, key)
    const finish = (by: Owner) =>
      post(
        house,
        { key: by.phone.key, authorization: by.authorization },
        `presence/registrations/${registration}`,
        body,
      )
    const stranger = await phoneWithPasscode(house, passcode)
    const strange = { phone: stranger.phone, authorization: stranger.tokens.access_token }
    expect((await finish(strange)).error).toBe('presence_refused')
    const outcomes = await Promise.all(fifty(() => finish(owner)))
    const counts = { passed: outcomes.filter(({ status }) => status === 200).length }
    expect(counts).toEqual({ passed: 1 })
    expect(new Set(outcomes.map(({ error }) => error))).toEqual(new Set([undefined, 'presence_refused']))
  })

  test('takes no answer after its time', async () => {
    const late = await beginRegistration(house, owner, 'key')
    const { registration, challenge } = late as unknown as PresenceRegistrationChallenge
    const body = await finishBody(phone, challenge, await createKey())
    house.stage.pass(defaultPolicy.factor.lifeSeconds)
    const authorization = await freshPasscode()
    const target = `presence/registrations/${registration}`
    expect((await post(house, { key: phone.key, authorization }, target, body)).error).toBe(
      'presence_refused',
    )
  })

  test('is the second way in: a device without a passcode has none', async () => {
    const bare = await newPhone(house)
    const { access_token: authorization } = await unlock(house, bare)
    const signer = { phone: bare, authorization }
    expect((await beginRegistration(house, signer, 'key')).error).toBe('passcode_not_set')
    // One that was set and never used is none yet.
    await register(house, bare, passcode, { authorization })
    expect((await beginRegistration(house, signer, 'key')).error).toBe('passcode_not_set')
  })

  test('wants a passcode given just now: presence and an old passcode bind and remove nothing', async () => {
    const bound = await bindPresence(house, owner, 'key')
    const begun = await beginRegistration(house, owner, 'key')
    const { registration, challenge } = begun as unknown as PresenceRegistrationChallenge
    const opened = await openByPresence(house, phone, await provePresence(house, phone, bound))
    const weaker = { phone, authorization: opened['access_token'] as string }
    const wanted = { status: 401, error: 'insufficient_user_authentication' }
    expect(await beginRegistration(house, weaker, 'key')).toMatchObject(wanted)
    const body = await finishBody(phone, challenge, await createKey())
    const signer = { key: phone.key, authorization: weaker.authorization }
    expect(await post(house, signer, `presence/registrations/${registration}`, body)).toMatchObject(wanted)
    expect(await remove(weaker)).toMatchObject(wanted)
    expect(await house.stage.deployment.store.findPresence(bound.presence)).not.toBeNull()
  })

  test('takes no passkey where no page may call', async () => {
    house = await openHouse({})
    const { phone: other, tokens } = await phoneWithPasscode(house, passcode)
    const signer = { phone: other, authorization: tokens.access_token }
    expect((await beginRegistration(house, signer, 'passkey')).error).toBe('presence_refused')
    expect((await bindPresence(house, signer, 'key')).presence).not.toBe('')
  })

  test('is removed with its share, and again', async () => {
    const bound = await bindPresence(house, owner, 'passkey')
    const proved = await provePresence(house, phone, bound)
    expect(await remove(owner)).toMatchObject({ status: 200 })
    expect(await remove(owner)).toMatchObject({ status: 200 })
    expect((await openByPresence(house, phone, proved)).error).toBe('grant_refused')
    expect(await house.stage.deployment.store.wipeCount()).toBe(1)
    expect((await audited()).filter((action) => action === 'presence.removed')).toHaveLength(1)
  })
})

describe('a proof', () => {
  let passkey: Bound
  beforeEach(async () => {
    passkey = await bindPresence(house, owner, 'passkey', { ceremony: { counter: 5 } })
  })

  test.each(['passkey', 'key'] as const)(
    'by a %s opens a session of its own class, again and again',
    async (kind) => {
      const bound = await bindPresence(house, owner, kind)
      const first = await provePresence(house, phone, bound)
      expect(first.release).toMatchObject({ number: 0, share: null })
      const opened = await openByPresence(house, phone, first)
      expect(payloadOf(opened['access_token'] as string)).toMatchObject({
        acr: 'presence',
        amr: ['pop', 'user'],
      })
      const second = await provePresence(house, phone, bound, 1)
      expect(second.release).toMatchObject({ number: 1, share: first.release.next_share })
      expect(second.release.mark).toBe(first.release.next_mark)
      expect(await openByPresence(house, phone, second)).toMatchObject({ status: 200 })
      // Each opens one session.
      expect((await openByPresence(house, phone, second)).error).toBe('grant_refused')
    },
  )

  test('may be signed by the attempt key, which opens nothing by itself', async () => {
    const key = await bindPresence(house, owner, 'key')
    const { factor, release } = await provePresence(house, phone, key, 0, { key: attemptKey })
    const thief = { ...phone, key: attemptKey }
    expect((await openByPresence(house, thief, { factor, release })).error).toBe('grant_refused')
    expect(await openByPresence(house, phone, { factor, release })).toMatchObject({ status: 200 })
  })

  test('asks for the one passkey that is bound', async () => {
    const { challenge, options } = await ask(house, phone, passkey.presence)
    expect(options).toMatchObject({
      challenge,
      rpId: 'bank.example',
      userVerification: 'required',
      allowCredentials: [{ id: passkey.passkey?.id, type: 'public-key' }],
      extensions: { prf: { eval: { first: toBase64url(Buffer.from('holdfast biometric secret v1')) } } },
    })
  })

  const otherKey = toBase64url(nodeCrypto.random(32))
  test.each<[string, Twist]>([
    ['without user verification', { ceremony: { flags: flag.up } }],
    ['without user presence', { ceremony: { flags: flag.uv } }],
    ['at another origin', { ceremony: { origin: 'https://evil.example' } }],
    ['for another relying party', { ceremony: { rpId: 'evil.example' } }],
    ['within a frame of somebody else', { ceremony: { client: { crossOrigin: true } } }],
    ['as a registration', { ceremony: { client: { type: 'webauthn.create' } } }],
    ['with a counter that stands still', { ceremony: { counter: 5 } }],
    ['with a counter that goes back', { ceremony: { counter: 4 } }],
    ['with a counter that is gone', { ceremony: { counter: 0 } }],
    ['by one that is copied now', { ceremony: { flags: verifiedUser | flag.be } }],
    ['with the bare challenge', { ceremony: { challenge: new Uint8Array(32) } }],
    ['for another reply key', { body: { reply_key: otherKey } }],
    ['for another share', { body: { held: 1 } }],
    ['for another device', { statement: { device_key: otherKey } }],
    ['for another service', { statement: { iss: 'https://evil.example' } }],
    ['of another kind', { body: { kind: 'key', proof: 'a.b.c', response: undefined } }],
    ['without a response', { body: { response: { id: 'x' } } }],
  ])('is refused %s', async (_name, twist) => {
    const good = { counter: 6, ...twist.ceremony }
    const { sent, id } = await proofOf(house, phone, passkey, { ...twist, ceremony: good })
    const answer = await deliver(house, sent)
    expect(answer).toMatchObject({ status: 403, error: 'presence_refused' })
    expect(await audited()).toEqual(['presence.registered', 'presence.refused'])
    expect(await house.stage.deployment.store.findFactor(id, 0)).toBeNull()
  })

  test.each<[string, Twist]>([
    ['for another reply key', { body: { reply_key: otherKey } }],
    ['for another share', { body: { held: 1 } }],
    ['for another device', { statement: { device_key: otherKey } }],
    ['as a passkey', { body: { kind: 'passkey', response: {}, proof: undefined } }],
    ['with anything else', { body: { proof: 'a.b.c' } }],
  ])('by a key is refused %s', async (_name, twist) => {
    const key = await bindPresence(house, owner, 'key')
    const { sent } = await proofOf(house, phone, key, twist)
    expect((await deliver(house, sent)).error).toBe('presence_refused')
  })

  test('is refused by another passkey or key', async () => {
    const other = { ...passkey, passkey: newPasskey() }
    const { sent } = await proofOf(house, phone, other, { ceremony: { counter: 6 } })
    expect((await deliver(house, sent)).error).toBe('presence_refused')
    const key = await bindPresence(house, owner, 'key')
    const { sent: forged } = await proofOf(house, phone, { ...key, key: await createKey() })
    expect((await deliver(house, forged)).error).toBe('presence_refused')
  })

  test('uses its challenge up, right or wrong, and raises the counter', async () => {
    const asked = await ask(house, phone, passkey.presence)
    const wrong = await proofOf(house, phone, passkey, { asked, ceremony: { counter: 6, flags: flag.up } })
    expect((await deliver(house, wrong.sent)).error).toBe('presence_refused')
    const right = await proofOf(house, phone, passkey, { asked, ceremony: { counter: 6 } })
    expect((await deliver(house, right.sent)).error).toBe('presence_refused')
    const again = await proofOf(house, phone, passkey, { ceremony: { counter: 6 } })
    await openAnswer(again, await deliver(house, again.sent))
    expect((await house.stage.deployment.store.findPresence(passkey.presence))?.counter).toBe(6)
  })

  test('answers its challenge once, whoever races, and the same request again alike', async () => {
    const asked = await ask(house, phone, passkey.presence)
    const proofs = await Promise.all(
      fifty((index) => proofOf(house, phone, passkey, { asked, ceremony: { counter: 6 + index } })),
    )
    const answers = await Promise.all(proofs.map(({ sent }) => deliver(house, sent)))
    const winner = answers.findIndex(({ status }) => status === 200)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ error }) => error === 'presence_refused')).toHaveLength(49)
    const won = proofs[winner]
    if (won === undefined) throw new Error('one of them won')
    const repeated = await deliver(house, won.sent)
    expect(repeated).toEqual(answers[winner])
    expect((await openAnswer(won, repeated)).release.number).toBe(0)
  })

  test('gives its share to the same bytes no more once it opened a session, or the device was wiped', async () => {
    const used = await proofOf(house, phone, passkey, { ceremony: { counter: 6 } })
    await openByPresence(house, phone, await openAnswer(used, await deliver(house, used.sent)))
    expect((await deliver(house, used.sent)).error).toBe('grant_refused')
    const left = await proofOf(house, phone, passkey, { held: 1, ceremony: { counter: 7 } })
    await openAnswer(left, await deliver(house, left.sent))
    await createShares(house.stage.deployment).wipe(phone.device, 'admin')
    expect((await deliver(house, left.sent)).error).toBe('grant_refused')
  })

  test('comes in time, from the device that asked', async () => {
    const asked = await ask(house, phone, passkey.presence)
    const other = await phoneWithPasscode(house, passcode)
    const stolen = await proofOf(house, other.phone, passkey, { asked, ceremony: { counter: 6 } })
    expect((await deliver(house, stolen.sent)).error).toBe('presence_refused')
    expect(
      (await post(house, other.phone, 'presence/challenges', { presence: passkey.presence })).error,
    ).toBe('presence_unknown')
    house.stage.pass(defaultPolicy.factor.lifeSeconds)
    const late = await proofOf(house, phone, passkey, { asked, ceremony: { counter: 6 } })
    expect((await deliver(house, late.sent)).error).toBe('presence_refused')
  })

  test('needs a key to answer to, and a body that is one', async () => {
    const { sent } = await proofOf(house, phone, passkey, { body: { reply_key: 'short' } })
    expect((await deliver(house, sent)).error).toBe('bad_request')
    const more = await proofOf(house, phone, passkey, { body: { more: 1 } })
    expect((await deliver(house, more.sent)).error).toBe('bad_request')
  })

  test('is asked for so often and no more', async () => {
    const strict = { ...defaultPolicy.session, unlocksPerMinute: 5 }
    const stage = await createStage({ session: strict }, { web })
    house = { stage, server: await createServer(stage.deployment) }
    const made = await phoneWithPasscode(house, passcode)
    const bound = await bindPresence(
      house,
      { phone: made.phone, authorization: made.tokens.access_token },
      'key',
    )
    for (let i = 0; i < 10; i++) await ask(house, made.phone, bound.presence)
    const answer = await post(house, made.phone, 'presence/challenges', { presence: bound.presence })
    expect(answer.error).toBe('rate_limited')
  })
})
