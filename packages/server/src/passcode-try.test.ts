import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoginChallenge } from '@holdfast/core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  complete,
  deliver,
  finishBody,
  guess,
  type House,
  newPhone,
  nextDoor,
  openHouse,
  type OpenHouse,
  outcome,
  passcodeActions,
  type Phone,
  phoneWithPasscode,
  post,
  prove,
  signed,
  tryAll,
  tryOnce,
  wrongPasscode,
} from '../test/passcode.ts'
import { createCluster } from '../test/cluster.ts'
import { openGrounds, postgresReachable } from '../test/passcode-node.ts'
import { fifty } from '../test/stage.ts'
import { wipeMemory } from '../test/wipe-memory.ts'
import { defaultPolicy } from './policy.ts'
import { embeddedStore } from './stores/sql/index.ts'
import { createWipeGuard } from './wipe-memory.ts'

const reachable = await postgresReachable()

const passcode = '739164'
const times = (count: number, what: string): string[] => Array<string>(count).fill(what)
let house: OpenHouse
beforeEach(async () => {
  house = await openHouse()
})

describe('tries', () => {
  let phone: Phone
  let record: string
  beforeEach(async () => {
    ;({ phone, record } = await phoneWithPasscode(house, passcode))
  })

  test('lock the device longer each time, and at last for good', async () => {
    expect(await tryAll(house, phone, record, 6)).toEqual([...times(5, '200'), 'passcode_locked'])
    const { lockSeconds } = house.stage.deployment.policy.passcode
    for (const seconds of lockSeconds) {
      const sent = await signed(house, phone, 'passcode/logins', guess(record, wrongPasscode).body)
      const { status, fields } = await house.server.answer(sent.head, Buffer.from(JSON.stringify(sent.json)))
      expect([status, new Map(fields).get('retry-after')]).toEqual([429, String(seconds)])
      house.stage.pass(seconds)
      const next = seconds === lockSeconds.at(-1) ? 'passcode_blocked' : 'passcode_locked'
      expect(await tryAll(house, phone, record, 2)).toEqual(['200', next])
    }
    house.stage.pass(1_000_000)
    expect(await tryAll(house, phone, record, 3)).toEqual(times(3, 'passcode_blocked'))
    const noted = (await passcodeActions(house)).filter((action) => /locked|blocked/.test(action))
    expect(noted).toEqual([
      ...times(lockSeconds.length, 'passcode.locked'),
      'passcode.blocked',
      'passcode.blocked',
    ])
  })

  test('are forgotten by a right one, also by the last before a lock', async () => {
    expect(await tryAll(house, phone, record, 4)).toEqual(times(4, '200'))
    expect((await prove(house, phone, { record, passcode }, 1)).release.number).toBe(1)
    expect(await tryAll(house, phone, record, 5)).toEqual(times(5, '200'))
    expect(await tryAll(house, phone, record, 1)).toEqual(['passcode_locked'])
  })

  test('with one KE1 are one try: the same answer in another request and on another node', async () => {
    const made = guess(record, passcode)
    const elsewhere = await nextDoor(house)
    const answers = await Promise.all(
      fifty((index) => post(index % 2 === 0 ? house : elsewhere, phone, 'passcode/logins', made.body)),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 200, left: 4 })
    expect(await tryAll(house, phone, record, 5)).toEqual([...times(4, '200'), 'passcode_locked'])
    const again = await post(house, phone, 'passcode/logins', made.body)
    expect(again).toMatchObject({ status: 200, ke2: answers[0]?.['ke2'], login: answers[0]?.['login'] })
    const login = complete(phone, passcode, made, again as unknown as LoginChallenge)
    if (login === null) throw new Error('the passcode is wrong')
    const body = await finishBody(login, phone, 1)
    expect(outcome(await post(house, phone, `passcode/logins/${login.login}`, body))).toBe('200')
  })

  test('sent again with the same bytes get the same answer, and nobody else gets it', async () => {
    const sent = await signed(house, phone, 'passcode/logins', guess(record, wrongPasscode).body)
    const first = await deliver(house, sent)
    expect(first).toMatchObject({ left: 4 })
    expect(await deliver(house, sent)).toEqual(first)
    house.stage.pass(500)
    const elsewhere = await nextDoor(house)
    expect(await deliver(elsewhere, sent)).toEqual(first)
    const stranger = await newPhone(house, 'johann')
    expect(outcome(await post(house, stranger, 'passcode/logins', sent.json))).toBe('passcode_not_set')
  })

  test('come thirty a minute at most, known ones too', async () => {
    const { deployment } = house.stage
    const policy = { ...deployment.policy, session: defaultPolicy.session }
    const slow = await nextDoor({
      ...house,
      stage: { ...house.stage, deployment: { ...deployment, policy } },
    })
    const made = guess(record, wrongPasscode)
    const outcomes: string[] = []
    house.stage.pass(60)
    for (let i = 0; i < 31; i++) outcomes.push(outcome(await post(slow, phone, 'passcode/logins', made.body)))
    expect(outcomes).toEqual([...times(30, '200'), 'rate_limited'])
    house.stage.pass(60)
    expect(await tryOnce(slow, phone, record)).toMatchObject({ left: 3 })
  })

  test('of a message that is no KE1 count too, and get no answer', async () => {
    const bad = { record, ke1: 'A'.repeat(128) }
    expect(await post(house, phone, 'passcode/logins', bad)).toMatchObject({ error: 'bad_request' })
    expect(await post(house, phone, 'passcode/logins', { ...bad, ke1: 'A' })).toMatchObject({
      error: 'bad_request',
    })
    expect(await tryOnce(house, phone, record)).toMatchObject({ left: 3 })
  })

  test('of a user are counted over all his phones, past ones too', async () => {
    const strict = { ...defaultPolicy.passcode, tries: 100, accountTries: 6, accountWindowSeconds: 1000 }
    house = await openHouse({ ...house.stage.deployment.policy, passcode: strict })
    const first = await phoneWithPasscode(house, passcode)
    const second = await phoneWithPasscode(house, passcode)
    expect(await tryAll(house, first.phone, first.record, 4)).toEqual(times(4, '200'))
    await house.server.devices.revoke(first.phone.device, 'admin')
    expect(await tryAll(house, second.phone, second.record, 2)).toEqual(times(2, '200'))
    expect(await tryAll(house, second.phone, second.record, 1)).toEqual(['passcode_locked'])
    const other = await phoneWithPasscode(house, passcode, { user: 'johann' })
    expect(await tryAll(house, other.phone, other.record, 1)).toEqual(['200'])
    house.stage.pass(1000)
    expect(await tryAll(house, second.phone, second.record, 1)).toEqual(['200'])
  })

  test('are not used up while the service releases no share', async () => {
    const memory = wipeMemory()
    house = await openHouse(house.stage.deployment.policy, { wipeMemory: memory })
    ;({ phone, record } = await phoneWithPasscode(house, passcode))
    await memory.write(7)
    expect(await tryAll(house, phone, record, 9)).toEqual(times(9, 'share_unavailable'))
    expect(await createWipeGuard(house.stage.deployment).accept('keep')).toBe(true)
    expect(await tryOnce(house, phone, record)).toMatchObject({ left: 4 })
  })
})

describe('fifty guesses at once', () => {
  const longMs = 120_000
  const many = async (nodes: readonly House[], phone: Phone, record: string): Promise<string[]> => {
    const guesses = fifty(() => guess(record, wrongPasscode).body)
    const answers = guesses.map((body, index) =>
      post(nodes[index % nodes.length] as House, phone, 'passcode/logins', body),
    )
    return (await Promise.all(answers)).map(outcome).toSorted()
  }
  const five = [...times(5, '200'), ...times(45, 'passcode_locked')]

  test('on two nodes in memory give five', async () => {
    const { phone, record } = await phoneWithPasscode(house, passcode)
    expect(await many([house, await nextDoor(house)], phone, record)).toEqual(five)
  })

  test(
    'on PGlite give five, and none after a start anew',
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'holdfast-tries-'))
      await createCluster(join(directory, 'data'))
      const store = await embeddedStore({ directory: join(directory, 'data') })
      const { keys, shortLived } = house.stage.deployment
      const before = await openHouse({}, { store, keys, shortLived })
      const { phone, record } = await phoneWithPasscode(before, passcode)
      expect(await many([before, await nextDoor(before)], phone, record)).toEqual(five)
      await store.close()
      const again = await embeddedStore({ directory: join(directory, 'data') })
      const after = await openHouse({}, { store: again, keys, shortLived })
      expect(await tryAll(after, phone, record, 3)).toEqual(times(3, 'passcode_locked'))
      await again.close()
      await rm(directory, { recursive: true })
    },
    longMs,
  )

  test.skipIf(!reachable)(
    'on two nodes on PostgreSQL give five (skipped when it is unreachable)',
    async () => {
      const grounds = await openGrounds()
      const { phone, record } = await phoneWithPasscode(grounds.house, passcode)
      expect(await many([grounds.house, await nextDoor(grounds.house)], phone, record)).toEqual(five)
      await grounds.close()
    },
    longMs,
  )
})
