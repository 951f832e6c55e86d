import { type LoginChallenge, keyStretching, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  complete,
  guess,
  newPhone,
  open,
  openHouse,
  type OpenHouse,
  passcodeActions,
  phoneWithPasscode,
  post,
  prove,
  register,
  tryOnce,
  unlock,
  wrongPasscode,
} from '../test/passcode.ts'
import { createKey, createStage, payloadOf } from '../test/stage.ts'
import { createServer } from './server.ts'

const passcode = '739164'
let house: OpenHouse
beforeEach(async () => {
  house = await openHouse()
})

describe('a passcode', () => {
  test('is set, proved with the real stretching, and opens a session of its own class', async () => {
    const phone = await newPhone(house)
    const { access_token: authorization } = await unlock(house, phone)
    const { iterations, memoryKiB: memory, parallelism } = keyStretching
    const real = { 'argon2id-custom': { iterations, memory, parallelism } }
    const { record, exportKey } = await register(house, phone, passcode, {
      authorization,
      keyStretching: real,
    })
    expect(await house.stage.deployment.store.listPasscodes(phone.device)).toMatchObject([
      { id: record, state: 'pending', attemptKey: null },
    ])
    const proved = await prove(house, phone, { record, passcode, keyStretching: real })
    expect(proved.exportKey).toBe(exportKey)
    expect(proved.release).toMatchObject({ number: 0, share: null, next_share: expect.any(String) })
    const { access_token: token } = await open(house, phone, proved)
    expect(payloadOf(token)).toMatchObject({ acr: 'passcode', amr: ['pop', 'pin'] })
    expect(await house.stage.deployment.store.listPasscodes(phone.device)).toMatchObject([
      { id: record, state: 'current' },
    ])
    expect(await passcodeActions(house)).toEqual(['passcode.registered', 'passcode.try', 'passcode.proved'])
  })

  test('that is wrong opens nothing, and the phone knows before the service does', async () => {
    const { phone, record } = await phoneWithPasscode(house, passcode)
    const made = guess(record, wrongPasscode)
    const answer = await post(house, phone, 'passcode/logins', made.body)
    expect(answer).toMatchObject({ status: 200, left: 4 })
    expect(complete(phone, wrongPasscode, made, answer as unknown as LoginChallenge)).toBe(null)
  })

  test('of one phone is none of another, and a record nobody has is none', async () => {
    const { record } = await phoneWithPasscode(house, passcode)
    const other = await newPhone(house, 'johann')
    expect(await tryOnce(house, other, record)).toMatchObject({ error: 'passcode_not_set' })
    const nowhere = toBase64url(nodeCrypto.random(32))
    expect(await tryOnce(house, other, nowhere)).toMatchObject({ error: 'passcode_not_set' })
    expect(await passcodeActions(house)).not.toContain('passcode.locked')
  })

  test('put under another device or record by whoever writes the database does not open', async () => {
    const { store } = house.stage.deployment
    const { phone, record } = await phoneWithPasscode(house, passcode)
    const thief = await phoneWithPasscode(house, '271828', { user: 'johann' })
    const [own] = await store.listPasscodes(thief.phone.device)
    const [target] = await store.listPasscodes(phone.device)
    if (own === undefined || target === undefined) throw new Error('no passcode')
    const audit = { at: 0, action: 'x', actor: 'x', user: null, device: null, detail: {} }
    const planted = { ...target, id: `${record}x`, state: 'pending', sealedUpload: own.sealedUpload } as const
    await store.addPasscode(planted, audit)
    expect(await tryOnce(house, phone, planted.id)).toMatchObject({ error: 'store_unavailable' })
    await store.addPasscode({ ...planted, id: `${record}y`, sealedUpload: target.sealedUpload }, audit)
    expect(await tryOnce(house, phone, `${record}y`)).toMatchObject({ error: 'store_unavailable' })
  })

  test('is none under another key of the service', async () => {
    const { phone, record } = await phoneWithPasscode(house, passcode)
    const { keys } = house.stage.deployment
    const { deployment: other } = await createStage()
    const parts = { ...house.stage.deployment, keys: { ...keys, opaque: () => other.keys.opaque() } }
    const elsewhere = { stage: house.stage, server: await createServer(parts) }
    const made = guess(record, passcode)
    const answer = await post(elsewhere, phone, 'passcode/logins', made.body)
    expect(complete(phone, passcode, made, answer as unknown as LoginChallenge)).toBe(null)
  })
})

test('a stranger causes no try: without a key of the device nothing is counted, whatever he knows', async () => {
  const { phone, record } = await phoneWithPasscode(house, passcode)
  const stranger = { key: await createKey() }
  for (let i = 0; i < 9; i++)
    expect(await tryOnce(house, stranger, record)).toMatchObject({ error: 'grant_refused' })
  expect(await tryOnce(house, phone, record)).toMatchObject({ left: 4 })
})
