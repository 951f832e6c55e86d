import { openRelease, releaseKey, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  begin,
  deliver,
  finishBody,
  newPhone,
  nextDoor,
  open,
  openHouse,
  type OpenHouse,
  outcome,
  passcodeActions,
  type Phone,
  phoneWithPasscode,
  post,
  prove,
  signed,
  type Signer,
  type Told,
  tryOnce,
} from '../test/passcode.ts'
import { createKey } from '../test/stage.ts'
import { createShares } from './share.ts'

const passcode = '739164'
let house: OpenHouse
beforeEach(async () => {
  house = await openHouse()
})

describe('the end of a login', () => {
  let phone: Phone
  let record: string
  beforeEach(async () => {
    ;({ phone, record } = await phoneWithPasscode(house, passcode))
  })
  const finish = async (login: string, body: unknown, signer: Signer = phone): Promise<Told> =>
    post(house, { key: signer.key }, `passcode/logins/${login}`, body)

  test('takes the right KE3 and proof alone, and what was wrong is written down', async () => {
    const login = await begin(house, phone, { record, passcode })
    const second = await begin(house, phone, { record, passcode })
    const right = await finishBody(login, phone, 1)
    const forged = toBase64url(nodeCrypto.random(64))
    const wrongs = [
      { ...right, ke3: forged },
      { ...right, ke3: second.ke3 },
      { ...right, proof: toBase64url(nodeCrypto.random(32)) },
      { ...right, held: 2 },
      { ...(await finishBody(login, await createSigner(), 1)) },
      { ...right, proof: (await finishBody({ ...login, login: second.login }, phone, 1)).proof },
    ]
    for (const body of wrongs)
      expect(await finish(login.login, body)).toMatchObject({ status: 403, error: 'passcode_refused' })
    const refused = (await passcodeActions(house)).filter((action) => action === 'passcode.refused')
    expect(refused).toHaveLength(wrongs.length)
    // None of them forgot a try.
    expect(await tryOnce(house, phone, record)).toMatchObject({ left: 2 })
    expect(outcome(await finish(login.login, right))).toBe('200')
    expect(await tryOnce(house, phone, record)).toMatchObject({ left: 4 })
  })

  test('comes once; the same bytes again get the same answer', async () => {
    const login = await begin(house, phone, { record, passcode })
    const body = await finishBody(login, phone, 1)
    const sent = await signed(house, phone, `passcode/logins/${login.login}`, body)
    const answers = await Promise.all([1, 2, 3].map(() => deliver(house, sent)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await deliver(house, sent)).toEqual(answers[0])
    expect(await finish(login.login, body)).toMatchObject({ error: 'grant_refused' })
    expect((await passcodeActions(house)).filter((action) => action === 'passcode.proved')).toHaveLength(2)
    const elsewhere = await nextDoor(house)
    expect(await deliver(elsewhere, sent)).toEqual(answers[0])
  })

  test('gives its share to the same bytes until it opened a session, or the device was wiped', async () => {
    const finishing = async (held: number) => {
      const login = await begin(house, phone, { record, passcode })
      const body = await finishBody(login, phone, held)
      const sent = await signed(house, phone, `passcode/logins/${login.login}`, body)
      const key = await releaseKey(login.sessionKey, nodeCrypto)
      const { release } = (await deliver(house, sent)) as unknown as { release: string }
      return { sent, proved: { ...login, release: await openRelease(key, release, nodeCrypto) } }
    }
    const used = await finishing(1)
    const left = await finishing(1)
    expect(await deliver(house, left.sent)).toMatchObject({ status: 200 })
    await open(house, phone, used.proved)
    expect(await deliver(house, used.sent)).toMatchObject({ error: 'grant_refused' })
    const { store, clock } = house.stage.deployment
    expect(await createShares(house.stage.deployment).wipe(phone.device, 'admin')).toBe(true)
    expect(await deliver(house, left.sent)).toMatchObject({ error: 'grant_refused' })
    expect(await store.findFactor(left.proved.login, clock.now())).toBeNull()
  })

  test('comes in its time, from its device, for a login there is', async () => {
    const login = await begin(house, phone, { record, passcode })
    const body = await finishBody(login, phone, 1)
    expect(await finish(toBase64url(nodeCrypto.random(16)), body)).toMatchObject({ error: 'grant_refused' })
    const other = await newPhone(house, 'johann')
    expect(await finish(login.login, await finishBody(login, other, 1), other)).toMatchObject({
      error: 'grant_refused',
    })
    house.stage.pass(119)
    const late = await begin(house, phone, { record, passcode })
    house.stage.pass(1)
    expect(await finish(login.login, body)).toMatchObject({ error: 'grant_refused' })
    expect(outcome(await finish(late.login, await finishBody(late, phone, 1)))).toBe('200')
  })

  test('gives a factor that lives for two minutes', async () => {
    const proved = await prove(house, phone, { record, passcode }, 1)
    house.stage.pass(119)
    const second = await prove(house, phone, { record, passcode }, 1)
    house.stage.pass(1)
    await expect(open(house, phone, proved)).rejects.toThrow('grant_refused')
    expect(await open(house, phone, second)).toHaveProperty('access_token')
  })

  const createSigner = async (): Promise<Signer> => ({ key: await createKey() })
})
