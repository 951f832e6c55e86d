/** The last data, kept for looking at it without a connection, in the shapes of the API. */
import * as v from 'valibot'
import { type Money, moneyText } from './money.ts'
import { account, type Account, transaction, type Transaction } from './shapes.ts'

export type Snapshot = {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly name: string
  readonly accounts: readonly Account[]
  readonly transactions: readonly Transaction[]
}

export const snapshotName = 'home'

const schema = v.object({
  at: v.number(),
  name: v.string(),
  accounts: v.array(account),
  transactions: v.array(transaction),
})

const wire = (money: Money) => ({ currency: money.currency, value: moneyText(money) })

export function writeSnapshot({ at, name, accounts, transactions }: Snapshot): string {
  return JSON.stringify({
    at,
    name,
    accounts: accounts.map((each) => ({
      ...each,
      balance: wire(each.balance),
      available: wire(each.available),
    })),
    transactions: transactions.map((each) => ({
      ...each,
      at: new Date(each.at).toISOString(),
      amount: wire(each.amount),
      balance: wire(each.balance),
    })),
  })
}

/** Null when there is none that this version reads. */
export function readSnapshot(text: string | null): Snapshot | null {
  if (text === null) return null
  const parsed = v.safeParse(schema, JSON.parse(text))
  return parsed.success ? parsed.output : null
}
