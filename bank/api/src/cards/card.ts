/** Cards. Of the number only the last four digits are known here: the scheme's processor has the rest. */
import type { CardTable } from '../database/schema.ts'
import type { Db } from '../database/transaction.ts'
import type { Customer } from '../ledger/customer.ts'
import { Refusal } from '../refusal.ts'
import { openPin } from './pin.ts'
import type { PinKeys } from './pin-keys.ts'

export type Card = Pick<CardTable, 'id' | 'label' | 'scheme' | 'expires' | 'state' | 'holder'> & {
  /** `•••• 4821` */
  readonly masked: string
}

const columns = ['id', 'label', 'lastFour', 'scheme', 'expires', 'state', 'holder'] as const

export async function cardsOf(db: Db, customer: Customer): Promise<Card[]> {
  const found = await db
    .selectFrom('card')
    .select(columns)
    .where('customer', '=', customer.id)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return found.map(writeCard)
}

/** Freezes the card or makes it work again; the same again changes nothing. Throws `not_found`, for cards of others too. */
export async function setCardState(
  db: Db,
  customer: Customer,
  id: string,
  state: CardTable['state'],
): Promise<Card> {
  const changed = await db
    .updateTable('card')
    .set({ state })
    .where('id', '=', id)
    .where('customer', '=', customer.id)
    .returning(columns)
    .executeTakeFirst()
  if (changed === undefined) throw new Refusal('not_found')
  return writeCard(changed)
}

/** In the clear: only to be sealed to the customer's own key. Throws `not_found`, for cards of others too. */
export async function pinOf(db: Db, customer: Customer, id: string, keys: PinKeys): Promise<Buffer> {
  const found = await db
    .selectFrom('card')
    .select('sealedPin')
    .where('id', '=', id)
    .where('customer', '=', customer.id)
    .executeTakeFirst()
  if (found === undefined) throw new Refusal('not_found')
  return openPin(keys, id, found.sealedPin)
}

function writeCard({ lastFour, ...card }: Pick<CardTable, (typeof columns)[number]>): Card {
  const { id, label, scheme, expires, state, holder } = card
  return { id, label, masked: `•••• ${lastFour}`, scheme, expires, state, holder }
}
