/** What happened in an account, newest first. */
import { type ExpressionBuilder, type ExpressionWrapper, sql, type SqlBool } from 'kysely'
import type { Day } from '../day.ts'
import type { Category, Database, TransactionKind } from '../database/schema.ts'
import type { Db } from '../database/transaction.ts'
import { type Currency, minorDigits, type WrittenMoney, writeMoney } from '../money.ts'
import { foldCase } from '../text.ts'
import type { Account } from './account.ts'
import { writeCursor } from './cursor.ts'

export type Entry = {
  readonly id: string
  readonly at: string
  readonly kind: TransactionKind
  readonly counterparty: { readonly name: string; readonly iban: string | null }
  readonly reference: string
  readonly amount: WrittenMoney
  /** After this entry. */
  readonly balance: WrittenMoney
  readonly category: Category
}

export type Search = {
  /** Words that all occur in counterparty or reference, or an amount: `12` finds 12.00 to 12.99, `12.5` 12.50 to 12.59. */
  readonly query?: string | undefined
  /** Both included. */
  readonly from?: Day | undefined
  readonly to?: Day | undefined
  readonly category?: Category | undefined
  /** Only entries before this one. */
  readonly before?: bigint | undefined
  readonly limit: number
}

/**
 * One page. An index leads to the account's entries in their order; what is looked for is compared on the way, in one account only,
 * so no search reads what belongs to anybody else.
 */
export async function history(
  db: Db,
  { id, currency }: Account,
  { query = '', from, to, category, before, limit }: Search,
): Promise<{ transactions: Entry[]; next: string | null }> {
  const found = await db
    .selectFrom('posting')
    .innerJoin('transaction', 'transaction.id', 'posting.transaction')
    .select(['transaction.id', 'at', 'kind', 'reference'])
    .select(['number', 'amount', 'balance', 'counterparty', 'counterpartyIban', 'category'])
    .where('account', '=', id)
    .$if(before !== undefined, (entries) => entries.where('number', '<', before as bigint))
    .$if(from !== undefined, (entries) => entries.where('bookedOn', '>=', from as Day))
    .$if(to !== undefined, (entries) => entries.where('bookedOn', '<=', to as Day))
    .$if(category !== undefined, (entries) => entries.where('category', '=', category as Category))
    .$if(query.trim() !== '', (entries) => entries.where((is) => matches(is, query, currency)))
    .orderBy('number', 'desc')
    // One more tells whether there is a next page.
    .limit(limit + 1)
    .execute()
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    transactions: page.map((entry) => ({
      id: entry.id,
      at: entry.at.toISOString(),
      kind: entry.kind,
      counterparty: { name: entry.counterparty, iban: entry.counterpartyIban },
      reference: entry.reference,
      amount: writeMoney({ currency, minor: entry.amount }),
      balance: writeMoney({ currency, minor: entry.balance }),
      category: entry.category,
    })),
    next: found.length > limit && last !== undefined ? writeCursor(last.number) : null,
  }
}

function matches(
  is: ExpressionBuilder<Database, 'posting'>,
  query: string,
  currency: Currency,
): ExpressionWrapper<Database, 'posting', SqlBool> {
  const words = foldCase(query).split(/\s+/).filter(Boolean)
  const text = is.and(words.map((word) => is('search', 'like', `%${escapeLike(word)}%`)))
  const amounts = amountsOf(query.trim(), currency)
  if (amounts === null) return text
  return is.or([text, is.between(sql<bigint>`abs(amount)`, amounts.least, amounts.most)])
}

/** The amounts, in minor units, whose decimal text begins so; null when it is none. */
export function amountsOf(query: string, currency: Currency): { least: bigint; most: bigint } | null {
  const digits = minorDigits[currency]
  const found = /^-?(\d{1,12})(?:[.,](\d+))?$/.exec(query)
  const [, whole = '', fraction = ''] = found ?? []
  if (found === null || fraction.length > digits) return null
  const open = digits - fraction.length
  const least = BigInt(whole + fraction + '0'.repeat(open))
  return { least, most: least + 10n ** BigInt(open) - 1n }
}

/** What LIKE would read as a pattern stands for itself. */
function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`)
}
