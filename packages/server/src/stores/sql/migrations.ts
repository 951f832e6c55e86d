import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { HoldfastError } from '@holdfast/core'
import type { Database } from './schema.ts'

/**
 * Times are milliseconds in bigint. The tables of short-lived facts are unlogged: a crash empties all of them together,
 * so the nonces are never lost without the epoch marker (docs/protocol.md 3.5).
 */
const first = `
create table activation (
  code_id text primary key, "user" text not null, send_to text not null, sealed_key text not null,
  created_by text not null, created_at bigint not null, expires_at bigint not null,
  tries integer not null default 0, used_at bigint
);
create index activation_expires_at on activation (expires_at);

create table enrolment (
  id text primary key, "user" text not null, code_id text not null, key_thumbprint text not null,
  public_key jsonb not null, name text not null, platform text not null, ott_digest text not null,
  created_at bigint not null, expires_at bigint not null
);
create index enrolment_expires_at on enrolment (expires_at);

create table ott_window ("user" text primary key, ends_at bigint not null, tries integer not null);

create table repeat (request_hash text primary key, sealed_answer text not null, expires_at bigint not null);
create index repeat_expires_at on repeat (expires_at);

create table device (
  id text primary key, "user" text not null, enrolment_id text not null,
  key_thumbprint text not null unique, public_key jsonb not null,
  name text not null, platform text not null, created_at bigint not null, revoked_at bigint
);
create index device_user on device ("user", created_at);
create index device_created_at on device (created_at);

create table family (
  sid text primary key, device_id text not null references device, "user" text not null,
  session_key jsonb not null, session_key_thumbprint text not null, acr text not null, amr jsonb not null, auth_time bigint not null,
  started_at bigint not null, expires_at bigint not null, idle_at bigint not null, ended_at bigint,
  refresh_digest text not null, previous_digest text, rotated_at bigint, successor_answer text
);
create index family_device on family (device_id) where ended_at is null;
create index family_expires_at on family (expires_at);

create table refresh (digest text primary key, sid text not null references family on delete cascade);
create index refresh_sid on refresh (sid);

create table claim (
  device_id text, idempotency_key text, fingerprint text not null, started_at bigint not null,
  expires_at bigint not null, state text not null, sealed_answer text, primary key (device_id, idempotency_key)
);
create index claim_expires_at on claim (expires_at);

create table audit (
  id bigint generated always as identity primary key, at bigint not null, action text not null,
  actor text not null, "user" text, device text, detail jsonb not null
);

create table document (name text primary key, sequence bigint not null, value text not null);

create table operator (name text primary key, secret_digest text not null, created_at bigint not null);

create unlogged table nonce (key text, nonce text, expires_at bigint not null, primary key (key, nonce));
create index nonce_expires_at on nonce (expires_at);
create unlogged table nonce_epoch (one boolean primary key check (one), at bigint not null);
create unlogged table rate (key text primary key, ends_at bigint not null, hits bigint not null);
create index rate_ends_at on rate (ends_at);
`

const factors = `
alter table device add column suspended_for text;

create table passcode (
  id text primary key, device_id text not null references device, sealed_upload text not null,
  attempt_key jsonb, attempt_key_thumbprint text, state text not null, created_at bigint not null,
  unique (device_id, state)
);
create index passcode_attempt_key on passcode (attempt_key_thumbprint);
create table passcode_login (
  id text primary key, device_id text not null references device, record_id text not null, ke1_digest text not null,
  sealed_state text, created_at bigint not null, expires_at bigint not null, finished_at bigint,
  unique (device_id, ke1_digest)
);
create index passcode_login_expires_at on passcode_login (expires_at);
create table passcode_tries (
  device_id text primary key references device, failures integer not null, locked_until bigint not null
);
create table account_tries ("user" text primary key, ends_at bigint not null, tries integer not null);

create table factor (
  id text primary key, device_id text not null references device, kind text not null, way text not null,
  proved_at bigint not null, expires_at bigint not null
);
create index factor_expires_at on factor (expires_at);

create table presence (
  id text primary key, device_id text not null unique references device, kind text not null, key_name text not null,
  public_key text not null, counter bigint not null, synced boolean not null, created_at bigint not null
);
create table presence_challenge (
  id text primary key, device_id text not null references device, presence_id text, challenge text not null,
  expires_at bigint not null
);
create index presence_challenge_expires_at on presence_challenge (expires_at);

create table share (
  device_id text references device, way text, number bigint not null, sealed_share text, sealed_next text,
  updated_at bigint not null, primary key (device_id, way)
);
create table vault_mark (
  device_id text primary key references device, mark bigint not null, issued bigint not null, gone boolean not null
);
create table wipe_count (one boolean primary key check (one), count bigint not null);
create index audit_user on audit ("user", id)
`

const approvals = `
alter table passcode_login add column approval_id text;

create table approval (
  id text primary key, device_id text not null references device, "user" text not null, state text not null,
  request_digest text not null, sealed_content text not null, sealed_evidence text,
  acr text, reasons jsonb not null, created_at bigint not null, expires_at bigint not null,
  spent_from text, keep_until bigint not null
);
create index approval_device on approval (device_id, created_at);
create index approval_asked on approval (device_id, expires_at) where state = 'asked';
create index approval_state on approval (state, expires_at);
create index approval_keep_until on approval (keep_until);
create table hold_decision (
  approval_id text references approval on delete cascade, operator text, decision text not null, note text not null,
  at bigint not null, primary key (approval_id, operator)
);
create table transfer (
  approval_id text references approval on delete cascade, part integer, "user" text not null, device_id text not null,
  payee text not null, network text not null, currency text not null, amount_minor bigint not null check (amount_minor > 0),
  at bigint not null, state text not null, primary key (approval_id, part)
);
create index transfer_user on transfer ("user", at)
`

/** Devices of before have none, and are bound anew. */
const bindings = `
alter table device add column binding text not null default ''
`

/** Released migrations never change; a new step gets the next name. */
const migrations: Record<string, Migration> = {
  '0001-first': { up: (db) => runAll(db, first) },
  '0002-factors': { up: (db) => runAll(db, factors) },
  '0003-approvals': { up: (db) => runAll(db, approvals) },
  '0004-bindings': { up: (db) => runAll(db, bindings) },
}

async function runAll(db: Kysely<unknown>, script: string): Promise<void> {
  for (const statement of script.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}

/** Brings the schema up to date. Nodes that start together wait for one another: Kysely holds an advisory lock. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error instanceof Error) throw error
  if (error !== undefined) throw new HoldfastError('store_unavailable', { cause: error })
}
