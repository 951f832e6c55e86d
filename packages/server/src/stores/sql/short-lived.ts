import { type Kysely, sql } from 'kysely'
import type { ShortLivedStore } from '../../store.ts'
import { purgeTable } from './purge.ts'
import type { Database } from './schema.ts'

/** How often one node removes what has expired; it rides on the calls, so an idle node does nothing. */
const purgeEveryMs = 10_000

export function shortLivedOver(db: Kysely<Database>, own: Pick<ShortLivedStore, 'close'>): ShortLivedStore {
  let purgedAt = 0
  let purging: Promise<unknown> = Promise.resolve()

  function purgeNowAndThen(now: number): void {
    if (now - purgedAt < purgeEveryMs) return
    purgedAt = now
    const forget = async () => {
      await purgeTable(db, 'nonce', 'expiresAt', now)
      await purgeTable(db, 'rate', 'endsAt', now)
    }
    // A failed round loses nothing: what has expired is still there for the next one.
    purging = forget().catch(() => {})
  }

  return {
    async useNonce(key, nonce, now, expiresAt) {
      purgeNowAndThen(now)
      const { rows } = await sql<{ first: boolean; epoch: number | null }>`
        with used as (
          insert into nonce (key, nonce, expires_at) values (${key}, ${nonce}, ${expiresAt})
          on conflict do nothing returning true as first
        ), begun as (
          insert into nonce_epoch (one, at) select true, ${now}::bigint where not exists (select from nonce_epoch)
          on conflict do nothing returning at
        )
        select exists (select from used) as first,
          coalesce((select at from nonce_epoch), (select at from begun)) as epoch`.execute(db)
      const first = rows[0]?.first === true
      // Null when another racer set the marker while this statement ran: its commit is visible to the next one.
      const epoch = rows[0]?.epoch ?? (await readEpoch(db))
      return { first, epoch: epoch ?? now }
    },

    async markPristine() {
      await db
        .insertInto('nonceEpoch')
        .values({ one: true, at: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    async hit(key, windowMs, now) {
      purgeNowAndThen(now)
      const ended = sql<boolean>`rate.ends_at <= ${now}`
      const { hits } = await db
        .insertInto('rate')
        .values({ key, endsAt: now + windowMs, hits: 1 })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet({
            endsAt: sql`case when ${ended} then excluded.ends_at else rate.ends_at end`,
            hits: sql`case when ${ended} then 1 else rate.hits + 1 end`,
          }),
        )
        .returning('hits')
        .executeTakeFirstOrThrow()
      return hits
    },

    async ping() {
      await sql`select 1`.execute(db)
    },

    async close() {
      await purging
      await own.close()
    },
  }
}

async function readEpoch(db: Kysely<Database>): Promise<number | undefined> {
  return (await db.selectFrom('nonceEpoch').select('at').executeTakeFirst())?.at
}
