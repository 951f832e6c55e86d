import { type ErrorCode, HoldfastError, type Json } from '@holdfast/client'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bank, BankError, type Order, type Sending } from '../bank/bank.ts'
import { createAsks } from './asks.ts'
import { type KeptPayment, keptPayments } from './kept-payments.ts'
import { type Sender, sendPayment } from './send-payment.ts'

const order: Order = {
  from: 'acc_1',
  name: 'Jonas Keller',
  iban: 'DE15900100100005190448',
  amount: { currency: 'EUR', minor: 2550n },
  reference: '',
}
const payment: KeptPayment = { key: 'k'.repeat(22), order, at: 1_800_000_000_000, approval: null }
const transfer = { ...order, id: 'tx_1', at: 1_800_000_000_000, state: 'booked' as const }

/** What is kept in the vault, in the order of its names. */
let stored: Map<string, Json>
let sender: Sender
let outcome: () => Promise<typeof transfer>
let sent: Array<{ readonly order: Order; readonly sending: Sending; readonly kept: KeptPayment[] }>

beforeEach(() => {
  stored = new Map()
  sent = []
  const preferences = {
    get: async (name: string) => stored.get(name),
    set: async (name: string, value: Json) => void stored.set(name, JSON.parse(JSON.stringify(value))),
    delete: async (name: string) => void stored.delete(name),
    list: async () => [...stored.keys()],
  }
  const session = { vault: { preferences } } as Sender['session']
  const bank = {
    async transfer(ordered: Order, sending: Sending) {
      sent.push({ order: ordered, sending, kept: await keptPayments(session).list() })
      return outcome()
    },
  } as Bank
  sender = { asks: createAsks(), session, bank }
})

const kept = (): Promise<KeptPayment[]> => keptPayments(sender.session).list()
function failing(error: Error): void {
  outcome = async () => {
    throw error
  }
}
const failure = (code: ErrorCode): HoldfastError => new HoldfastError(code)

/** As when its user approves while it is sent. */
async function approved(): Promise<void> {
  const asked = sender.asks.ask({
    kind: 'approval',
    request: { id: 'a', title: 'Transfer', lines: [], acr: 'presence', expiresAt: 0, notes: [] },
  })
  sender.asks.current()?.answer({ presence: true })
  await asked
}

describe('a payment', () => {
  it('is kept before it is sent, and no longer when it is paid', async () => {
    outcome = async () => transfer
    expect(await sendPayment(sender, payment)).toEqual({ kind: 'paid', transfer })
    expect(sent).toEqual([{ order, sending: { idempotencyKey: payment.key }, kept: [payment] }])
    expect(await kept()).toEqual([])
  })

  it('that is held is kept under its approval, and goes under it and its key when it is sent again', async () => {
    failing(new HoldfastError('approval_held', { approvalId: 'approval-1', reasons: ['new_payee'] }))
    expect(await sendPayment(sender, payment)).toEqual({ kind: 'held', approval: 'approval-1' })
    const [held] = await kept()
    expect(held).toEqual({ ...payment, approval: 'approval-1' })
    outcome = async () => transfer
    await sendPayment(sender, held ?? payment)
    expect(sent[1]).toMatchObject({
      order,
      sending: { idempotencyKey: payment.key, approval: 'approval-1' },
    })
    expect(await kept()).toEqual([])
  })

  it.each([
    failure('approval_declined'),
    failure('approval_expired'),
    failure('approval_refused'),
    failure('approval_body_refused'),
    failure('transfer_refused'),
    new BankError(409, 'insufficient_funds'),
    new BankError(422, 'unknown_account'),
  ])('that was refused is kept no longer: %s', async (error) => {
    outcome = async () => {
      await approved()
      throw error
    }
    await expect(sendPayment(sender, payment)).rejects.toBe(error)
    expect(await kept()).toEqual([])
  })

  it.each([
    failure('network_unreachable'),
    failure('outcome_unknown'),
    failure('answer_refused'),
    failure('unverified_refusal'),
    failure('request_timeout'),
    failure('locked'),
    new BankError(503, 'unavailable'),
    new BankError(201, 'answer_malformed'),
    new TypeError('anything else'),
  ])('that was approved stays kept when nobody knows what came of it: %s', async (error) => {
    outcome = async () => {
      await approved()
      throw error
    }
    expect(await sendPayment(sender, payment)).toEqual({ kind: 'unknown', error })
    expect(await kept()).toEqual([payment])
  })

  it('that nobody approved yet was not carried out, whatever happened', async () => {
    const error = failure('network_unreachable')
    failing(error)
    await expect(sendPayment(sender, payment)).rejects.toBe(error)
    expect(await kept()).toEqual([])
  })

  it('that may have been carried out before stays kept, also when nobody is asked this time', async () => {
    await keptPayments(sender.session).keep(payment)
    failing(failure('network_unreachable'))
    expect(await sendPayment(sender, payment)).toMatchObject({ kind: 'unknown' })
    expect(await kept()).toEqual([payment])
  })

  it('of another version of the app is shown and sent by nobody', async () => {
    stored.set('payment old', { order: { to: 'somebody' } })
    stored.set('language', 'de')
    expect(await kept()).toEqual([])
  })
})
