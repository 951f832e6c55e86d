import { type Kysely, sql, type Transaction } from 'kysely'
import type { AuditEntry, DeviceRecord, DurableStore, RepeatRecord } from '../../store.ts'
import { isAttemptKey } from './passcode.ts'
import { insertRow, keepRepeat, step } from './rows.ts'
import { enrolmentColumns, type Database } from './schema.ts'

type Acts = Pick<DurableStore, 'findEnrolment' | 'takeOttTry' | 'completeEnrolment' | 'findRepeat'>

export function enrolmentActs(db: Kysely<Database>): Acts {
  return {
    async findEnrolment(id, now) {
      const found = await db
        .selectFrom('enrolment')
        .select(enrolmentColumns)
        .where('id', '=', id)
        .where('expiresAt', '>', now)
        .executeTakeFirst()
      return found ?? null
    },

    async takeOttTry(user, limit, windowMs, now) {
      if (limit < 1) return false
      const ended = sql<boolean>`ott_window.ends_at <= ${now}`
      const taken = await db
        .insertInto('ottWindow')
        .values({ user, endsAt: now + windowMs, tries: 1 })
        .onConflict((conflict) =>
          conflict
            .column('user')
            .doUpdateSet({
              endsAt: sql`case when ${ended} then excluded.ends_at else ott_window.ends_at end`,
              tries: sql`case when ${ended} then 1 else ott_window.tries + 1 end`,
            })
            .where((row) => row.or([ended, row('ottWindow.tries', '<', limit)])),
        )
        .returning('tries')
        .executeTakeFirst()
      return taken !== undefined
    },

    completeEnrolment(id, device, maxDevices, repeat, audit) {
      return db.transaction().execute(async (tx) => {
        await queueForUser(tx, device.user)
        if (!(await isOpen(tx, id, device))) return 'gone'
        if ((await countLive(tx, device.user)) >= maxDevices) return 'device_limit'
        if (await isAttemptKey(tx, device.keyThumbprint)) return 'key_known'
        return (await bind(tx, id, device, repeat, audit)) ? 'completed' : 'key_known'
      })
    },

    async findRepeat(requestHash, now) {
      const found = await db
        .selectFrom('repeat')
        .select('sealedAnswer')
        .where('requestHash', '=', requestHash)
        .where('expiresAt', '>', now)
        .executeTakeFirst()
      return found?.sealedAnswer ?? null
    },
  }
}

/** All completions of one user queue here, so what they look up stays true until their commit. */
async function queueForUser(tx: Transaction<Database>, user: string): Promise<void> {
  const lock = `holdfast.user:${user}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(tx)
}

async function isOpen(tx: Transaction<Database>, id: string, device: DeviceRecord): Promise<boolean> {
  const found = await tx
    .selectFrom('enrolment')
    .select('id')
    .where('id', '=', id)
    .where('user', '=', device.user)
    .where('expiresAt', '>', device.createdAt)
    .executeTakeFirst()
  return found !== undefined
}

async function countLive(tx: Transaction<Database>, user: string): Promise<number> {
  const { count } = await tx
    .selectFrom('device')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('user', '=', user)
    .where('revokedAt', 'is', null)
    .where('suspendedFor', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

/** False, and nothing written, when the key is bound already: users who race with one key meet at its unique index. */
async function bind(
  tx: Transaction<Database>,
  id: string,
  device: DeviceRecord,
  repeat: RepeatRecord,
  audit: AuditEntry,
): Promise<boolean> {
  const insert = insertRow('device', device)
  const added = await tx
    .with('added', step(sql<{ id: string }>`${insert} on conflict (key_thumbprint) do nothing returning id`))
    .with('closed', (query) =>
      query
        .deleteFrom('enrolment')
        .where('id', '=', id)
        .where((row) => row.exists(row.selectFrom('added').select('added.id'))),
    )
    .with('cleared', (query) =>
      query
        .deleteFrom('ottWindow')
        .where('user', '=', device.user)
        .where((row) => row.exists(row.selectFrom('added').select('added.id'))),
    )
    .with('kept', step(keepRepeat(repeat, 'added')))
    .with('noted', step(insertRow('audit', audit, 'added')))
    .selectFrom('added')
    .select('id')
    .executeTakeFirst()
  return added !== undefined
}
