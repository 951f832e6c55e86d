/** What was issued to a customer. */
import { sql } from 'kysely'
import type { Day } from '../day.ts'
import type { DocumentTable } from '../database/schema.ts'
import type { Db } from '../database/transaction.ts'
import type { Customer } from '../ledger/customer.ts'
import { Refusal } from '../refusal.ts'

export type IssuedDocument = {
  readonly id: string
  readonly title: string
  readonly kind: DocumentTable['kind']
  readonly date: Day
  /** Length of the PDF. */
  readonly bytes: number
}

/** Newest first. */
export async function documentsOf(db: Db, customer: Customer): Promise<IssuedDocument[]> {
  return db
    .selectFrom('document')
    .select(['id', 'title', 'kind', 'date', sql<number>`length(pdf)`.as('bytes')])
    .where('customer', '=', customer.id)
    .orderBy('date', 'desc')
    .orderBy('title')
    .execute()
}

/** Throws `not_found`, for documents of others too. */
export async function pdfOf(db: Db, customer: Customer, id: string): Promise<Uint8Array> {
  const found = await db
    .selectFrom('document')
    .select('pdf')
    .where('id', '=', id)
    .where('customer', '=', customer.id)
    .executeTakeFirst()
  if (found === undefined) throw new Refusal('not_found')
  return found.pdf
}
