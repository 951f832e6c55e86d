import type { Kysely } from 'kysely'
import type { DurableStore } from '../../store.ts'
import { tell } from './invalidation.ts'
import { insertRow, step } from './rows.ts'
import { deviceColumns, type Database } from './schema.ts'

type Acts = Pick<
  DurableStore,
  'isPristine' | 'findDevice' | 'findDeviceByKey' | 'listDevices' | 'revokeDevice'
>

export function deviceActs(db: Kysely<Database>): Acts {
  return {
    async isPristine() {
      return (await db.selectFrom('device').select('id').limit(1).executeTakeFirst()) === undefined
    },

    async findDevice(id) {
      const found = await db
        .selectFrom('device')
        .select(deviceColumns)
        .where('id', '=', id)
        .executeTakeFirst()
      return found ?? null
    },

    async findDeviceByKey(keyThumbprint) {
      const found = await db
        .selectFrom('device')
        .select(deviceColumns)
        .where('keyThumbprint', '=', keyThumbprint)
        .executeTakeFirst()
      return found ?? null
    },

    listDevices({ user, limit, before }) {
      return db
        .selectFrom('device')
        .select(deviceColumns)
        .$if(user !== null, (query) => query.where('user', '=', user))
        .$if(before !== undefined, (query) => query.where('createdAt', '<', before ?? 0))
        .orderBy('createdAt', 'desc')
        .limit(limit)
        .execute()
    },

    revokeDevice(id, now, audit) {
      return db.transaction().execute(async (tx) => {
        const revoked = await tx
          .updateTable('device')
          .set({ revokedAt: now })
          .where('id', '=', id)
          .where('revokedAt', 'is', null)
          .returning(deviceColumns)
          .executeTakeFirst()
        if (!revoked) return null
        // A statement of its own: it must see the families whose start held the device's row until just now.
        await tx
          .with('ended', (query) =>
            query
              .updateTable('family')
              .set({ endedAt: now })
              .where('deviceId', '=', id)
              .where('endedAt', 'is', null),
          )
          .with('noted', step(insertRow('audit', audit)))
          .selectNoFrom(tell({ device: id }).as('told'))
          .execute()
        return revoked
      })
    },
  }
}
