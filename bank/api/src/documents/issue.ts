/** Issuing documents: a statement for each month that is over, a certificate for each year, the contract. Each is made once and kept. */
import { sql } from 'kysely'
import { type Day, dayOf, firstDay, lastDay, type Month, monthOf, shiftMonth } from '../day.ts'
import type { DocumentTable } from '../database/schema.ts'
import type { Db } from '../database/transaction.ts'
import { newId } from '../id.ts'
import { type Account, accountsOf } from '../ledger/account.ts'
import type { Customer } from '../ledger/customer.ts'
import { printAgreement } from './agreement.ts'
import { certificateDay, printCertificate } from './certificate.ts'
import { printStatement, statementDay } from './statement.ts'
import { monthName } from './type.ts'

type Holder = Customer & { readonly address: string }

/** Something that is to be there; `print` is asked only when it is not. */
type Due = Pick<DocumentTable, 'customer' | 'account' | 'kind' | 'title' | 'date'> & {
  readonly print: () => Promise<Buffer>
}

/** Makes what is missing at `now`. Any number of processes may do it at once: each document is kept once. */
export async function issueDocuments(db: Db, now: Date): Promise<void> {
  const today = dayOf(now)
  const holders = await db.selectFrom('customer').select(['id', 'name', 'address']).execute()
  for (const holder of holders) {
    const accounts = await accountsOf(db, holder)
    const due = [
      ...agreementFor(holder, accounts),
      ...accounts.flatMap((account) => statementsFor(db, holder, account, today)),
      ...certificatesFor(db, holder, accounts, today),
    ]
    const there = await issuedTo(db, holder)
    for (const document of due) if (!there.has(nameOf(document))) await issue(db, document)
  }
}

const nameOf = ({ kind, account, date }: Pick<Due, 'kind' | 'account' | 'date'>): string =>
  [kind, account, date].join()

async function issuedTo(db: Db, holder: Holder): Promise<Set<string>> {
  const found = await db
    .selectFrom('document')
    .select(['kind', 'account', 'date'])
    .where('customer', '=', holder.id)
    .execute()
  return new Set(found.map(nameOf))
}

async function issue(db: Db, { print, ...document }: Due): Promise<void> {
  const pdf = await print()
  await db
    .insertInto('document')
    .values({ id: newId('doc'), ...document, pdf })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function agreementFor(holder: Holder, accounts: readonly Account[]): Due[] {
  const [first] = accounts
  if (first === undefined) return []
  const { openedOn: date } = first
  const print = (): Promise<Buffer> => printAgreement({ holder, date, accounts })
  return [{ customer: holder.id, account: null, kind: 'contract', title: 'Account agreement', date, print }]
}

function statementsFor(db: Db, holder: Holder, account: Account, today: Day): Due[] {
  const due: Due[] = []
  for (let month = monthOf(account.openedOn); month < monthOf(today); month = shiftMonth(month, 1))
    due.push({
      customer: holder.id,
      account: account.id,
      kind: 'statement',
      date: statementDay(month),
      title: `${account.name}, ${monthName(month)}`,
      print: async () =>
        printStatement({ account, holder, month, ...(await movementsOf(db, account, month)) }),
    })
  return due
}

/** Opening balance and entries, both by booking day: the days of a statement are what the next one begins after. */
async function movementsOf(db: Db, { id }: Account, month: Month) {
  const { opening } = await db
    .selectFrom('posting')
    .select(sql<bigint>`coalesce(sum(amount), 0)::bigint`.as('opening'))
    .where('account', '=', id)
    .where('bookedOn', '<', firstDay(month))
    .executeTakeFirstOrThrow()
  const entries = await db
    .selectFrom('posting')
    .innerJoin('transaction', 'transaction.id', 'posting.transaction')
    .select(['bookedOn', 'kind', 'counterparty', 'reference', 'amount'])
    .where('account', '=', id)
    .where('bookedOn', '>=', firstDay(month))
    .where('bookedOn', '<=', lastDay(month))
    .orderBy('bookedOn')
    .orderBy('number')
    .execute()
  return { opening, entries }
}

function certificatesFor(db: Db, holder: Holder, accounts: readonly Account[], today: Day): Due[] {
  const due: Due[] = []
  const begin = Number(accounts[0]?.openedOn.slice(0, 4))
  for (let year = begin; certificateDay(year) <= today; year++)
    due.push({
      customer: holder.id,
      account: null,
      kind: 'tax',
      date: certificateDay(year),
      title: `Tax certificate ${year}`,
      print: async () => printCertificate({ holder, year, interest: await interestIn(db, accounts, year) }),
    })
  return due
}

async function interestIn(db: Db, accounts: readonly Account[], year: number) {
  const credited = await db
    .selectFrom('posting')
    .innerJoin('transaction', 'transaction.id', 'posting.transaction')
    .select(['account', sql<bigint>`sum(amount)::bigint`.as('amount')])
    .where(
      'account',
      'in',
      accounts.map(({ id }) => id),
    )
    .where('kind', '=', 'interest')
    .where('bookedOn', '>=', `${year}-01-01`)
    .where('bookedOn', '<=', `${year}-12-31`)
    .groupBy('account')
    .execute()
  return accounts.flatMap((account) =>
    credited.filter((sum) => sum.account === account.id).map(({ amount }) => ({ account, amount })),
  )
}
