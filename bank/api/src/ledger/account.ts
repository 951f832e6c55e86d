import type { Selectable } from 'kysely'
import type { AccountKind, AccountTable } from '../database/schema.ts'
import type { Db } from '../database/transaction.ts'
import { type WrittenMoney, writeMoney } from '../money.ts'
import { Refusal } from '../refusal.ts'
import type { Customer } from './customer.ts'

export type Account = Pick<Selectable<AccountTable>, 'id' | 'name' | 'kind' | 'currency' | 'openedOn'> & {
  readonly iban: string
  readonly balance: bigint
  readonly overdraft: bigint
}

export type WrittenAccount = {
  readonly id: string
  readonly name: string
  readonly kind: AccountKind
  readonly iban: string
  readonly balance: WrittenMoney
  /** With the overdraft. */
  readonly available: WrittenMoney
}

/** In the order they were opened. */
export async function accountsOf(db: Db, customer: Customer): Promise<Account[]> {
  return selectAccounts(db, customer).orderBy('openedOn').orderBy('kind').orderBy('id').execute()
}

/** Throws `not_found`, for accounts of others too. */
export async function accountOf(db: Db, customer: Customer, id: string): Promise<Account> {
  const found = await selectAccounts(db, customer).where('id', '=', id).executeTakeFirst()
  if (found === undefined) throw new Refusal('not_found')
  return found
}

function selectAccounts(db: Db, customer: Customer) {
  return db
    .selectFrom('account')
    .select(['id', 'name', 'kind', 'currency', 'openedOn', 'balance', 'overdraft'])
    .select((account) => account.ref('iban').$notNull().as('iban'))
    .where('customer', '=', customer.id)
}

export function writeAccount(account: Account): WrittenAccount {
  const { id, name, kind, iban, currency, balance, overdraft } = account
  return {
    id,
    name,
    kind,
    iban,
    balance: writeMoney({ currency, minor: balance }),
    available: writeMoney({ currency, minor: balance + overdraft }),
  }
}
