import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { FactorStore, PresenceRecord } from '../../store-factors.ts'
import { insertRow, keepRepeat, step } from './rows.ts'
import { type Database, presenceColumns } from './schema.ts'
import { countWipe } from './share.ts'

type Acts = Pick<
  FactorStore,
  | 'addPresence'
  | 'findPresence'
  | 'findPresenceOf'
  | 'removePresence'
  | 'addPresenceChallenge'
  | 'takePresenceChallenge'
  | 'passPresence'
>

export function presenceActs(db: Kysely<Database>): Acts {
  return {
    addPresence(presence, audit) {
      return db.transaction().execute(async (tx) => {
        if (!(await lockTrusted(tx, presence.deviceId))) return false
        await dropPresence(tx, presence.deviceId)
        await tx
          .with('added', step(sql<{ id: string }>`${insertRow('presence', presence)} returning id`))
          .with('noted', step(insertRow('audit', audit, 'added')))
          .selectFrom('added')
          .select('id')
          .execute()
        return true
      })
    },

    async findPresence(id) {
      const found = await db
        .selectFrom('presence')
        .select(presenceColumns)
        .where('id', '=', id)
        .executeTakeFirst()
      return found ?? null
    },

    async findPresenceOf(deviceId) {
      const found = await db
        .selectFrom('presence')
        .select(presenceColumns)
        .where('deviceId', '=', deviceId)
        .executeTakeFirst()
      return found ?? null
    },

    removePresence(deviceId, audit) {
      return db.transaction().execute(async (tx) => {
        await tx.selectFrom('device').select('id').where('id', '=', deviceId).forNoKeyUpdate().execute()
        if (!(await dropPresence(tx, deviceId))) return false
        await insertRow('audit', audit).execute(tx)
        return true
      })
    },

    async addPresenceChallenge(challenge) {
      await insertRow('presenceChallenge', challenge).execute(db)
    },

    async takePresenceChallenge(id, deviceId, now) {
      const taken = await db
        .deleteFrom('presenceChallenge')
        .where('id', '=', id)
        .where('deviceId', '=', deviceId)
        .where('expiresAt', '>', now)
        .returning(['id', 'deviceId', 'presenceId', 'challenge', 'expiresAt'])
        .executeTakeFirst()
      return taken ?? null
    },

    passPresence(factor, counter, repeat, audit) {
      return db.transaction().execute(async (tx) => {
        if (!(await lockTrusted(tx, factor.deviceId))) return false
        const passed = await tx
          .with('raised', step(raiseCounter({ id: factor.way, deviceId: factor.deviceId, counter })))
          .with('proved', step(insertRow('factor', factor, 'raised')))
          .with('kept', step(keepRepeat(repeat, 'raised')))
          .with('noted', step(insertRow('audit', audit, 'raised')))
          .selectFrom('raised')
          .select('id')
          .executeTakeFirst()
        return passed !== undefined
      })
    },
  }
}

/** Yields nothing when the key is gone or its counter is not below this one; 0 and 0: the key has none. */
export function raiseCounter({
  id,
  deviceId,
  counter,
}: Pick<PresenceRecord, 'id' | 'deviceId' | 'counter'>): RawBuilder<{ id: string }> {
  const below = counter === 0 ? sql`=` : sql`<`
  return sql`update presence set counter = ${counter}
    where id = ${id} and device_id = ${deviceId} and counter ${below} ${counter} returning id`
}

/** Whatever changes this device's factors, shares or state waits for us, and we for it. */
export async function lockTrusted(tx: Transaction<Database>, deviceId: string): Promise<boolean> {
  const device = await tx
    .selectFrom('device')
    .select('id')
    .where('id', '=', deviceId)
    .where('revokedAt', 'is', null)
    .where('suspendedFor', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return device !== undefined
}

/** With its share, and with what was proved by it and not used yet. False when there was none. The caller holds the device's row. */
export async function dropPresence(tx: Transaction<Database>, deviceId: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    with held as (delete from presence where device_id = ${deviceId} returning id),
    asked as (delete from presence_challenge where presence_id in (select id from held)),
    proved as (delete from factor where device_id = ${deviceId} and way in (select id from held)),
    dropped as (
      delete from share where device_id = ${deviceId} and way in (select id from held) returning way
    ),
    counted as (${countWipe(sql`from dropped`)})
    select id from held`.execute(tx)
  return rows.length > 0
}
