import {
  deviceGrant,
  type FactorDemand,
  HoldfastError,
  parseProblem,
  fromUtf8,
  type RouteRule,
} from '@holdfast/core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  callOwn,
  enterPasscode,
  grantOf,
  provePasscode,
  provePresence,
  setPasscode,
  unlockBy,
} from '../test/factors.ts'
import {
  createRig,
  enrol,
  jsonOf,
  newKey,
  payloadOf,
  type Phone,
  postSigned,
  type Rig,
  seconds,
  signedHead,
  unlock,
  type Unlocked,
} from '../test/rig.ts'

const routes: readonly RouteRule[] = [
  { path: '/pay', policy: 'signed', signer: 'any', fields: [], factor: { acr: 'passcode', maxAge: 60 } },
  { path: '/cards', policy: 'signed', signer: 'any', fields: [], factor: { acr: 'presence' } },
]

let rig: Rig
let phone: Phone
beforeEach(async () => {
  rig = await createRig({ routes })
  phone = await enrol(rig, 'ann')
})

const codeOf = (answer: { refusal?: { code: string } }): string => answer.refusal?.code ?? 'none'

async function claimsOf({ tokens }: Unlocked): Promise<Record<string, unknown>> {
  return payloadOf(tokens.access_token)
}

async function tokenCode(json: unknown, of: Phone = phone): Promise<string> {
  return codeOf(await postSigned(rig, '/holdfast/token', of.device, json))
}

describe('a session by a factor', () => {
  test('says what was proved, and when', async () => {
    const record = await setPasscode(rig, phone)
    const factor = await provePasscode(rig, phone, record)
    const provedAt = seconds(rig.clock)
    rig.clock.advance(30_000)
    const unlocked = await unlockBy(rig, phone, 'passcode', factor)
    expect(await claimsOf(unlocked)).toMatchObject({
      acr: 'passcode',
      amr: ['pop', 'pin'],
      auth_time: provedAt,
    })
    // Thirty minutes from the factor, not from the session.
    expect(unlocked.tokens.session_expires_in).toBe(1770)
    const second = await unlockBy(rig, phone, 'presence', await provePresence(rig, phone))
    expect(await claimsOf(second)).toMatchObject({ acr: 'presence', amr: ['pop', 'user'] })
  })

  test('is opened once, by the exact request again with the same answer', async () => {
    const factor = await provePasscode(rig, phone, await setPasscode(rig, phone))
    const json = grantOf('passcode', factor, await newKey())
    const body = new TextEncoder().encode(JSON.stringify(json))
    const head = await signedHead({
      method: 'POST',
      target: '/holdfast/token',
      key: phone.device,
      created: seconds(rig.clock),
      body,
      fields: [['content-type', 'application/json']],
    })
    const answers = await Promise.all(Array.from({ length: 50 }, () => rig.server.answer(head, body)))
    expect(new Set(answers.map((answer) => fromUtf8(answer.body))).size).toBe(1)
    expect(answers[0]?.status).toBe(200)
    expect(await tokenCode(json)).toBe('grant_refused')
  })

  test('is refused for a factor that is unknown, too old, of another kind or of another device', async () => {
    const factor = await provePasscode(rig, phone, await setPasscode(rig, phone))
    const session = await newKey()
    const other = await enrol(rig, 'ann')
    expect(await tokenCode(grantOf('passcode', 'A'.repeat(22), session))).toBe('grant_refused')
    expect(await tokenCode(grantOf('presence', factor, session))).toBe('grant_refused')
    expect(await tokenCode(grantOf('passcode', factor, session), other)).toBe('grant_refused')
    const ack = { number: 7, mark: 0 }
    expect(await tokenCode({ ...grantOf('passcode', factor, session), ack })).toBe('grant_refused')
    rig.clock.advance(120_000)
    expect(await tokenCode(grantOf('passcode', factor, session))).toBe('grant_refused')
  })

  test('is signed for by the device key: an attempt key opens none', async () => {
    const attempt = await newKey()
    const { publicJwk: jwk } = attempt.pair
    const record = await setPasscode(rig, phone, { jwk, thumbprint: attempt.signer.thumbprint })
    const json = grantOf('passcode', await provePasscode(rig, phone, record), await newKey())
    expect(codeOf(await postSigned(rig, '/holdfast/token', attempt, json))).toBe('grant_refused')
    expect(await tokenCode(json)).toBe('none')
  })

  test('by the device key alone ends with the first passcode, and asks for it', async () => {
    const open = await unlock(rig, phone)
    const record = await setPasscode(rig, phone)
    await unlock(rig, phone)
    await unlockBy(rig, phone, 'passcode', await provePasscode(rig, phone, record))
    const json = { grant_type: deviceGrant, session_key: (await newKey()).pair.publicJwk }
    const refused = await postSigned(rig, '/holdfast/token', phone.device, json)
    expect(codeOf(refused)).toBe('insufficient_user_authentication')
    expect(jsonOf(refused)).toMatchObject({ acr_values: 'passcode' })
    expect(codeOf(await callOwn(rig, open, { method: 'GET', target: '/holdfast/notices' }))).toBe(
      'session_ended',
    )
  })
})

describe('step-up', () => {
  async function verifyCode(
    unlocked: Unlocked,
    target: string,
  ): Promise<FactorDemand | undefined | 'passed'> {
    const fields = [['authorization', `Holdfast ${unlocked.tokens.access_token}`]] as const
    const { session: key } = unlocked
    const head = await signedHead({ method: 'GET', target, key, created: seconds(rig.clock), fields })
    try {
      await rig.server.verify(head, rig.server.rule(head))
      return 'passed'
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'insufficient_user_authentication') throw error
      const answer = await rig.server.refuse(error, head)
      const fieldsOf = new Map(answer.fields)
      expect(answer.status).toBe(401)
      expect(fieldsOf.get('signature')).toMatch(/^hf=:/)
      const { demand } = parseProblem(fromUtf8(answer.body)) ?? {}
      const age = demand?.maxAge === undefined ? '' : `, max_age="${demand.maxAge}"`
      expect(fieldsOf.get('www-authenticate')).toBe(
        `Holdfast error="insufficient_user_authentication", acr_values="${demand?.acr}"${age}`,
      )
      return demand
    }
  }

  test('asks for what the route asks, in a refusal the device can believe', async () => {
    const device = await unlock(rig, phone)
    expect(await verifyCode(device, '/accounts')).toBe('passed')
    expect(await verifyCode(device, '/pay')).toEqual({ acr: 'passcode', maxAge: 60 })
    expect(await verifyCode(device, '/cards')).toEqual({ acr: 'presence' })
    const presence = await unlockBy(rig, phone, 'presence', await provePresence(rig, phone))
    expect(await verifyCode(presence, '/cards')).toBe('passed')
    expect(await verifyCode(presence, '/pay')).toEqual({ acr: 'passcode', maxAge: 60 })
    const passcode = await enterPasscode(rig, phone)
    expect(await verifyCode(passcode, '/cards')).toBe('passed')
    expect(await verifyCode(passcode, '/pay')).toBe('passed')
    rig.clock.advance(61_000)
    expect(await verifyCode(passcode, '/pay')).toEqual({ acr: 'passcode', maxAge: 60 })
    expect(await verifyCode(passcode, '/cards')).toBe('passed')
  })

  test('is asked before another device is removed, once there is a passcode', async () => {
    const second = await enrol(rig, 'ann')
    const third = await enrol(rig, 'ann')
    const remove = async (unlocked: Unlocked, { id }: Phone) =>
      callOwn(rig, unlocked, { method: 'DELETE', target: `/holdfast/devices/${id}`, key: phone.device })
    expect(codeOf(await remove(await unlock(rig, phone), second))).toBe('none')
    const passcode = await enterPasscode(rig, phone)
    const presence = await unlockBy(rig, phone, 'presence', await provePresence(rig, phone))
    const refused = await remove(presence, third)
    expect(codeOf(refused)).toBe('insufficient_user_authentication')
    expect(jsonOf(refused)).toMatchObject({ acr_values: 'passcode', max_age: 300 })
    expect(codeOf(await remove(passcode, third))).toBe('none')
  })
})

test('rules that ask nobody, or for no age, are refused at start', async () => {
  const rule: RouteRule = {
    path: '/pay',
    policy: 'open',
    signer: 'any',
    fields: [],
    factor: { acr: 'presence' },
  }
  await expect(createRig({ routes: [rule] })).rejects.toThrow(TypeError)
  const ageless: RouteRule = { ...rule, policy: 'signed', factor: { acr: 'presence', maxAge: 0 } }
  await expect(createRig({ routes: [ageless] })).rejects.toThrow(TypeError)
})
