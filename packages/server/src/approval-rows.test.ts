import { signJws } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
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
  proofOf,
  refusalOf,
  take,
} from '../test/approval.ts'
import type { OpenHouse } from '../test/passcode.ts'
import { type Grounds, openGrounds, postgresReachable } from '../test/passcode-node.ts'
import { payloadOf, refusal } from '../test/stage.ts'
import { createApprovals } from './approval.ts'
import { sealEvidence } from './approval-evidence.ts'
import { openContent, sealPart } from './approval-record.ts'
import type { TransferRule } from './transfer-rules.ts'

const toOther: TransferRule = {
  name: 'over fifty',
  verdict: 'hold',
  kind: 'limit',
  of: 'user',
  sum: '50.00',
}

/** Somebody who writes into the database while an approval waits there. */
describe.skipIf(!(await postgresReachable()))('rows that were changed (skipped without PostgreSQL)', () => {
  let grounds: Grounds
  let thief: Client
  let bank: OpenHouse
  let maria: Customer
  beforeAll(async () => {
    grounds = await openGrounds()
    thief = new Client({ connectionString: grounds.url })
    await thief.connect()
  })
  afterAll(async () => {
    await thief.end()
    await grounds.close()
  })
  beforeEach(async () => {
    const { store, shortLived, clock, keys } = grounds.house.stage.deployment
    const parts = { store, shortLived, clock, keys }
    bank = await openBank({ rules: [toOther] }, { parts })
    maria = await newCustomer(bank, { user: newIdempotencyKey(), presence: 'key' })
  })
  const set = async (id: string, columns: string): Promise<void> => {
    const { rowCount } = await thief.query(`update approval set ${columns} where id = $1`, [id])
    expect(rowCount).toBe(1)
  }
  const copy = (id: string, column: string, from: string): Promise<void> =>
    set(id, `${column} = (select ${column} from approval where id = '${from}')`)
  const dear = { body: { ...payment, amount: { currency: 'EUR', value: '60.00' } } }

  test('a state alone approves nothing', async () => {
    const key = newIdempotencyKey()
    const { id } = await demand(bank, await orderOf(bank, maria, { key }))
    const again = () => orderOf(bank, maria, { key, approval: id })
    await set(id, `state = 'approved', acr = 'passcode'`)
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
    await set(id, `state = 'released'`)
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
  })

  test('what its user declined stays declined', async () => {
    const key = newIdempotencyKey()
    const { id } = await demand(bank, await orderOf(bank, maria, { key }))
    await call(bank, maria, 'DELETE', `approvals/${id}`)
    await set(id, `state = 'approved'`)
    expect(await refusal(take(bank, await orderOf(bank, maria, { key, approval: id })))).toBe(
      'approval_refused',
    )
  })

  test('evidence of another approval is none for this one', async () => {
    const key = newIdempotencyKey()
    const cheap = await approvedOrder(bank, maria)
    const { id } = await demand(bank, await orderOf(bank, maria, { key, ...dear }))
    const again = () => orderOf(bank, maria, { key, ...dear, approval: id })
    await copy(id, 'sealed_evidence', cheap.id)
    await set(id, `state = 'approved'`)
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
    await copy(id, 'sealed_content', cheap.id)
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
  })

  test('an approval moved to another request does not carry it out', async () => {
    const key = newIdempotencyKey()
    const cheap = await approvedOrder(bank, maria)
    const other = { key, body: { ...payment, account: otherAccount } }
    const asked = await demand(bank, await orderOf(bank, maria, other))
    await copy(cheap.id, 'request_digest', asked.id)
    expect(await refusal(take(bank, await orderOf(bank, maria, { ...other, approval: cheap.id })))).toBe(
      'approval_refused',
    )
  })

  test('an approval moved to another device is none of it', async () => {
    const second = await newCustomer(bank, { user: newIdempotencyKey(), presence: 'key' })
    const key = newIdempotencyKey()
    const { id } = await approvedOrder(bank, maria, { key })
    await set(id, `device_id = '${second.phone.device}'`)
    expect(await refusal(take(bank, await orderOf(bank, second, { key, approval: id })))).toBe(
      'approval_refused',
    )
  })

  test('a challenge nobody of ours signed is none, to prove or to spend', async () => {
    const { again, id, challenge } = await approvedOrder(bank, maria)
    const forged = await signJws(
      'hf-challenge+jwt',
      { kid: bank.stage.deployment.keys.token().kid },
      { ...payloadOf(challenge), acr: 'presence' },
      maria.phone.key.privateKey,
      nodeCrypto,
    )
    const asked = await demand(
      bank,
      await orderOf(bank, maria, { target: '/card-limits', body: { card: 'c' } }),
    )
    // Even where the wrapping key is known, too.
    const { deployment } = bank.stage
    for (const approval of [id, asked.id]) {
      const record = await deployment.store.findApproval(approval)
      if (record === null) throw new Error('there is no approval')
      const text = JSON.stringify({ ...openContent(record, deployment), challenge: forged })
      await set(approval, `sealed_content = '${sealPart('content', record, text, deployment)}'`)
    }
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
    expect(await approve(bank, maria, asked)).toMatchObject({ error: 'approval_refused' })
  })

  test('damaged evidence is none', async () => {
    const { again, id } = await approvedOrder(bank, maria)
    await set(id, `sealed_evidence = 'AAAA'`)
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
    await set(id, `sealed_evidence = null`)
    expect(await refusal(take(bank, await again()))).toBe('approval_refused')
  })

  test('evidence nobody signed is none, though somebody had it sealed as ours is', async () => {
    for (const kind of ['key', 'passcode'] as const) {
      const { again, id, challenge } = await approvedOrder(bank, maria)
      const { jwk } = kind === 'key' ? (maria.bound?.key ?? maria.phone.key) : maria.phone.key
      const { evidence } = await proofOf(bank, maria, await demand(bank, await orderOf(bank, maria)), 'key')
      const forged = { kind, challenge, evidence, jwk }
      const sealed = sealEvidence({ id, deviceId: maria.phone.device }, forged, bank.stage.deployment)
      await set(id, `sealed_evidence = '${sealed}'`)
      expect(await refusal(take(bank, await again()))).toBe('approval_refused')
    }
  })

  test('what was released is what operators released, not what a row says', async () => {
    const { again, id } = await approvedOrder(bank, maria, dear)
    expect(await refusal(take(bank, await again()))).toBe('approval_held')
    const { store } = bank.stage.deployment
    await set(id, `state = 'released'`)
    // As it was never released, the rules hold it again.
    expect(await refusal(take(bank, await again()))).toBe('approval_held')
    const word = `insert into hold_decision (approval_id, operator, decision, note, at) values ($1, $2, 'release', $3, $4)`
    for (const operator of ['olga', 'otto']) await thief.query(word, [id, operator, 'fine', Date.now()])
    await set(id, `state = 'released'`)
    expect(await refusal(take(bank, await again()))).toBe('approval_held')
    // One operator did: his word is not that of two.
    const approvals = createApprovals(bank.stage.deployment)
    await approvals.decide(id, { operator: 'olga', decision: 'release', note: 'called back' })
    const copied = `insert into hold_decision select approval_id, 'otto', decision, note, at from hold_decision where approval_id = $1`
    await thief.query(copied, [id])
    await set(id, `state = 'released'`)
    expect(await refusal(take(bank, await again()))).toBe('approval_held')
    expect(await store.findApproval(id)).toMatchObject({ state: 'held' })
  })

  test('a yes lasts as long as its challenge says, and a release as long as its words', async () => {
    const { again, id } = await approvedOrder(bank, maria)
    await set(id, `expires_at = ${Date.now() + 10 * 86_400_000}`)
    const { deployment } = bank.stage
    const { clock } = deployment
    const { releasedSeconds } = deployment.transfers ?? { releasedSeconds: 0 }
    const later = async (seconds: number) => {
      const now = clock.now() + seconds * 1000
      const ahead = { now: () => now, monotonic: () => clock.monotonic() + seconds * 1000 }
      return openBank({ rules: [toOther] }, { parts: { ...deployment, clock: ahead } })
    }
    const dearOne = await approvedOrder(bank, maria, dear)
    expect((await refusalOf(take(bank, await dearOne.again()))).code).toBe('approval_held')
    const approvals = createApprovals(deployment)
    for (const operator of ['olga', 'otto'])
      await approvals.decide(dearOne.id, { operator, decision: 'release', note: 'called back' })
    await set(dearOne.id, `expires_at = ${Date.now() + 10 * 86_400_000}`)
    const inFive = await later(300)
    expect(await refusal(take(inFive, await sameAt(inFive, again)))).toBe('approval_expired')
    const inAnHour = await later(releasedSeconds)
    expect(await refusal(take(inAnHour, await sameAt(inAnHour, dearOne.again)))).toBe('approval_expired')
    expect(await refusal(take(bank, await dearOne.again()))).toBe('none')
  })

  /** The same request, signed by the clock of that node. */
  async function sameAt(node: OpenHouse, again: () => Promise<Order>): Promise<Order> {
    const { head, body } = await again()
    const key = head.fields.get('idempotency-key') ?? ''
    const approval = head.fields.get('holdfast-approval') ?? ''
    return orderOf(node, maria, { body: Buffer.from(body).toString(), key, approval })
  }

  test('money that went is not sent again', async () => {
    const { again, id } = await approvedOrder(bank, maria)
    await take(bank, await again())
    await set(id, `state = 'approved'`)
    await expect(take(bank, await again())).rejects.toThrow()
  })
})
