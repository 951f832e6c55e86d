import { defaultRule, deviceGrant } from '@holdfast/core'
import { beforeEach, expect, test } from 'vitest'
import { type Bound, bindPhone, createKey, createStage, refusal, send, type Stage } from '../test/stage.ts'
import { createDevices, type Devices } from './device.ts'
import { createVerifier, type VerifiedRequest } from './request.ts'
import { createSessionCache } from './session-cache.ts'

let stage: Stage
let devices: Devices
let phone: Bound
let verified: VerifiedRequest

/** A verified call of this phone. */
async function callOf({ key }: Bound): Promise<VerifiedRequest> {
  const session = await createKey()
  const json = { grant_type: deviceGrant, session_key: session.jwk }
  const unlock = await send(stage, key, { method: 'POST', target: '/holdfast/token', json })
  const { access_token: authorization } = await stage.sessions.token(unlock.head, unlock.json)
  const verify = createVerifier(stage.deployment, await createSessionCache(stage.deployment))
  const call = await send(stage, key, { method: 'GET', target: '/holdfast/devices', authorization })
  return verify(call.head, { ...defaultRule, own: true, signer: 'device' })
}

beforeEach(async () => {
  stage = await createStage()
  devices = createDevices(stage.deployment)
  phone = await bindPhone(stage)
  verified = await callOf(phone)
})

test('lists the devices of one user, newest first, with the asking one marked', async () => {
  stage.pass(60)
  const second = await bindPhone(stage)
  await bindPhone(stage, 'otto')
  const created = stage.deployment.clock.now() / 1000
  await devices.remove(verified, second.device)
  const platform = 'testing'
  const name = 'Maria’s phone'
  expect(await devices.list(verified)).toEqual({
    devices: [
      { id: second.device, name, platform, created, revoked: created, suspended: false, this: false },
      {
        id: phone.device,
        name,
        platform,
        created: created - 60,
        revoked: null,
        suspended: false,
        this: true,
      },
    ],
  })
})

test('removing ends the sessions of the device, and may be repeated', async () => {
  const second = await bindPhone(stage)
  const { claims } = await callOf(second)
  await devices.remove(verified, second.device)
  await devices.remove(verified, second.device)
  expect((await stage.deployment.store.findSession(claims.sid))?.family.endedAt).not.toBeNull()
  const entries = (await stage.deployment.store.readAudit({ limit: 100 })).filter(
    ({ action }) => action === 'device.revoked',
  )
  expect(entries).toHaveLength(1)
  expect(entries[0]).toMatchObject({ actor: phone.device, device: second.device })
})

test('a device may remove itself', async () => {
  await devices.remove(verified, phone.device)
  expect(await stage.deployment.store.findDevice(phone.device)).toMatchObject({
    revokedAt: stage.deployment.clock.now(),
  })
})

test('another user’s device is as good as none', async () => {
  const foreign = await bindPhone(stage, 'otto')
  expect(await refusal(devices.remove(verified, foreign.device))).toBe('not_found')
  expect(await refusal(devices.remove(verified, 'no-such-device-id'))).toBe('not_found')
  expect((await stage.deployment.store.findDevice(foreign.device))?.revokedAt).toBeNull()
})

test('operators revoke by id, again without harm, and learn when there is none', async () => {
  const revokedAt = stage.deployment.clock.now()
  expect(await devices.revoke(phone.device, 'olga')).toMatchObject({ id: phone.device, revokedAt })
  stage.pass(60)
  expect(await devices.revoke(phone.device, 'olga')).toMatchObject({ id: phone.device, revokedAt })
  expect(await devices.revoke('no-such-device-id', 'olga')).toBeNull()
  const last = (await stage.deployment.store.readAudit({ limit: 100 })).at(-1)
  expect(last).toMatchObject({ action: 'device.revoked', actor: 'olga', device: phone.device })
})
