import type { Kysely } from 'kysely'
import type { DurableStore } from '../../store.ts'
import { forgetPasscodes } from './factor.ts'
import { dropPresence } from './presence.ts'
import { insertRow } from './rows.ts'
import { deviceColumns, type Database } from './schema.ts'
import { endFamilies } from './session.ts'
import { closeVault } from './share.ts'

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
        // The remote wipe: with the shares goes the only way to open what the device stores.
        await forgetPasscodes(tx, id)
        await dropPresence(tx, id)
        await closeVault(tx, id)
        await tx.deleteFrom('factor').where('deviceId', '=', id).execute()
        await endFamilies(tx, id, now)
        await insertRow('audit', audit).execute(tx)
        return revoked
      })
    },
  }
}
