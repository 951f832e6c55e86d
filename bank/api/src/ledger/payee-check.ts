/** Confirmation of payee (Regulation (EU) 2024/886, article 5c): does the account belong to whom the payer means? */
import type { Db } from '../database/transaction.ts'
import { isOwnIban } from '../iban.ts'
import { nameWords } from '../text.ts'

export type PayeeMatch =
  | { readonly match: 'exact' | 'none' | 'unknown' }
  /** `name`: the holder's, told only to who all but knows it. */
  | { readonly match: 'close'; readonly name: string }

/** `unknown` for accounts at other banks, which nobody asks here. */
export async function checkPayee(
  db: Db,
  { name, iban }: { readonly name: string; readonly iban: string },
): Promise<PayeeMatch> {
  if (!isOwnIban(iban)) return { match: 'unknown' }
  const holder = await db
    .selectFrom('account')
    .innerJoin('customer', 'customer.id', 'account.customer')
    .select('customer.name')
    .where('iban', '=', iban)
    .executeTakeFirst()
  if (holder === undefined) return { match: 'none' }
  const match = compareNames(name, holder.name)
  return match === 'close' ? { match, name: holder.name } : { match }
}

/** Case, accents, punctuation and the order of words make no difference; a slip or an initial makes a close match. */
export function compareNames(given: string, real: string): 'exact' | 'close' | 'none' {
  const one = nameWords(given).sort()
  const other = nameWords(real).sort()
  if (one.length === 0) return 'none'
  if (one.join(' ') === other.join(' ')) return 'exact'
  return isSlip(one.join(' '), other.join(' ')) || isShortened(one, other) ? 'close' : 'none'
}

function isSlip(one: string, other: string): boolean {
  return distance(one, other) <= (other.length < 8 ? 1 : 2)
}

/** `J Keller` or `Maria Lindqvist` for `Maria Sofia Lindqvist`: two words at least, one of them in full. */
function isShortened(given: readonly string[], real: readonly string[]): boolean {
  const [fewer, more] = given.length <= real.length ? [given, real] : [real, given]
  const left = [...more]
  const inFull = fewer.filter((word) => take(left, (other) => other === word))
  const rest = fewer.filter((word) => !inFull.includes(word))
  const initials = rest.every((word) => take(left, (other) => word.length === 1 && other.startsWith(word)))
  return fewer.length >= 2 && inFull.some((word) => word.length > 1) && initials
}

function take(words: string[], fits: (word: string) => boolean): boolean {
  const place = words.findIndex(fits)
  if (place === -1) return false
  words.splice(place, 1)
  return true
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i)
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1]
    for (let j = 0; j < other.length; j++) {
      const changed = (row[j] as number) + (other[j] === letter ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] as number) + 1, (next[j] as number) + 1))
    }
    row = next
  }
  return row[other.length] as number
}
