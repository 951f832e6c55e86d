/** The bank's API as typed calls. Each rejects with HoldfastError, or with {@link BankError} for what the bank itself says no to. */
import type { FetchInit, Session } from '@holdfast/client'
import * as v from 'valibot'
import { type Money, moneyText } from './money.ts'
import * as shapes from './shapes.ts'

/** The bank's stable code, from application/problem+json. */
export class BankError extends Error {
  override readonly name = 'BankError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(`the bank said ${code}`)
    this.status = status
    this.code = code
  }
}

export type Payment = {
  readonly name: string
  readonly iban: string
  readonly amount: Money
  readonly reference: string
}
export type Order = Payment & { readonly from: string }
export type StandingOrderDraft = Order & { readonly every: 'week' | 'month'; readonly first: string }

/** `idempotencyKey`: the same for the same payment, however often it is sent. `approval`: of a held one that was released. */
export type Sending = Pick<FetchInit, 'idempotencyKey' | 'approval'>

export type Search = {
  readonly query?: string
  readonly category?: string
  readonly cursor?: string
  readonly limit?: number
}

const problem = v.object({ error: v.string() })
const amountOf = (amount: Money) => ({ currency: amount.currency, value: moneyText(amount) })
const paymentOf = ({ name, iban, amount, reference }: Payment) => ({
  name,
  iban,
  amount: amountOf(amount),
  // What is approved is read line by line: an empty one is none.
  ...(reference === '' ? {} : { reference }),
})
/** As the API takes it. */
export const orderOf = ({ from, ...payment }: Order) => ({ from, ...paymentOf(payment) })

async function refusal(answer: Response): Promise<BankError> {
  const said = v.safeParse(problem, await answer.json().catch(() => null))
  return new BankError(answer.status, said.success ? said.output.error : 'unknown')
}

/** An answer in another shape than agreed is refused whole. */
async function read<Value>(answer: Response, schema: v.GenericSchema<unknown, Value>): Promise<Value> {
  if (!answer.ok) throw await refusal(answer)
  const parsed = v.safeParse(schema, await answer.json().catch(() => null))
  if (!parsed.success) throw new BankError(answer.status, 'answer_malformed')
  return parsed.output
}

export type Bank = ReturnType<typeof bankOf>

/** `sent` is called whenever a call that may have asked its user for something has ended. */
export function bankOf(session: Session, sent: () => void) {
  const get = async <Value>(path: string, schema: v.GenericSchema<unknown, Value>): Promise<Value> =>
    read(await session.fetch(path), schema)

  async function send(path: string, content: unknown, sending: Sending = {}): Promise<Response> {
    const init: FetchInit = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
      ...sending,
    }
    return session.fetch(path, init).finally(sent)
  }
  async function remove(path: string): Promise<void> {
    const answer = await session.fetch(path, { method: 'DELETE' })
    if (!answer.ok) throw await refusal(answer)
  }
  const id = encodeURIComponent

  return {
    me: () => get('/me', shapes.me),
    accounts: async () => (await get('/accounts', shapes.accounts)).accounts,
    account: (account: string) => get(`/accounts/${id(account)}`, shapes.account),
    transactions(account: string, { query, category, cursor, limit }: Search = {}) {
      const given = { query, category, cursor, limit: limit?.toString() }
      const search = new URLSearchParams(
        Object.entries(given).filter(
          (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
        ),
      ).toString()
      return get(
        `/accounts/${id(account)}/transactions${search === '' ? '' : `?${search}`}`,
        shapes.transactions,
      )
    },
    /** `YYYY-MM`. */
    spending: (month: string) => get(`/spending?month=${month}`, shapes.spending),
    payees: async () => (await get('/payees', shapes.payees)).payees,
    addPayee: async (payee: Pick<Payment, 'name' | 'iban'>, sending?: Sending) =>
      read(await send('/payees', payee, sending), shapes.payee),
    checkPayee: async (payee: Pick<Payment, 'name' | 'iban'>) =>
      read(await send('/payees/check', payee), shapes.payeeCheck),
    removePayee: (payee: string) => remove(`/payees/${id(payee)}`),
    transfer: async (order: Order, sending: Sending) =>
      read(await send('/transfers', orderOf(order), sending), shapes.transfer),
    transferBatch: async (from: string, payments: readonly Payment[], sending: Sending) =>
      read(
        await send('/transfers/batch', { from, payments: payments.map(paymentOf) }, sending),
        shapes.batch,
      ),
    standingOrders: async () => (await get('/standing-orders', shapes.standingOrders)).standingOrders,
    addStandingOrder: async ({ every, first, ...order }: StandingOrderDraft, sending: Sending) =>
      read(
        await send('/standing-orders', { ...orderOf(order), every, first }, sending),
        shapes.standingOrder,
      ),
    removeStandingOrder: (order: string) => remove(`/standing-orders/${id(order)}`),
    cards: async () => (await get('/cards', shapes.cards)).cards,
    setCardState: async (card: string, state: shapes.Card['state']) =>
      read(await send(`/cards/${id(card)}/state`, { state }), shapes.card),
    /** The digits as bytes, for the caller to overwrite: show them, keep them nowhere. */
    cardPin: (card: string) => session.fetchSecret(`/cards/${id(card)}/pin`),
    documents: async () => (await get('/documents', shapes.documents)).documents,
    /** As an age file for `recipient`, for `session.vault.files.putEncrypted`. */
    async sealedDocument(document: string, recipient: string): Promise<ReadableStream<Uint8Array>> {
      const answer = await send(`/documents/${id(document)}/sealed`, { recipient })
      if (!answer.ok || answer.body === null) throw await refusal(answer)
      return answer.body
    },
  }
}
