import { beforeEach, expect, test } from 'vitest'
import {
  beginEnrolment,
  bindPhone,
  confirmRequest,
  createKey,
  createStage,
  fifty,
  origin,
  payloadOf,
  refusal,
  type Sent,
  type Stage,
  tally,
  user,
} from '../test/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})

const actions = async () =>
  (await stage.deployment.store.readAudit({ limit: 500 })).map(({ action }) => action)

/** Six digits that are not these. */
const others = (digits: string) => String((Number(digits) + 1) % 1_000_000).padStart(6, '0')

const confirm = (id: string, { head, json }: Sent) => stage.enrolment.confirm(head, id, json)

test('binds the device and says so under the transcript', async () => {
  const { key, id, digits } = await beginEnrolment(stage)
  const { device } = await confirm(id, await confirmRequest(stage, key, id, digits))
  const bound = payloadOf(device)
  const sequence = await stage.statement.sequence()
  expect(bound).toMatchObject({ iss: origin, transcript: id, user, statement: sequence })
  const record = await stage.deployment.store.findDeviceByKey(key.thumbprint)
  expect(record).toMatchObject({ id: bound.device, user, platform: 'testing', revokedAt: null })
  expect(await actions()).toEqual(['activation.issued', 'enrolment.begun', 'device.bound'])
})

test('the same bytes get the same answer for ten minutes; afterwards the bound key is told again what it is', async () => {
  const { key, id, digits } = await beginEnrolment(stage)
  const request = await confirmRequest(stage, key, id, digits)
  const first = await confirm(id, request)
  stage.pass(9 * 60)
  expect(await confirm(id, request)).toEqual(first)
  stage.pass(2 * 60)
  expect(await refusal(confirm(id, request))).toBe('signature_expired')
  const again = await confirm(id, await confirmRequest(stage, key, id, others(digits)))
  expect(payloadOf(again.device)).toEqual(payloadOf(first.device))
  expect((await actions()).filter((action) => action === 'device.bound')).toHaveLength(1)
  const stranger = await createKey()
  expect(await refusal(confirm(id, await confirmRequest(stage, stranger, id, digits)))).toBe(
    'enrolment_refused',
  )
})

test('a repeat after the device was revoked says that', async () => {
  const { key, id, digits } = await beginEnrolment(stage)
  const request = await confirmRequest(stage, key, id, digits)
  const { device } = await confirm(id, request)
  const { device: deviceId } = payloadOf(device)
  const { store, clock } = stage.deployment
  const audit = { at: clock.now(), action: 'x', actor: 'x', user: null, device: null, detail: {} }
  await store.revokeDevice(deviceId, clock.now(), audit)
  expect(await refusal(confirm(id, request))).toBe('device_revoked')
})

test('wrong and late texts are refused; a late one is told from none', async () => {
  const { key, id, digits } = await beginEnrolment(stage)
  expect(await refusal(confirm(id, await confirmRequest(stage, key, id, others(digits))))).toBe(
    'one_time_text_refused',
  )
  stage.pass(600)
  expect(await refusal(confirm(id, await confirmRequest(stage, key, id, digits)))).toBe(
    'one_time_text_refused',
  )
  stage.pass(600)
  expect(await refusal(confirm(id, await confirmRequest(stage, key, id, digits)))).toBe('enrolment_refused')
})

test('parallel guesses never give a sixth try, and the right digits come too late then', async () => {
  const { key, id, digits } = await beginEnrolment(stage)
  const guesses = await Promise.all(fifty(() => confirmRequest(stage, key, id, others(digits))))
  expect(await tally(guesses.map((guess) => confirm(id, guess)))).toEqual({
    one_time_text_refused: 5,
    rate_limited: 45,
  })
  expect(await refusal(confirm(id, await confirmRequest(stage, key, id, digits)))).toBe('rate_limited')
})

test('a new enrolment of the same user brings no new tries', async () => {
  const first = await beginEnrolment(stage)
  for (let i = 0; i < 5; i++) {
    const guess = await confirmRequest(stage, first.key, first.id, others(first.digits))
    await refusal(confirm(first.id, guess))
  }
  const { key, id, digits } = await beginEnrolment(stage)
  expect(await refusal(confirm(id, await confirmRequest(stage, key, id, digits)))).toBe('rate_limited')
})

test('of fifty confirmations at once one binds', async () => {
  const { key, id, digits } = await beginEnrolment(stage)
  const racers = await Promise.all(fifty(() => confirmRequest(stage, key, id, digits)))
  const outcomes = await tally(racers.map((racer) => confirm(id, racer)))
  expect(outcomes['none']).toBe(1)
  expect(Object.keys(outcomes).toSorted()).toEqual(
    ['enrolment_refused', 'none', 'rate_limited'].filter((code) => code in outcomes),
  )
  expect(await stage.deployment.store.listDevices({ user, limit: 10 })).toHaveLength(1)
})

test('another key, an unknown enrolment and a foreign enrolment are refused', async () => {
  const { id, digits } = await beginEnrolment(stage)
  const stranger = await createKey()
  expect(await refusal(confirm(id, await confirmRequest(stage, stranger, id, digits)))).toBe(
    'enrolment_refused',
  )
  const { key } = await bindPhone(stage, 'otto')
  expect(await refusal(confirm(id, await confirmRequest(stage, key, id, digits)))).toBe('enrolment_refused')
})

test('a signature that does not verify costs no try', async () => {
  const { key, id, digits } = await beginEnrolment(stage)
  const impostor = { ...(await createKey()), thumbprint: key.thumbprint }
  for (let i = 0; i < 6; i++) {
    const forged = await confirmRequest(stage, impostor, id, others(digits))
    expect(await refusal(confirm(id, forged))).toBe('signature_invalid')
  }
  await confirm(id, await confirmRequest(stage, key, id, digits))
})

test('no more devices than allowed, and the code is not lost over it', async () => {
  stage = await createStage({ devicesPerUser: 1 })
  const { device } = await bindPhone(stage)
  const { key, id, digits } = await beginEnrolment(stage)
  expect(await refusal(confirm(id, await confirmRequest(stage, key, id, digits)))).toBe('device_limit')
  const { store, clock } = stage.deployment
  const audit = { at: clock.now(), action: 'x', actor: 'x', user: null, device: null, detail: {} }
  await store.revokeDevice(device, clock.now(), audit)
  await confirm(id, await confirmRequest(stage, key, id, digits))
})

test('malformed digits are refused without a try', async () => {
  const { key, id, digits } = await beginEnrolment(stage)
  for (const wrong of ['12345', '1234567', 'abcdef', '１２３４５６']) {
    expect(await refusal(confirm(id, await confirmRequest(stage, key, id, wrong)))).toBe('bad_request')
  }
  for (let i = 0; i < 4; i++) await refusal(confirm(id, await confirmRequest(stage, key, id, others(digits))))
  await confirm(id, await confirmRequest(stage, key, id, digits))
})
