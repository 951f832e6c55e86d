/**
 * Payments nobody knows the end of yet, kept in the vault from before they are first sent: they are sent again as they were, under the
 * same Idempotency-Key, until their outcome is known. One that the bank holds waits here for its release.
 */
import type { Json, Session } from '@holdfast/client'
import * as v from 'valibot'
import { type Order, orderOf } from '../bank/bank.ts'
import { order } from '../bank/shapes.ts'

export type KeptPayment = {
  readonly key: string
  readonly order: Order
  /** When it was first sent; milliseconds since 1970. */
  readonly at: number
  /** Of a payment that is held; null: it was sent, and no answer came. */
  readonly approval: string | null
}

const prefix = 'payment '
const schema = v.object({ order, at: v.number(), approval: v.nullable(v.string()) })

/** Null for what another version wrote: shown to nobody, and sent by nobody. */
function read(name: string, value: Json | undefined): KeptPayment | null {
  const parsed = v.safeParse(schema, value)
  return parsed.success ? { key: name.slice(prefix.length), ...parsed.output } : null
}

export type KeptPayments = {
  /** Oldest first. */
  list(): Promise<KeptPayment[]>
  /** Durable when it returns. */
  keep(payment: KeptPayment): Promise<void>
  drop(key: string): Promise<void>
}

export function keptPayments({ vault: { preferences } }: Pick<Session, 'vault'>): KeptPayments {
  return {
    async list(): Promise<KeptPayment[]> {
      const names = (await preferences.list()).filter((name) => name.startsWith(prefix))
      const all = await Promise.all(names.map(async (name) => read(name, await preferences.get(name))))
      return all.filter((payment) => payment !== null).sort((one, other) => one.at - other.at)
    },
    async keep({ key, order: sent, at, approval }: KeptPayment): Promise<void> {
      await preferences.set(prefix + key, { order: orderOf(sent), at, approval })
    },
    drop: (key) => preferences.delete(prefix + key),
  }
}
