import { nodeCrypto } from '@holdfast/core/node-crypto'
import { expect, test } from 'vitest'
import {
  approvedOrder,
  call,
  demand,
  newCustomer,
  newIdempotencyKey,
  openBank,
  type Order,
  orderOf,
  passcode,
  refusalOf,
  take,
} from '../test/approval.ts'
import { open as openSession, type OpenHouse, prove } from '../test/passcode.ts'
import { refusal, tally } from '../test/stage.ts'
import { createApprovals } from './approval.ts'
import type { Word } from './approval-hold.ts'
import { newKeyRecord, rotateRecord } from './key-record.ts'
import { createKeyRing } from './key-ring.ts'
import type { KeyRing } from './keys.ts'
import { createFileKey } from './kms-file.ts'
import { defaultPolicy } from './policy.ts'
import type { TransferRule } from './transfer-rules.ts'

const newPayee: TransferRule = { name: 'new payee', verdict: 'hold', kind: 'payee', newerThanSeconds: 86_400 }

/** As operators call it. */
const approvals = ({ stage }: OpenHouse) => createApprovals(stage.deployment)
const decide = (bank: OpenHouse, id: string, operator: string, decision: Word['decision']) =>
  approvals(bank).decide(id, { operator, decision, note: 'called back' })
const held = async (bank: OpenHouse, order: Order): Promise<void> =>
  expect((await refusalOf(take(bank, order))).code).toBe('approval_held')

test('nobody hides the holds of others by many of his own', async () => {
  const approval = { ...defaultPolicy.approval, held: 2 }
  const bank = await openBank({ rules: [newPayee] }, { policy: { approval } })
  const maria = await newCustomer(bank, { presence: 'key' })
  const mallory = await newCustomer(bank, { user: 'mallory', presence: 'key' })
  const [one, ...others] = [
    await approvedOrder(bank, mallory),
    await approvedOrder(bank, mallory),
    await approvedOrder(bank, mallory),
  ]
  const orders = await Promise.all([one, ...others].map(({ again }) => again()))
  expect(await tally(orders.map((order) => take(bank, order)))).toEqual({ approval_held: 2, rate_limited: 1 })
  await held(bank, await (await approvedOrder(bank, maria)).again())
  // What was never held, as what a user said no to himself, takes no place in their lists either.
  const declined = await demand(bank, await orderOf(bank, mallory))
  await call(bank, mallory, 'DELETE', `approvals/${declined.id}`)
  expect((await approvals(bank).holds('refused')).holds).toEqual([])
  const first = (await approvals(bank).holds('held')).holds.find(({ user }) => user === 'mallory')
  await decide(bank, first?.id ?? '', 'olga', 'refuse')
  const refusals = await Promise.all(
    [one, ...others].map(async ({ again }) => take(bank, await again())).map(refusal),
  )
  expect(refusals.toSorted()).toEqual(['approval_held', 'approval_held', 'approval_refused'])
})

test('a hold outlives the token key it was asked under', async () => {
  let elapsedMs = 0
  const clock = { now: () => 1_790_000_000_000 + elapsedMs, monotonic: () => elapsedMs }
  const overlaps = { token: 660_000, wrapping: 864_000_000, service: 3_600_000, ca: 259_200_000 }
  const record = newKeyRecord(nodeCrypto)
  const ringOf = (of: typeof record): KeyRing => createKeyRing(of, { clock, crypto: nodeCrypto, overlaps })
  let ring = ringOf(record)
  const keys = { ...ring, token: () => ring.token(), tokenKeys: () => ring.tokenKeys() }
  const bank = await openBank({ rules: [newPayee] }, { parts: { clock, keys } })
  const maria = await newCustomer(bank, { presence: 'key' })
  const key = newIdempotencyKey()
  const { again, id } = await approvedOrder(bank, maria, { key })
  await held(bank, await again())
  const rotation = { now: clock.now(), overlaps, crypto: nodeCrypto, createKey: createFileKey }
  ring = ringOf(rotateRecord(record, 'token', { ...rotation, serviceKid: '' }))
  elapsedMs += 3_600_000
  expect(ring.tokenKeys().map(({ kid }) => kid)).not.toContain(ringOf(record).token().kid)
  await decide(bank, id, 'olga', 'release')
  await decide(bank, id, 'otto', 'release')
  const { phone, record: way } = maria
  const login = await prove(bank, phone, { record: way, passcode }, 1)
  const { access_token: authorization } = await openSession(bank, phone, login)
  const order = await orderOf(bank, { ...maria, authorization }, { key, approval: id })
  expect(await refusal(take(bank, order))).toBe('none')
})
