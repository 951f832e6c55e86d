import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  actions,
  approve,
  approvedOrder,
  type Customer,
  demand,
  newCustomer,
  newIdempotencyKey,
  openBank,
  orderOf,
  otherAccount,
  payment,
  refusalOf,
  take,
} from '../test/approval.ts'
import type { OpenHouse } from '../test/passcode.ts'
import { openGrounds, type Grounds, postgresReachable } from '../test/passcode-node.ts'
import { refusal, tally } from '../test/stage.ts'
import type { Approved } from './approval.ts'
import type { TransferRule } from './transfer-rules.ts'

const aDay = (verdict: TransferRule['verdict'], sum: string): TransferRule => {
  return { name: `a day, ${verdict}`, verdict, kind: 'limit', of: 'user', perSeconds: 86_400, sum }
}
const hundred = <Value>(make: (index: number) => Value): Value[] =>
  Array.from({ length: 100 }, (_, index) => make(index))
const euros = (value: string) => ({ body: { ...payment, amount: { currency: 'EUR', value } } })

let bank: OpenHouse
let maria: Customer
const open = async (rules: readonly TransferRule[], presence: 'key' | 'passkey' = 'key'): Promise<void> => {
  bank = await openBank({ rules })
  maria = await newCustomer(bank, { presence })
}

describe('limits', () => {
  test('that refuse are told at once, with their reason, and written down', async () => {
    await open([aDay('refuse', '12.49')])
    expect(await refusalOf(take(bank, await orderOf(bank, maria)))).toMatchObject({
      code: 'transfer_refused',
      reasons: ['over_limit'],
    })
    expect(await actions(bank)).toEqual(['transfer.refused'])
  })

  test('hold when they are met, not when they were looked at', async () => {
    await open([aDay('refuse', '20.00')])
    const [one, other] = [await approvedOrder(bank, maria), await approvedOrder(bank, maria)]
    await take(bank, await one.again())
    expect(await refusal(take(bank, await other.again()))).toBe('transfer_refused')
    bank.stage.pass(1)
    expect(await actions(bank)).toContain('transfer.refused')
  })

  test('roll: a day later there is room again', async () => {
    await open([aDay('refuse', '20.00')])
    const { again } = await approvedOrder(bank, maria)
    await take(bank, await again())
    bank.stage.pass(86_399)
    expect(await refusal(take(bank, await orderOf(bank, maria)))).toBe('transfer_refused')
    bank.stage.pass(1)
    expect(await refusal(take(bank, await orderOf(bank, maria)))).toBe('approval_required')
  })

  test('that ask make the passcode necessary, though something less was given', async () => {
    await open([aDay('ask', '20.00')])
    const [one, other] = [await approvedOrder(bank, maria), await approvedOrder(bank, maria)]
    await take(bank, await one.again())
    const key = newIdempotencyKey()
    const anew = await refusalOf(take(bank, await other.again()))
    expect(anew).toMatchObject({ code: 'approval_required' })
    expect(anew.approval?.challenge).not.toBe(other.challenge)
    const asked = await demand(bank, await orderOf(bank, maria, { key }))
    expect(asked.claims.acr).toBe('passcode')
    await approve(bank, maria, asked, 'passcode')
    expect(await refusal(take(bank, await orderOf(bank, maria, { key, approval: asked.id })))).toBe('none')
  })

  test('are those of the user, over all his devices', async () => {
    await open([aDay('refuse', '20.00')])
    const second = await newCustomer(bank, { presence: 'key' })
    await take(bank, await (await approvedOrder(bank, maria)).again())
    expect(await refusal(take(bank, await orderOf(bank, second)))).toBe('transfer_refused')
    const berta = await newCustomer(bank, { user: 'berta', presence: 'key' })
    expect(await refusal(take(bank, await orderOf(bank, berta)))).toBe('approval_required')
  })

  test('keep who is refused on and on from writing more', async () => {
    const { approval } = bank.stage.deployment.policy
    bank = await openBank(
      { rules: [aDay('refuse', '1.00')] },
      { policy: { approval: { ...approval, perMinute: 3 } } },
    )
    maria = await newCustomer(bank, { presence: 'key' })
    const codes = await tally(Array.from({ length: 6 }, async () => take(bank, await orderOf(bank, maria))))
    expect(codes).toEqual({ transfer_refused: 3, rate_limited: 3 })
    expect(await actions(bank)).toHaveLength(3)
  })
})

describe('what became of it', () => {
  beforeEach(() => open([aDay('refuse', '20.00')]))
  const outcomes: Array<[string, (approved: Approved) => Promise<void>, { other: string; again: string }]> = [
    [
      '200: counted',
      (approved) => approved.settle(200),
      { other: 'transfer_refused', again: 'approval_refused' },
    ],
    ['422: given back', (approved) => approved.settle(422), { other: 'none', again: 'approval_refused' }],
    [
      '500: counted',
      (approved) => approved.settle(500),
      { other: 'transfer_refused', again: 'approval_refused' },
    ],
    [
      '303: counted',
      (approved) => approved.settle(303),
      { other: 'transfer_refused', again: 'approval_refused' },
    ],
    [
      'nobody knows: counted',
      (approved) => approved.unknown(),
      { other: 'transfer_refused', again: 'approval_refused' },
    ],
    ['never sent: as before', (approved) => approved.unsent(), { other: 'none', again: 'transfer_refused' }],
    ['a crash: counted', async () => {}, { other: 'transfer_refused', again: 'approval_refused' }],
  ]
  test.each(outcomes)('%s', async (_what, settle, expected) => {
    const [one, other] = [await approvedOrder(bank, maria), await approvedOrder(bank, maria)]
    await settle(await take(bank, await one.again()))
    expect(await refusal(take(bank, await other.again()))).toBe(expected.other)
    expect(await refusal(take(bank, await one.again()))).toBe(expected.again)
  })

  test('is kept to oneself when the store is away, and counted', async () => {
    const approved = await take(bank, await (await approvedOrder(bank, maria)).again())
    const away = vi.spyOn(bank.stage.deployment.store, 'settleApproval').mockRejectedValue(new Error('away'))
    await approved.settle(422)
    away.mockRestore()
    expect(await refusal(take(bank, await orderOf(bank, maria)))).toBe('transfer_refused')
  })

  test('the first word is the last', async () => {
    const approved = await take(bank, await (await approvedOrder(bank, maria)).again())
    await approved.unknown()
    await approved.unsent()
    await approved.settle(422)
    expect(await refusal(take(bank, await orderOf(bank, maria)))).toBe('transfer_refused')
  })
})

test('evidence of each kind is verified again before it is handed on', async () => {
  for (const presence of ['key', 'passkey'] as const) {
    await open([], presence)
    for (const way of [presence, 'passcode'] as const) {
      const key = newIdempotencyKey()
      const asked = await demand(bank, await orderOf(bank, maria, { key }))
      await approve(bank, maria, asked, way)
      const { evidence } = await take(bank, await orderOf(bank, maria, { key, approval: asked.id }))
      const said = JSON.parse(Buffer.from(evidence, 'base64url').toString()) as Record<string, unknown>
      expect(said).toMatchObject({ kind: way, challenge: asked.challenge })
    }
  }
})

const reachable = await postgresReachable()

describe.each(['memory', 'PostgreSQL'])('a hundred at once (%s)', (kind) => {
  let grounds: Grounds | undefined
  const parts = async () => {
    if (kind === 'memory') return {}
    const { store, shortLived, clock, keys } = (grounds as Grounds).house.stage.deployment
    return { store, shortLived, clock, keys }
  }
  beforeAll(async () => {
    if (kind === 'PostgreSQL' && reachable) grounds = await openGrounds()
  })
  afterAll(() => grounds?.close())
  const skipped = kind === 'PostgreSQL' && !reachable
  const setUp = async (rules: readonly TransferRule[]): Promise<void> => {
    bank = await openBank({ rules }, { parts: await parts() })
    maria = await newCustomer(bank, { user: `maria-${newIdempotencyKey()}`, presence: 'key' })
  }

  test.skipIf(skipped)('send one approval: one goes', async () => {
    await setUp([])
    const { again } = await approvedOrder(bank, maria)
    const orders = await Promise.all(hundred(() => again()))
    expect(await tally(orders.map((order) => take(bank, order)))).toEqual({ none: 1, approval_refused: 99 })
  })

  test.skipIf(skipped)('send their own under one limit: never more than it lets', async () => {
    await setUp([aDay('refuse', '100.00')])
    const made: Array<Awaited<ReturnType<typeof approvedOrder>>> = []
    for (let i = 0; i < 100; i++)
      made.push(
        await approvedOrder(bank, maria, {
          body: { ...euros('9.00').body, account: i % 2 === 0 ? payment.account : otherAccount },
        }),
      )
    const orders = await Promise.all(made.map(({ again }) => again()))
    const counts = await tally(orders.map((order) => take(bank, order)))
    // Who was overtaken again and again is told to come once more, and no more go for that.
    expect(counts['none']).toBe(11)
    expect((counts['transfer_refused'] ?? 0) + (counts['overloaded'] ?? 0)).toBe(89)
    expect(await refusal(take(bank, await orderOf(bank, maria, euros('1.01'))))).toBe('transfer_refused')
    expect(await refusal(take(bank, await orderOf(bank, maria, euros('1.00'))))).toBe('approval_required')
  })
})
