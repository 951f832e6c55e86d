import { describe, expect, test } from 'vitest'
import { newPhone, openHouse, outcome, post, unlock } from '../test/passcode.ts'
import {
  beginEnrolment,
  beginRequest,
  confirmRequest,
  createKey,
  createStage,
  issue,
  refusal,
} from '../test/stage.ts'
import { isBound } from './device-binding.ts'
import type { ActivationRecord, DeviceRecord, DurableStore, EnrolmentRecord } from './store.ts'
import { memoryStore } from './stores/memory/index.ts'

type Rows = {
  device: (row: DeviceRecord) => DeviceRecord
  activation: (row: ActivationRecord) => ActivationRecord
  enrolment: (row: EnrolmentRecord) => EnrolmentRecord
}

/** A store into which somebody writes who holds none of our keys. */
function writtenInto(): { store: DurableStore; writes: Partial<Rows> } {
  const store = memoryStore()
  const writes: Partial<Rows> = {}
  const written = async <Row>(found: Promise<Row | null>, write: ((row: Row) => Row) | undefined) => {
    const row = await found
    return row === null || write === undefined ? row : write(row)
  }
  return {
    writes,
    store: {
      ...store,
      findDeviceByKey: (key) => written(store.findDeviceByKey(key), writes.device),
      findSession: async (sid) => {
        const found = await store.findSession(sid)
        return found === null || writes.device === undefined
          ? found
          : { ...found, device: writes.device(found.device) }
      },
      takeActivationTry: (...input) => written(store.takeActivationTry(...input), writes.activation),
      findEnrolment: (...input) => written(store.findEnrolment(...input), writes.enrolment),
    },
  }
}

const other = await createKey()
const changes: ReadonlyArray<readonly [string, Partial<DeviceRecord>]> = [
  ['another user', { user: 'mallory' }],
  ['another key', { publicKey: other.jwk }],
  ['another time', { createdAt: 0 }],
  ['another id', { id: 'device-of-his-own' }],
  ['no binding', { binding: '' }],
]

describe('a device of which somebody else wrote down', () => {
  test.each(changes)('%s opens nothing, and no session of it goes on', async (_, change) => {
    const { store, writes } = writtenInto()
    const house = await openHouse({}, { store })
    const phone = await newPhone(house)
    const { access_token: authorization } = await unlock(house, phone)
    const bound = await store.findDeviceByKey(phone.key.thumbprint)
    expect(bound !== null && isBound(bound, house.stage.deployment.keys)).toBe(true)
    writes.device = (row) => ({ ...row, ...change })
    await expect(unlock(house, phone)).rejects.toThrow('grant_refused')
    const begin = { request: 'A'.repeat(43) }
    const signer = { key: phone.key, authorization }
    expect(outcome(await post(house, signer, 'passcode/registrations', begin))).toBe('token_invalid')
    delete writes.device
    expect(outcome(await post(house, signer, 'passcode/registrations', begin))).not.toBe('token_invalid')
  })
})

describe('an enrolment', () => {
  test('goes on for nobody but the user, and the number, the code was made for', async () => {
    for (const change of [{ user: 'mallory' }, { sendTo: '+49170999' }]) {
      const { store, writes } = writtenInto()
      const stage = await createStage({}, { store })
      const request = await beginRequest(stage, { code: await issue(stage) })
      writes.activation = (row) => ({ ...row, ...change })
      expect(await refusal(stage.enrolment.begin(request.head, request.json))).toBe('store_unavailable')
    }
  })

  test('is confirmed for nobody but the user and key it was begun for', async () => {
    for (const change of [{ user: 'mallory' }, { publicKey: other.jwk }]) {
      const { store, writes } = writtenInto()
      const stage = await createStage({}, { store })
      const { key, id, digits } = await beginEnrolment(stage)
      writes.enrolment = (row) => ({ ...row, ...change })
      const signer = 'publicKey' in change ? { ...other, thumbprint: key.thumbprint } : key
      const { head, json } = await confirmRequest(stage, signer, id, digits)
      expect(await refusal(stage.enrolment.confirm(head, id, json))).toBe('one_time_text_refused')
    }
  })
})
