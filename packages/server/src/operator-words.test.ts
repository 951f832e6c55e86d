import { beforeEach, describe, expect, test } from 'vitest'
import { approvedOrder, newCustomer, openBank, refusalOf, take } from '../test/approval.ts'
import type { OpenHouse } from '../test/passcode.ts'
import { refusal, tally } from '../test/stage.ts'
import { parseHead } from './head.ts'
import type { OperatorCredentials } from './operator-credentials.ts'
import type { TransferRule } from './transfer-rules.ts'

const newPayee: TransferRule = { name: 'new payee', verdict: 'hold', kind: 'payee', newerThanSeconds: 86_400 }

let bank: OpenHouse
let olga: OperatorCredentials
let otto: OperatorCredentials

async function ask(
  by: OperatorCredentials,
  method: string,
  target: string,
  body?: unknown,
): Promise<unknown> {
  const basic = `Basic ${Buffer.from(`${by.name}:${by.secret}`).toString('base64')}`
  return (
    await bank.server.operators.answer(parseHead(method, target, ['authorization', basic], '127.0.0.1'), body)
  ).json
}
const add = (by: OperatorCredentials, name: string): Promise<OperatorCredentials> =>
  ask(by, 'POST', '/admin/operators', { name }) as Promise<OperatorCredentials>
const remove = (by: OperatorCredentials, name: string): Promise<unknown> =>
  ask(by, 'DELETE', `/admin/operators/${name}`)
const added = async (): Promise<unknown[]> =>
  (await bank.stage.deployment.store.readAudit({ limit: 1000 }))
    .filter(({ action }) => action.startsWith('operator.a'))
    .map(({ action, actor, detail }) => [action, actor, detail['name']])

/** Two operators, and holds that need two. */
async function open(releases = 2): Promise<void> {
  bank = await openBank({ rules: [newPayee], releases })
  olga = (await bank.server.operators.ensureFirst()) as OperatorCredentials
  otto = await add(olga, 'otto')
}
beforeEach(() => open())

test('one operator releases nothing by making himself a second', async () => {
  const maria = await newCustomer(bank, { presence: 'key' })
  const { again, id } = await approvedOrder(bank, maria)
  expect((await refusalOf(take(bank, await again()))).code).toBe('approval_held')
  const note = { note: 'called back' }
  await ask(otto, 'POST', `/admin/holds/${id}/release`, note)
  expect(await refusal(add(otto, 'puppet'))).toBe('second_operator_required')
  expect(await refusal(add(otto, 'puppet'))).toBe('second_operator_required')
  // Alone he could make whom he likes.
  expect(await refusal(remove(otto, 'admin'))).toBe('bad_request')
  expect(await refusal(remove(otto, 'otto'))).toBe('bad_request')
  expect(await refusal(take(bank, await again()))).toBe('approval_held')
})

describe('another operator', () => {
  test('is made when two have asked for him, and their words count once', async () => {
    expect(await refusal(add(olga, 'paula'))).toBe('second_operator_required')
    const paula = await add(otto, 'paula')
    await ask(paula, 'GET', '/admin/operators')
    expect(await added()).toEqual([
      ['operator.added', 'system', 'admin'],
      ['operator.added', 'admin', 'otto'],
      ['operator.asked_for', 'admin', 'paula'],
      ['operator.added', 'otto', 'paula'],
    ])
    await remove(otto, 'paula')
    expect(await refusal(add(otto, 'paula'))).toBe('second_operator_required')
    expect(await refusal(add(olga, 'otto'))).toBe('operator_exists')
  })

  test('is not made by words that are a day old, of somebody removed, or that nobody said', async () => {
    await refusal(add(olga, 'late'))
    bank.stage.pass(86_400)
    expect(await refusal(add(otto, 'late'))).toBe('second_operator_required')
    await add(olga, 'late')
    await refusal(add(otto, 'paula'))
    const paula = await add(olga, 'paula')
    await refusal(add(paula, 'quick'))
    await remove(olga, 'paula')
    expect(await refusal(add(otto, 'quick'))).toBe('second_operator_required')
    const { store } = bank.stage.deployment
    const words = await store.getDocument('operator words quick')
    await store.putDocument('operator words other', 1, words?.value ?? '')
    expect(await refusal(add(olga, 'other'))).toBe('second_operator_required')
    await store.putDocument('operator words more', 1, JSON.stringify([{ operator: 'otto', at: 2e12 }]))
    expect(await refusal(add(olga, 'more'))).toBe('second_operator_required')
  })

  test('takes as many as a release does, or all there are', async () => {
    await open(3)
    expect(await refusal(add(olga, 'paula'))).toBe('second_operator_required')
    const paula = await add(otto, 'paula')
    expect(await refusal(add(olga, 'rosa'))).toBe('second_operator_required')
    expect(await refusal(add(otto, 'rosa'))).toBe('second_operator_required')
    await add(paula, 'rosa')
    await remove(olga, 'paula')
    expect(await refusal(remove(olga, 'rosa'))).toBe('bad_request')
  })

  test('is made once by many who ask at the same time, and no word is lost', async () => {
    const asked = Array.from({ length: 6 }, (_, i) => add(i % 2 === 0 ? olga : otto, 'paula'))
    const { none = 0, ...others } = await tally(asked)
    expect(none).toBe(1)
    expect(Object.keys(others).sort()).toEqual(['operator_exists', 'second_operator_required'])
  })

  test('is made at once by who holds the service', async () => {
    const rescuer = await bank.server.operators.add('rescuer')
    await ask(rescuer, 'GET', '/admin/operators')
    await remove(rescuer, 'otto')
  })
})
