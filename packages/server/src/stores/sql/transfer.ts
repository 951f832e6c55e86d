import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { ApprovalStore, SpendInput, TransferEntry, TransferLimit } from '../../store-approvals.ts'
import { countedMs, type KeptApproval, listedMs } from '../retention.ts'
import { limitQuestions, passedLimits } from '../transfer-limits.ts'
import { lockApproval } from './approval.ts'
import { lockTrusted } from './presence.ts'
import { columnsOf, insertRow, step } from './rows.ts'
import { type Database, transferColumns } from './schema.ts'

type Acts = Pick<
  ApprovalStore,
  'spendApproval' | 'weighTransfers' | 'settleApproval' | 'transferHabits' | 'countFailures'
>

export function transferActs(db: Kysely<Database>): Acts {
  return {
    spendApproval(input) {
      const { id, deviceId, requestDigest, entries, limits, now } = input
      return db.transaction().execute(async (tx) => {
        if (!(await lockTrusted(tx, deviceId))) return { kind: 'gone' }
        const approval = await lockApproval(tx, id, now)
        const from = approval?.state
        if (approval?.deviceId !== deviceId || approval.requestDigest !== requestDigest)
          return { kind: 'gone' }
        if (from !== 'approved' && from !== 'released') return { kind: 'gone' }
        await queueForTransfers(tx, approval.user)
        const over = await weigh(tx, entries, limits)
        if (over.length > 0) return { kind: 'over', limits: over }
        await spend(tx, input, from)
        return { kind: 'spent' }
      })
    },

    weighTransfers: (entries, limits) => weigh(db, entries, limits),

    async settleApproval(id, outcome) {
      await (outcome === 'committed' ? commit(id) : giveUp(id, outcome)).execute(db)
    },

    async transferHabits({ user, payee, network, currency, since }) {
      const { rows } = await sql<{
        payeeSince: number | null
        networkSince: number | null
        count: number
        largestMinor: string
      }>`select min(at) filter (where payee = ${payee}) as payee_since,
          min(at) filter (where network = ${network}) as network_since,
          (count(*) filter (where ${isRecent(currency, since)}))::integer as count,
          coalesce(max(amount_minor) filter (where ${isRecent(currency, since)}), 0)::text as largest_minor
        from transfer where "user" = ${user}`.execute(db)
      const [found] = rows
      const { payeeSince = null, networkSince = null, count = 0, largestMinor = 0 } = found ?? {}
      return { payeeSince, networkSince, count, largestMinor: BigInt(largestMinor) }
    },

    async countFailures(user, now) {
      const window = await db
        .selectFrom('accountTries')
        .select('tries')
        .where('user', '=', user)
        .where('endsAt', '>', now)
        .executeTakeFirst()
      return window?.tries ?? 0
    },
  }
}

/** Spendings of one user queue here, whatever they spend: what one adds up stays true until its commit. */
export async function queueForTransfers(tx: Transaction<Database>, user: string): Promise<void> {
  const lock = `holdfast.transfers:${user}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(tx)
}

async function weigh(
  db: Kysely<Database>,
  entries: readonly TransferEntry[],
  limits: readonly TransferLimit[],
): Promise<string[]> {
  const questions = limitQuestions(entries, limits)
  if (questions.length === 0) return []
  const asked = questions.map(({ limit: _limit, added: _added, ...question }, place) =>
    columnsOf({ ...question, place }),
  )
  // Sums come as text: they may be larger than a number is exact.
  const { rows } = await sql<{ sumMinor: string; count: number }>`
    select counted.sum_minor, counted.count
    from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as asked
      (place integer, "user" text, currency text, device_id text, payee text, since bigint)
    cross join lateral (
      select coalesce(sum(amount_minor), 0)::text as sum_minor, count(*)::integer as count
      from transfer
      where transfer."user" = asked."user" and transfer.currency = asked.currency and transfer.at > asked.since
        and (asked.device_id is null or transfer.device_id = asked.device_id)
        and (asked.payee is null or transfer.payee = asked.payee)
    ) as counted
    order by asked.place`.execute(db)
  return passedLimits(
    questions,
    rows.map(({ sumMinor, count }) => ({ sumMinor: BigInt(sumMinor), count })),
  )
}

/** The caller holds the approval's row. */
async function spend(
  tx: Transaction<Database>,
  { id, entries, now, audit }: SpendInput,
  spentFrom: KeptApproval['spentFrom'],
): Promise<void> {
  await tx
    .with('spent', (query) =>
      query
        .updateTable('approval')
        .set({ state: 'spent', spentFrom, ...(entries.length > 0 ? { keepUntil: now + countedMs } : {}) })
        .where('id', '=', id)
        .returning('id'),
    )
    .with('reserved', step(insertTransfers(entries)))
    .with('noted', step(insertRow('audit', audit, 'spent')))
    .selectFrom('spent')
    .select('id')
    .execute()
}

/** All as one parameter, so that the statement reads the same however many there are. */
function insertTransfers(entries: readonly TransferEntry[]): RawBuilder<object> {
  // JSON has no exact numbers as large as amounts may be.
  const rows = entries.map((entry) => columnsOf({ ...entry, amountMinor: String(entry.amountMinor) }))
  return sql`insert into transfer (${sql.join(transferColumns.map((column) => sql.ref(column)))})
    select ${sql.join(transferColumns.map((column) => sql.ref(`given.${column}`)))}
    from spent, jsonb_populate_recordset(null::transfer, ${JSON.stringify(rows)}::jsonb) as given`
}

function commit(id: string): RawBuilder<unknown> {
  return sql`with settled as (
      update approval set spent_from = null where id = ${id} and spent_from is not null returning id
    )
    update transfer set state = 'committed' where approval_id in (select id from settled)`
}

function giveUp(id: string, outcome: 'released' | 'unsent'): RawBuilder<unknown> {
  const state = outcome === 'unsent' ? sql.ref('spentFrom') : sql.ref('state')
  return sql`with settled as (
      update approval set state = ${state}, spent_from = null, keep_until = expires_at + ${listedMs}::bigint
      where id = ${id} and spent_from is not null returning id
    )
    delete from transfer where approval_id in (select id from settled)`
}

function isRecent(currency: string, since: number): RawBuilder<boolean> {
  return sql`currency = ${currency} and at >= ${since}`
}
