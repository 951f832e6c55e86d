/** Transfers from a phone to a backend, with a whole service and its rules between them. */
import { type SealingSuite, sealedPath } from '@holdfast/core'
import type { TransferPolicy } from '@holdfast/server'
import { describe, expect, it } from 'vitest'
import type { Approve } from '../src/approval.ts'
import { approving, type Asked, bankRoutes, init, paid, pay, transfer } from './approvals.ts'
import { passcode } from './factor.ts'
import { codeOf, enrolled, sentTo } from './rig.ts'

const transfers: TransferPolicy = {
  currency: 'EUR',
  habitDays: 30,
  releases: 1,
  holdSeconds: 86_400,
  releasedSeconds: 3600,
  rules: [
    { name: 'large', kind: 'limit', of: 'user', sum: '5000.00', verdict: 'refuse' },
    { name: 'stranger', kind: 'payee', newerThanSeconds: 86_400, above: '1000.00', verdict: 'hold' },
  ],
}
const suites: SealingSuite[] = ['x25519']
const yes: Approve = async () => ({ passcode })
const of = (value: string): string => JSON.stringify({ ...transfer, amount: { currency: 'EUR', value } })

function customer(answer = yes): Promise<Asked> {
  return approving(answer, { routes: bankRoutes, deployment: { transfers, sealing: { suites } } })
}
const states = async ({ session }: Asked): Promise<string[]> =>
  (await session.approvals()).map(({ state }) => state)

describe('a transfer', () => {
  it('is carried out once: what was shown, in its one form, with evidence', async () => {
    const evidence: Array<string | null> = []
    const all = await approving(yes, {
      routes: bankRoutes,
      deployment: { transfers },
      async backend(request) {
        evidence.push(request.headers.get('holdfast-approval'))
        return Response.json({ booked: await request.json() })
      },
    })
    const body = JSON.stringify(
      { name: transfer.name, iban: transfer.iban, amount: transfer.amount },
      null,
      2,
    )
    const answer = await pay(all, { body })
    expect(await answer.json()).toEqual({ booked: transfer })
    expect(paid(all)).toEqual([`POST /transfers ${JSON.stringify(transfer)}`])
    const [said] = evidence
    expect(JSON.parse(Buffer.from(said ?? '', 'base64url').toString())).toMatchObject({ kind: 'passcode' })
    expect(await states(all)).toEqual(['spent'])
  })

  it('is approved by finger', async () => {
    const all = await customer(async () => ({ presence: true }))
    await all.session.enablePresence()
    expect((await pay(all)).status).toBe(200)
    expect(all.shown[0]?.acr).toBe('presence')
  })

  it('shows nobody in the line anything when it is sealed', async () => {
    const all = await customer()
    const sealed = sentTo(all.phone, sealedPath).length
    expect((await pay(all, { sealed: true })).status).toBe(200)
    expect(sentTo(all.phone, '/transfers')).toEqual([])
    expect(sentTo(all.phone, sealedPath).length - sealed).toBe(4)
    expect([all.shown.length, paid(all).length]).toEqual([1, 1])
  })

  it('is answered again, and not carried out again, when its app comes back after a crash', async () => {
    const all = await customer()
    const idempotencyKey = 'k'.repeat(22)
    all.phone.network.tap(({ request }) => {
      const approved = request.fields.some(([name]) => name === 'holdfast-approval')
      if (approved) all.phone.network.dropRequest(100)
    })
    all.phone.network.loseAnswer(1, ({ fields }) => fields.some(([name]) => name === 'holdfast-approval'))
    expect(await codeOf(pay(all, { idempotencyKey }))).toBe('network_unreachable')
    all.phone.network.calm()
    const [{ id: approval } = { id: '' }] = all.shown
    expect((await pay(all, { idempotencyKey, approval })).status).toBe(200)
    expect([all.shown.length, paid(all).length]).toEqual([1, 1])
  })

  it('of another phone is none of this one', async () => {
    const all = await customer()
    await pay(all)
    const client = await enrolled(all.world)
    const session = await client.unlock()
    const approval = all.shown[0]?.id ?? ''
    expect(await codeOf(pay({ session }, { approval }))).toBe('approval_refused')
    expect(await session.approvals()).toEqual([])
  })
})

describe('the rules of the bank', () => {
  it('refuse with their reasons, and the user is not asked', async () => {
    const all = await customer()
    await expect(pay(all, { body: of('5000.01') })).rejects.toMatchObject({
      code: 'transfer_refused',
      reasons: ['new_payee', 'over_limit'],
    })
    expect([all.shown, paid(all)]).toEqual([[], []])
  })

  it('hold a transfer, which goes when it is released, once, as it was', async () => {
    const all = await customer()
    const held = { body: of('1000.01'), idempotencyKey: 'k'.repeat(22) }
    const refused = await pay(all, held).catch((error: unknown) => error)
    const [{ id: approval, notes } = { id: '', notes: [] }] = all.shown
    expect(notes).toEqual(['hold'])
    const reasons = ['new_payee']
    expect(refused).toMatchObject({ code: 'approval_held', approvalId: approval, reasons })
    const [listed] = await all.session.approvals()
    expect(listed).toMatchObject({ id: approval, state: 'held', title: 'Transfer', reasons })
    expect(listed?.lines).toEqual(all.shown[0]?.lines)
    expect(listed?.expiresAt).toBe((listed?.createdAt ?? 0) + 86_400_000)
    expect(await codeOf(pay(all, { ...held, approval }))).toBe('approval_held')

    await all.world.operate('POST', `/admin/holds/${approval}/release`, { note: 'called the customer' })
    expect(await states(all)).toEqual(['released'])
    const others = [
      { ...held, body: of('1000.02') },
      { ...held, idempotencyKey: 'l'.repeat(22) },
    ]
    for (const other of others)
      expect(await codeOf(pay(all, { ...other, approval }))).toBe('approval_refused')
    expect((await pay(all, { ...held, approval })).status).toBe(200)
    expect((await pay(all, { ...held, approval })).status).toBe(200)
    expect([all.shown.length, paid(all).length]).toEqual([1, 1])
    expect(await states(all)).toEqual(['spent'])
  })

  it('are the word of operators when they refuse it', async () => {
    const all = await customer()
    const held = { body: of('1000.01'), idempotencyKey: 'k'.repeat(22) }
    expect(await codeOf(pay(all, held))).toBe('approval_held')
    const approval = all.shown[0]?.id ?? ''
    await all.world.operate('POST', `/admin/holds/${approval}/refuse`, { note: 'was not him' })
    expect(await states(all)).toEqual(['refused'])
    expect(await codeOf(pay(all, { ...held, approval }))).toBe('approval_refused')
    expect(paid(all)).toEqual([])
  })
})

describe('fifty transfers in one', () => {
  const payments = Array.from({ length: 50 }, (_, i) => ({
    amount: { currency: 'EUR', value: `${10 + (i % 10)}.00` },
    iban: transfer.iban,
    name: `${transfer.name} of the house with the long name by the river`,
  }))
  const body = JSON.stringify({ payments })

  it.each([false, true])('are shown, all of them, and their total; sealed: %s', async (sealed) => {
    const all = await customer()
    const sent = await all.session.fetch('/batch', init({ body, sealed }))
    expect(sent.status).toBe(200)
    const [{ lines } = { lines: [] }] = all.shown
    expect(lines).toHaveLength(152)
    expect(lines.slice(0, 2).map(({ value }) => value)).toEqual(['50', expect.stringContaining('725.00')])
    expect(lines.filter(({ name }) => name.endsWith('.iban'))).toHaveLength(50)
    expect(all.world.executed.filter((line) => line.startsWith('POST /batch'))).toHaveLength(1)
  })
})
