import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { Outage } from './database.ts'
import type { Database } from './schema.ts'

/*
 * What must hold, holds here: whoever reaches the database, by this program or by hand, cannot unbalance the books.
 *
 * - The postings of an event are as many as it says and sum to zero in each currency: looked at when the database transaction commits.
 * - Events and postings are never changed or removed; an error is mended by an event that undoes it.
 * - Balance and number of entries of an account are those of its postings: only a posting moves them, and locks the account for it.
 * - A customer's account never goes below its overdraft.
 * - A posting has the currency of its account.
 * - An order has one answer for each Idempotency-Key.
 */
const accounts = `
create function refuse() returns trigger language plpgsql as $$
begin
  raise exception '% of %: %', tg_op, tg_table_name, tg_argv[0] using errcode = 'restrict_violation';
end $$

create table customer (id text primary key, name text not null, address text not null)

create table account (
  id text primary key, customer text references customer,
  kind text not null check (kind in ('current', 'savings', 'internal')), name text not null, iban text unique,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  overdraft bigint not null check (overdraft >= 0), opened_on date not null,
  balance bigint not null default 0, entries bigint not null default 0,
  unique (id, currency),
  constraint account_owner check ((kind = 'internal') = (customer is null) and (customer is null) = (iban is null)),
  constraint account_overdraft check (customer is null or balance >= -overdraft)
) with (fillfactor = 50)

create index account_customer on account (customer)

create trigger account_begins_empty before insert on account for each row
  when (new.balance <> 0 or new.entries <> 0) execute function refuse('an account begins without money')

create trigger account_moves_by_postings before update of balance, entries on account for each row
  when (pg_trigger_depth() = 0) execute function refuse('only a posting moves money')

insert into account (id, kind, name, currency, overdraft, opened_on)
  select 'clearing-' || n, 'internal', 'Clearing with other banks', 'EUR', 0, '2000-01-01' from generate_series(0, 7) n

insert into account (id, kind, name, currency, overdraft, opened_on) values
  ('cash', 'internal', 'Cash machines', 'EUR', 0, '2000-01-01'),
  ('cards', 'internal', 'Card scheme', 'EUR', 0, '2000-01-01'),
  ('payroll', 'internal', 'Salaries received', 'EUR', 0, '2000-01-01'),
  ('interest', 'internal', 'Interest paid', 'EUR', 0, '2000-01-01'),
  ('fees', 'internal', 'Fees earned', 'EUR', 0, '2000-01-01')`

const books = `
create table transaction (
  id text primary key,
  kind text not null
    check (kind in ('transfer', 'card', 'salary', 'direct_debit', 'standing_order', 'interest', 'fee')),
  at timestamptz not null, reference text not null, parts integer not null check (parts >= 2), batch text
)

create table posting (
  account text not null, number bigint not null, transaction text not null references transaction,
  currency text not null, amount bigint not null check (amount <> 0), balance bigint not null,
  booked_on date not null, counterparty text not null, counterparty_iban text, category text not null, search text not null,
  primary key (account, number),
  unique (transaction, account),
  constraint posting_currency foreign key (account, currency) references account (id, currency)
)

create index posting_booked_on on posting (account, booked_on)

create index posting_counterparty on posting (account, counterparty_iban, number) where counterparty_iban is not null

create function move_balance() returns trigger language plpgsql as $$
begin
  update account set balance = account.balance + new.amount, entries = entries + 1
    where id = new.account returning account.balance, entries into new.balance, new.number;
  return new;
end $$

create trigger posting_moves_balance before insert on posting for each row execute function move_balance()

create function check_balanced() returns trigger language plpgsql as $$
declare
  event text;
begin
  if tg_table_name = 'posting' then
    event := new.transaction;
  else
    event := new.id;
  end if;
  if exists (select from posting where transaction = event group by currency having sum(amount) <> 0) then
    raise exception 'the postings of an event sum to zero'
      using errcode = 'check_violation', constraint = 'transaction_balanced';
  end if;
  if (select parts from transaction where id = event) <> (select count(*) from posting where transaction = event) then
    raise exception 'an event has the postings it says'
      using errcode = 'check_violation', constraint = 'transaction_complete';
  end if;
  return null;
end $$

create constraint trigger transaction_is_balanced after insert on transaction
  deferrable initially deferred for each row execute function check_balanced()

create constraint trigger posting_is_balanced after insert on posting
  deferrable initially deferred for each row execute function check_balanced()

create trigger transaction_stays before update or delete on transaction
  for each row execute function refuse('what happened, happened')

create trigger posting_stays before update or delete on posting
  for each row execute function refuse('what is booked stays')

create trigger transaction_is_kept before truncate on transaction execute function refuse('what happened, happened')

create trigger posting_is_kept before truncate on posting execute function refuse('what is booked stays')`

const orders = `
create table kept_answer (
  customer text references customer, key text, digest text not null, status integer not null, body text not null,
  at timestamptz not null, evidence text, statement text, primary key (customer, key)
)

create table payee (
  id text primary key, customer text not null references customer, name text not null, iban text not null,
  created_at timestamptz not null, constraint payee_once unique (customer, iban)
)

create table standing_order (
  id text primary key, customer text not null references customer, account text not null references account,
  name text not null, iban text not null, currency text not null, amount bigint not null check (amount > 0),
  reference text not null, category text not null, every text not null check (every in ('week', 'month')),
  first date not null, done integer not null check (done >= 0), next date not null,
  created_at timestamptz not null, ended_at timestamptz
)

create index standing_order_customer on standing_order (customer)

create index standing_order_next on standing_order (next) where ended_at is null

create table standing_order_run (
  standing_order text references standing_order, due date, transaction text references transaction,
  at timestamptz not null, primary key (standing_order, due)
)`

const belongings = `
create table card (
  id text primary key, customer text not null references customer, account text not null references account,
  label text not null, scheme text not null, last_four text not null check (last_four ~ '^[0-9]{4}$'),
  expires text not null, state text not null check (state in ('active', 'frozen')), holder text not null,
  sealed_pin text not null, created_at timestamptz not null
)

create index card_customer on card (customer)

create table document (
  id text primary key, customer text not null references customer, account text references account,
  kind text not null check (kind in ('statement', 'tax', 'contract')), title text not null, date date not null,
  pdf bytea not null
)

create unique index document_once on document (customer, kind, date, coalesce(account, ''))`

/** Released migrations never change; a new step gets the next name. */
const migrations: Record<string, Migration> = {
  '0001-accounts': { up: (db) => runAll(db, accounts) },
  '0002-books': { up: (db) => runAll(db, books) },
  '0003-orders': { up: (db) => runAll(db, orders) },
  '0004-belongings': { up: (db) => runAll(db, belongings) },
}

/** Statements are apart by an empty line: functions have semicolons inside. */
async function runAll(db: Kysely<unknown>, script: string): Promise<void> {
  for (const statement of script.split('\n\n')) await sql.raw(statement).execute(db)
}

/** Brings the schema up to date. Processes that start together wait for one another: Kysely holds an advisory lock. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error instanceof Error) throw error
  if (error !== undefined) throw new Outage('the schema is not up to date', { cause: error })
}
