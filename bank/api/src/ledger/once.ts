/** Idempotency-Key: an order is carried out once and answered alike as often as it is sent. */
import { createHash } from 'node:crypto'
import type { Proof } from '../approval/service.ts'
import { type Db, inTransaction, type Tx } from '../database/transaction.ts'
import { Refusal } from '../refusal.ts'
import type { Customer } from './customer.ts'

export type Order = {
  readonly customer: Customer
  readonly key: string
  /** Method and path, and the body as it was sent: what makes it the same order. */
  readonly route: string
  readonly body: Uint8Array
  readonly at: Date
  /** That the customer approved it, kept with the answer for whoever disputes it. */
  readonly proof?: Proof
}

/** As it goes out, byte for byte. */
export type KeptAnswer = { readonly status: number; readonly body: string }

/**
 * Runs `act` and keeps `answer` (JSON) in the same transaction, so money and answer are there together or not at all. Of callers with the
 * same key one acts; the others wait for it and get its answer. Throws `idempotency_key_reused` when the key belongs to another
 * order, and what `act` throws: then nothing is kept, and the key is free.
 */
export async function once(
  db: Db,
  order: Order,
  answer: object,
  act: (tx: Tx) => Promise<void>,
): Promise<KeptAnswer> {
  const { customer, key, at, proof } = order
  const digest = digestOf(order)
  const given = { status: 201, body: JSON.stringify(answer) }
  return inTransaction(db, async (tx) => {
    const { numInsertedOrUpdatedRows: kept = 0n } = await tx
      .insertInto('keptAnswer')
      .values({
        customer: customer.id,
        key,
        digest,
        at,
        evidence: proof?.evidence ?? null,
        statement: proof?.statement ?? null,
        ...given,
      })
      .onConflict((conflict) => conflict.columns(['customer', 'key']).doNothing())
      .executeTakeFirstOrThrow()
    if (kept === 0n) return earlier(tx, order, digest)
    await act(tx)
    return given
  })
}

async function earlier(tx: Tx, { customer, key }: Order, digest: string): Promise<KeptAnswer> {
  const kept = await tx
    .selectFrom('keptAnswer')
    .select(['digest', 'status', 'body'])
    .where('customer', '=', customer.id)
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  if (kept.digest !== digest) throw new Refusal('idempotency_key_reused')
  return { status: kept.status, body: kept.body }
}

function digestOf({ route, body }: Order): string {
  return createHash('sha256').update(`${route}\n`).update(body).digest('base64url')
}
