import { beforeEach, describe, expect, test } from 'vitest'
import {
  actions,
  approve,
  approvedOrder,
  call,
  type Customer,
  demand,
  newCustomer,
  newIdempotencyKey,
  openBank,
  type Order,
  orderOf,
  otherAccount,
  payment,
  refusalOf,
  take,
} from '../test/approval.ts'
import type { OpenHouse } from '../test/passcode.ts'
import { refusal, tally } from '../test/stage.ts'
import { createApprovals, type Hold } from './approval.ts'
import { parseHead } from './head.ts'
import type { TransferRule } from './transfer-rules.ts'

const newPayee: TransferRule = { name: 'new payee', verdict: 'hold', kind: 'payee', newerThanSeconds: 86_400 }
const aDay = (verdict: TransferRule['verdict'], sum: string): TransferRule => {
  return { name: `a day, ${verdict}`, verdict, kind: 'limit', of: 'user', perSeconds: 86_400, sum }
}

let bank: OpenHouse
let maria: Customer
/** As operators call it. */
const approvals = () => createApprovals(bank.stage.deployment)
const release = (id: string, operator: string): Promise<Hold> =>
  approvals().decide(id, { operator, decision: 'release', note: `${operator} called back` })
const refuse = (id: string, operator: string): Promise<Hold> =>
  approvals().decide(id, { operator, decision: 'refuse', note: 'nobody there' })
const held = async (order: Order): Promise<string> => {
  const { code, approvalId = '' } = await refusalOf(take(bank, order))
  expect(code).toBe('approval_held')
  return approvalId
}

const open = async (rules: readonly TransferRule[]): Promise<void> => {
  bank = await openBank({ rules })
  maria = await newCustomer(bank, { presence: 'key' })
}
beforeEach(() => open([newPayee]))

describe('a transfer the rules hold', () => {
  test('says so before it is approved, and with its reasons after', async () => {
    const { notes, id, again } = await approvedOrder(bank, maria)
    expect(notes).toEqual(['hold'])
    for (let i = 0; i < 2; i++)
      expect(await refusalOf(take(bank, await again()))).toMatchObject({
        code: 'approval_held',
        approvalId: id,
        reasons: ['new_payee'],
      })
    expect(await actions(bank)).toEqual(['approval.asked', 'approval.approved', 'transfer.held'])
    expect(await call(bank, maria, 'GET', 'approvals')).toMatchObject({
      approvals: [{ id, state: 'held', reasons: ['new_payee'] }],
    })
  })

  test('is seen by operators as its user saw it', async () => {
    const { again, lines, id } = await approvedOrder(bank, maria)
    await held(await again())
    const now = bank.stage.deployment.clock.now()
    expect(await approvals().holds('held')).toEqual({
      holds: [
        {
          id,
          user: 'maria',
          device: maria.phone.device,
          title: 'Send money',
          lines,
          reasons: ['new_payee'],
          amount: { currency: 'EUR', value: '12.50' },
          createdAt: now,
          expiresAt: now + 86_400_000,
          state: 'held',
          decisions: [],
          needed: 2,
        },
      ],
    })
  })

  test('goes when two operators have released it, by the same request, once', async () => {
    const { again, id } = await approvedOrder(bank, maria)
    await held(await again())
    expect(await release(id, 'olga')).toMatchObject({ state: 'held', decisions: [{ operator: 'olga' }] })
    await held(await again())
    bank.stage.pass(1)
    expect(await release(id, 'otto')).toMatchObject({
      state: 'released',
      decisions: [
        { operator: 'olga', decision: 'release', note: 'olga called back' },
        { operator: 'otto', decision: 'release', note: 'otto called back' },
      ],
    })
    expect((await approvals().holds('held')).holds).toEqual([])
    expect((await approvals().holds('released')).holds).toMatchObject([{ id }])
    expect(await refusal(take(bank, await again({ key: newIdempotencyKey() })))).toBe('approval_refused')
    expect((await take(bank, await again())).evidence).not.toBe('')
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
    expect((await approvals().holds('spent')).holds).toMatchObject([{ id, decisions: [{}, {}] }])
  })

  test('needs the word of another operator, however often one speaks', async () => {
    const { again, id } = await approvedOrder(bank, maria)
    await held(await again())
    await release(id, 'olga')
    expect(await refusal(release(id, 'olga'))).toBe('second_operator_required')
    expect(await refusal(refuse(id, 'olga'))).toBe('second_operator_required')
    await held(await again())
    const otto = await tally(Array.from({ length: 20 }, () => release(id, 'otto')))
    expect(otto).toEqual({ none: 1, hold_decided: 19 })
    expect(await refusal(take(bank, await again()))).toBe('none')
  })

  test('is over when one operator refuses it', async () => {
    const { again, id } = await approvedOrder(bank, maria)
    await held(await again())
    await release(id, 'olga')
    expect(await refuse(id, 'otto')).toMatchObject({ state: 'refused' })
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
    expect(await refusal(release(id, 'paula'))).toBe('hold_decided')
    expect((await approvals().holds('refused')).holds).toMatchObject([{ id }])
  })

  test('waits a day, and once released an hour', async () => {
    const late = await approvedOrder(bank, maria)
    const unsent = await approvedOrder(bank, maria)
    await held(await late.again())
    await held(await unsent.again())
    bank.stage.pass(86_399)
    await release(unsent.id, 'olga')
    await release(unsent.id, 'otto')
    bank.stage.pass(1)
    expect(await refusal(release(late.id, 'olga'))).toBe('hold_decided')
    expect(await refusal(take(bank, await late.again()))).toBe('approval_expired')
    bank.stage.pass(3598)
    expect((await approvals().holds('expired')).holds).toMatchObject([{ id: late.id, state: 'expired' }])
    const order = await unsent.again()
    bank.stage.pass(1)
    expect(await refusal(take(bank, order))).toBe('approval_expired')
    expect((await approvals().holds('expired')).holds.map(({ id }) => id)).toContain(unsent.id)
  })

  test('is no hold to decide about before, and none that is unknown', async () => {
    const { id } = await approvedOrder(bank, maria)
    expect(await refusal(release(id, 'olga'))).toBe('not_found')
    expect(await refusal(release('A'.repeat(22), 'olga'))).toBe('not_found')
    expect((await approvals().holds('held')).holds).toEqual([])
  })

  test('is told to all devices of its user, the release when it counts', async () => {
    const { again, id } = await approvedOrder(bank, maria)
    const second = await newCustomer(bank)
    const kinds = async (): Promise<unknown[]> => {
      const { notices } = (await call(bank, second, 'GET', 'notices')) as unknown as {
        notices: Array<{ kind: string }>
      }
      return notices.map(({ kind }) => kind).filter((kind) => kind.startsWith('transfer.'))
    }
    await held(await again())
    expect(await kinds()).toEqual(['transfer.held'])
    await release(id, 'olga')
    expect(await kinds()).toEqual(['transfer.held'])
    await release(id, 'otto')
    expect(await kinds()).toEqual(['transfer.released', 'transfer.held'])
    const other = await approvedOrder(bank, maria)
    await held(await other.again())
    await refuse(other.id, 'otto')
    expect((await kinds())[0]).toBe('transfer.hold_refused')
    const entries = await bank.stage.deployment.store.readAudit({ limit: 1000 })
    const words = entries.filter(({ actor }) => ['olga', 'otto'].includes(actor))
    expect(words.map(({ action, actor, detail }) => [action, actor, detail])).toEqual([
      ['transfer.released', 'olga', { approval: id }],
      ['transfer.released', 'otto', { approval: id }],
      ['transfer.hold_refused', 'otto', { approval: other.id }],
    ])
    expect(JSON.stringify(entries)).not.toMatch(/called back|nobody there|Erika|DE89/)
  })
})

test('a release is told to its user, though both operators speak at the same time', async () => {
  const { again, id } = await approvedOrder(bank, maria)
  await held(await again())
  await Promise.all([release(id, 'olga'), release(id, 'otto')])
  const entries = await bank.stage.deployment.store.readAudit({ limit: 1000 })
  const told = entries.filter(({ action, user }) => action === 'transfer.released' && user === 'maria')
  expect(told).toHaveLength(1)
})

test('operators see and decide by their own calls, each under the name he gave proof of', async () => {
  const { operators } = bank.server
  const [olga, otto] = [await operators.add('olga'), await operators.add('otto')]
  const ask = async (by: typeof olga, method: string, target: string, body?: unknown): Promise<unknown> => {
    const basic = `Basic ${Buffer.from(`${by.name}:${by.secret}`).toString('base64')}`
    const head = parseHead(method, target, ['authorization', basic], '127.0.0.1')
    return (await operators.answer(head, body)).json
  }
  const { again, id } = await approvedOrder(bank, maria)
  await held(await again())
  expect(await ask(olga, 'GET', '/admin/holds')).toMatchObject({ holds: [{ id, needed: 2, decisions: [] }] })
  const note = { note: 'called back' }
  expect(await refusal(ask(olga, 'POST', `/admin/holds/${id}/release`))).toBe('bad_request')
  expect(await ask(olga, 'POST', `/admin/holds/${id}/release`, note)).toMatchObject({ state: 'held' })
  expect(await refusal(ask(olga, 'POST', `/admin/holds/${id}/release`, note))).toBe(
    'second_operator_required',
  )
  expect(await ask(otto, 'POST', `/admin/holds/${id}/release`, note)).toMatchObject({ state: 'released' })
  expect(await refusal(ask(otto, 'POST', `/admin/holds/${id}/refuse`, note))).toBe('hold_decided')
  expect(await ask(olga, 'GET', '/admin/holds?state=released')).toMatchObject({
    holds: [{ id, decisions: [{ operator: 'olga' }, { operator: 'otto' }] }],
  })
})

describe('a release', () => {
  test('is for the reasons it was given for: another one holds it again, and forgets who spoke', async () => {
    await open([newPayee, aDay('hold', '20.00')])
    const { again, id } = await approvedOrder(bank, maria)
    await held(await again())
    await release(id, 'olga')
    await release(id, 'otto')
    // Meanwhile another one goes out, and this one would pass the limit.
    const other = await approvedOrder(bank, maria, { body: { ...payment, account: otherAccount } })
    await held(await other.again())
    await release(other.id, 'olga')
    await release(other.id, 'otto')
    await take(bank, await other.again())
    expect(await refusalOf(take(bank, await again()))).toMatchObject({
      code: 'approval_held',
      reasons: ['new_payee', 'over_limit'],
    })
    expect(await release(id, 'olga')).toMatchObject({ state: 'held', decisions: [{ operator: 'olga' }] })
    await release(id, 'otto')
    expect(await refusal(take(bank, await again()))).toBe('none')
  })

  test('lets a limit be passed that held it, and none that refuses', async () => {
    await open([aDay('hold', '10.00'), aDay('refuse', '30.00')])
    const first = await approvedOrder(bank, maria)
    await held(await first.again())
    await release(first.id, 'olga')
    await release(first.id, 'otto')
    await take(bank, await first.again())
    const second = await approvedOrder(bank, maria)
    const third = await approvedOrder(bank, maria)
    for (const { again, id } of [second, third]) {
      await held(await again())
      await release(id, 'olga')
      await release(id, 'otto')
    }
    const orders = await Promise.all([second.again(), third.again()])
    expect(await tally(orders.map((order) => take(bank, order)))).toEqual({ none: 1, transfer_refused: 1 })
  })

  test('leaves the passcode to be asked for, before operators are', async () => {
    await open([newPayee, aDay('ask', '10.00')])
    const key = newIdempotencyKey()
    const asked = await demand(bank, await orderOf(bank, maria, { key }))
    expect(asked).toMatchObject({ notes: ['hold'], claims: { acr: 'passcode' } })
    await approve(bank, maria, asked, 'passcode')
    const again = () => orderOf(bank, maria, { key, approval: asked.id })
    await held(await again())
    await release(asked.id, 'olga')
    await release(asked.id, 'otto')
    expect(await refusal(take(bank, await again()))).toBe('none')
  })
})
