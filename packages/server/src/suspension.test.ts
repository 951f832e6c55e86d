import { deviceGrant, utf8 } from '@holdfast/core'
import { createServer } from '@holdfast/server'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { callOwn, enterPasscode, grantOf, provePasscode, setPasscode, unlockBy } from '../test/factors.ts'
import {
  createRig,
  enrol,
  jsonOf,
  type Key,
  newKey,
  type Phone,
  postSigned,
  type Rig,
  seconds,
  signedHead,
  unlock,
  type Unlocked,
} from '../test/rig.ts'

let rig: Rig
let phone: Phone
beforeEach(async () => {
  rig = await createRig()
  phone = await enrol(rig, 'ann')
})

type Answer = Awaited<ReturnType<typeof postSigned>>
const codeOf = (answer: Answer): string => answer.refusal?.code ?? 'none'
const isSigned = ({ fields }: Answer): boolean => fields.some(([name]) => name === 'signature')
const forget = (key: Key = phone.device): Promise<Answer> =>
  postSigned(rig, '/holdfast/passcode/forgotten', key, {})
const notices = (unlocked: Unlocked): Promise<Answer> =>
  callOwn(rig, unlocked, { method: 'GET', target: '/holdfast/notices' })
const deviceOf = () => rig.deployment.store.findDevice(phone.id)

describe('a forgotten passcode', () => {
  test('suspends the device and ends its sessions, on another node, too', async () => {
    const unlocked = await enterPasscode(rig, phone)
    const other: Rig = { ...rig, server: await createServer(rig.deployment) }
    expect(codeOf(await callOwn(other, unlocked, { method: 'GET', target: '/holdfast/notices' }))).toBe(
      'none',
    )
    expect(codeOf(await forget())).toBe('none')
    expect((await deviceOf())?.suspendedFor).toBe('passcode_forgotten')
    for (const node of [rig, other]) {
      await vi.waitFor(
        async () => {
          const answer = await callOwn(node, unlocked, { method: 'GET', target: '/holdfast/notices' })
          expect(codeOf(answer)).toBe('identity_proof_required')
          expect(isSigned(answer)).toBe(true)
        },
        { timeout: 20_000 },
      )
    }
    await other.server.close()
  })

  test('may be said again, and is written down once', async () => {
    await enterPasscode(rig, phone)
    const answers = await Promise.all(Array.from({ length: 50 }, () => forget()))
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['none']))
    expect(codeOf(await forget())).toBe('none')
    const entries = await rig.deployment.store.readAudit({ limit: 1000 })
    expect(entries.filter(({ action }) => action === 'passcode.forgotten')).toHaveLength(1)
  })

  test('is believed of the attempt key, whose refusals are signed afterwards', async () => {
    const attempt = await newKey()
    const names = { jwk: attempt.pair.publicJwk, thumbprint: attempt.signer.thumbprint }
    const record = await setPasscode(rig, phone, names)
    await unlockBy(rig, phone, 'passcode', await provePasscode(rig, phone, record))
    expect(codeOf(await forget(attempt))).toBe('none')
    expect(codeOf(await forget(attempt))).toBe('none')
    const login = { record, ke1: 'A'.repeat(128) }
    const refused = await postSigned(rig, '/holdfast/passcode/logins', attempt, login)
    expect(codeOf(refused)).toBe('identity_proof_required')
    expect(isSigned(refused)).toBe(true)
  })

  test('is not believed of a stranger, nor of an old message', async () => {
    expect(codeOf(await forget(await newKey()))).toBe('grant_refused')
    const call = { method: 'POST', target: '/holdfast/passcode/forgotten', key: phone.device }
    const head = await signedHead({ ...call, created: seconds(rig.clock) - 61 })
    expect(codeOf(await rig.server.answer(head, new Uint8Array()))).toBe('signature_expired')
    expect((await deviceOf())?.suspendedFor).toBeNull()
  })

  test('says nothing else, however deep it is nested', async () => {
    const call = { method: 'POST', target: '/holdfast/passcode/forgotten', key: phone.device }
    const fields = [['content-type', 'application/json']] as const
    for (const text of ['['.repeat(30_000) + ']'.repeat(30_000), '[]', 'null', '"{}"', '{"a":1}']) {
      const body = utf8(text)
      const head = await signedHead({ ...call, created: seconds(rig.clock), body, fields })
      expect(codeOf(await rig.server.answer(head, body))).toBe('bad_request')
    }
    expect((await deviceOf())?.suspendedFor).toBeNull()
  })

  test('does not speak for a device that is suspended for something else, or removed', async () => {
    const facts = { at: 0, action: 'x', actor: 'x', user: null, device: null, detail: {} }
    await rig.deployment.store.suspendDevice(phone.id, 'clone', 0, facts)
    expect(codeOf(await forget())).toBe('identity_proof_required')
    await rig.server.devices.revoke(phone.id, 'test')
    expect(codeOf(await forget())).toBe('device_revoked')
  })
})

describe('a wiped device', () => {
  test('hears of it in its sessions, signed, on every node; a session of another ended otherwise', async () => {
    const unlocked = await enterPasscode(rig, phone)
    const other: Rig = { ...rig, server: await createServer(rig.deployment) }
    expect(codeOf(await callOwn(other, unlocked, { method: 'GET', target: '/holdfast/notices' }))).toBe(
      'none',
    )
    const { store, clock } = rig.deployment
    const audit = { action: 'device.wiped', actor: 'admin', user: 'ann', device: phone.id, detail: {} }
    await store.wipeShares(phone.id, clock.now(), { ...audit, at: clock.now() })
    for (const node of [rig, other]) {
      await vi.waitFor(
        async () => {
          const answer = await callOwn(node, unlocked, { method: 'GET', target: '/holdfast/notices' })
          expect(codeOf(answer)).toBe('share_gone')
          expect(isSigned(answer)).toBe(true)
        },
        { timeout: 20_000 },
      )
      const refresh = { grant_type: 'refresh_token', refresh_token: unlocked.tokens.refresh_token }
      expect(codeOf(await postSigned(node, '/holdfast/token', phone.device, refresh))).toBe('share_gone')
    }
    await other.server.close()
    const bystander = await enterPasscode(rig, await enrol(rig, 'ann'))
    const end = { method: 'DELETE', target: '/holdfast/session' }
    expect(codeOf(await callOwn(rig, bystander, end))).toBe('none')
    expect(codeOf(await callOwn(rig, bystander, end))).toBe('session_ended')
  })
})

describe('a suspended device', () => {
  test('is refused every call, signed', async () => {
    const record = await setPasscode(rig, phone)
    const unlocked = await unlockBy(rig, phone, 'passcode', await provePasscode(rig, phone, record))
    await forget()
    const session = await newKey()
    const calls: ReadonlyArray<readonly [string, unknown]> = [
      ['/holdfast/token', { grant_type: deviceGrant, session_key: session.pair.publicJwk }],
      ['/holdfast/token', grantOf('passcode', 'A'.repeat(22), session)],
      ['/holdfast/token', { grant_type: 'refresh_token', refresh_token: unlocked.tokens.refresh_token }],
      ['/holdfast/passcode/logins', { record, ke1: 'A'.repeat(128) }],
      ['/holdfast/passcode/logins/AAAAAAAAAAAAAAAAAAAAAA', { ke3: '', proof: '', held: 0 }],
      ['/holdfast/presence/challenges', { presence: 'A'.repeat(22) }],
      ['/holdfast/certificate', {}],
    ]
    const enrolmentId = (await deviceOf())?.enrolmentId
    const confirm = [`/holdfast/enrolments/${enrolmentId}/confirm`, { one_time_text: '000000' }] as const
    for (const [target, json] of [...calls, confirm]) {
      const answer = await postSigned(rig, target, phone.device, json)
      expect([target, codeOf(answer), isSigned(answer)]).toEqual([target, 'identity_proof_required', true])
    }
    expect(codeOf(await notices(unlocked))).toBe('identity_proof_required')
  })

  test('counts for nothing in the number of devices, and its user starts anew beside it', async () => {
    rig = await createRig({ parts: { policy: { ...rig.deployment.policy, devicesPerUser: 1 } } })
    phone = await enrol(rig, 'ann')
    await forget()
    const next = await enrol(rig, 'ann')
    expect((await deviceOf())?.suspendedFor).toBe('passcode_forgotten')
    const unlocked = await unlock(rig, next)
    const list = await callOwn(rig, unlocked, {
      method: 'GET',
      target: '/holdfast/devices',
      key: next.device,
    })
    const { devices } = jsonOf(list) as { devices: Array<{ id: string; suspended: boolean }> }
    expect(devices.map(({ id, suspended }) => [id, suspended])).toEqual(
      expect.arrayContaining([
        [next.id, false],
        [phone.id, true],
      ]),
    )
  })
})

describe('notices', () => {
  test('tell every device of a user what happened to any of them, and nobody else', async () => {
    rig.clock.advance(1000)
    const second = await enrol(rig, 'ann')
    await enrol(rig, 'otto')
    await forget()
    rig.clock.advance(1000)
    const answer = jsonOf(await notices(await unlock(rig, second))) as {
      notices: Array<{ id: number; at: number; kind: string; device: string }>
    }
    expect(answer.notices.map(({ kind, device }) => [kind, device])).toEqual([
      ['passcode.forgotten', 'Test phone'],
      ['device.bound', 'Test phone'],
      ['device.bound', 'Test phone'],
    ])
    expect(answer.notices[0]?.at).toBe(seconds(rig.clock) - 1)
  })

  test('are at most fifty, of the last ninety days', async () => {
    const { store } = rig.deployment
    const note = (at: number) =>
      store.appendAudit({ at, action: 'device.bound', actor: 'x', user: 'ann', device: phone.id, detail: {} })
    for (let i = 0; i < 60; i++) await note(rig.clock.now())
    const count = async () => (jsonOf(await notices(await unlock(rig, phone)))['notices'] as unknown[]).length
    expect(await count()).toBe(50)
    rig.clock.advance(90 * 86_400_000)
    expect(await count()).toBe(0)
  })
})
