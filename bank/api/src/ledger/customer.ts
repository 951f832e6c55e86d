import type { Db } from '../database/transaction.ts'
import { Refusal } from '../refusal.ts'

export type Customer = { readonly id: string; readonly name: string }

/** The customer a user of the gateway is. Throws `no_customer`. */
export async function customerOf(db: Db, user: string): Promise<Customer> {
  const found = await db
    .selectFrom('customer')
    .select(['id', 'name'])
    .where('id', '=', user)
    .executeTakeFirst()
  if (found === undefined) throw new Refusal('no_customer')
  return found
}
