import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { FactorStore, ReleaseInput } from '../../store-factors.ts'
import { type HeldShare, judgeRelease, type StoredShare } from '../share-release.ts'
import { insertRow } from './rows.ts'
import type { Database } from './schema.ts'
import { endFamilies } from './session.ts'

type Acts = Pick<FactorStore, 'releaseShare' | 'wipeShares' | 'wasWiped' | 'settleWipes' | 'wipeCount'>

export function shareActs(db: Kysely<Database>): Acts {
  return {
    releaseShare(input) {
      const { deviceId } = input
      return db.transaction().execute(async (tx) => {
        // Whatever changes this device's factors, shares or state waits for us, and we for it.
        const device = await lockDevice(tx, deviceId)
        if (!device || device.revokedAt !== null) return { kind: 'gone' }
        if (device.suspendedFor !== null) return { kind: 'suspended' }
        const { marks, row } = await findHeld(tx, input)
        if (marks.gone) return { kind: 'gone' }
        const verdict = judgeRelease(row, input)
        if (verdict.kind !== 'release') return verdict
        const nextMark = marks.issued + 1
        await keep(tx, input, verdict.share, nextMark)
        return { kind: 'released', ...verdict.share, mark: marks.mark, nextMark }
      })
    },

    wipeShares(deviceId, now, audit) {
      return db.transaction().execute(async (tx) => {
        if (!(await lockDevice(tx, deviceId))) return false
        const { dropped, closed } = await closeVault(tx, deviceId)
        if (!closed) return false
        await tx.deleteFrom('factor').where('deviceId', '=', deviceId).execute()
        await endFamilies(tx, deviceId, now)
        await insertRow('audit', audit).execute(tx)
        return dropped
      })
    },

    settleWipes({ least, forget }, audit) {
      return db.transaction().execute(async (tx) => {
        if (forget) await closeEveryVault(tx)
        const { rows } = await sql<{
          count: number
        }>`insert into wipe_count (one, count) values (true, ${least})
          on conflict (one) do update set count = greatest(wipe_count.count, excluded.count)
          returning count`.execute(tx)
        await insertRow('audit', audit).execute(tx)
        return rows[0]?.count ?? least
      })
    },

    async wasWiped(deviceId) {
      const marks = await db
        .selectFrom('vaultMark')
        .select('gone')
        .where('deviceId', '=', deviceId)
        .executeTakeFirst()
      return marks?.gone === true
    },

    async wipeCount() {
      return (await db.selectFrom('wipeCount').select('count').executeTakeFirst())?.count ?? 0
    },
  }
}

type Device = Pick<Database['device'], 'revokedAt' | 'suspendedFor'>
async function lockDevice(tx: Transaction<Database>, id: string): Promise<Device | undefined> {
  return tx
    .selectFrom('device')
    .select(['revokedAt', 'suspendedFor'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

type Marks = Pick<Database['vaultMark'], 'mark' | 'issued' | 'gone'>
const noMarks: Marks = { mark: 0, issued: 0, gone: false }

async function findHeld(
  tx: Transaction<Database>,
  { deviceId, way }: ReleaseInput,
): Promise<{ marks: Marks; row: StoredShare | undefined }> {
  const found = await tx
    .selectFrom('vaultMark')
    .leftJoin('share', (join) =>
      join.onRef('share.deviceId', '=', 'vaultMark.deviceId').on('share.way', '=', way),
    )
    .select(['mark', 'issued', 'gone', 'number', 'sealedShare', 'sealedNext', 'updatedAt'])
    .where('vaultMark.deviceId', '=', deviceId)
    .executeTakeFirst()
  if (!found) return { marks: noMarks, row: undefined }
  const { mark, issued, gone, number, sealedShare, sealedNext, updatedAt } = found
  return {
    marks: { mark, issued, gone },
    row: number === null || updatedAt === null ? undefined : { number, sealedShare, sealedNext, updatedAt },
  }
}

async function keep(
  tx: Transaction<Database>,
  { deviceId, way, now }: ReleaseInput,
  share: HeldShare,
  issued: number,
): Promise<void> {
  const row = { ...share, updatedAt: now }
  await tx
    .with('marked', (query) =>
      query
        .insertInto('vaultMark')
        .values({ deviceId, ...noMarks, issued })
        .onConflict((conflict) => conflict.column('deviceId').doUpdateSet({ issued })),
    )
    .insertInto('share')
    .values({ deviceId, way, ...row })
    .onConflict((conflict) => conflict.columns(['deviceId', 'way']).doUpdateSet(row))
    .execute()
}

/** Of one way in, and what was proved by it. It counts as a wipe: an older store would give the share out again. */
export async function dropShare(tx: Transaction<Database>, deviceId: string, way: string): Promise<void> {
  await sql`with dropped as (delete from share where device_id = ${deviceId} and way = ${way} returning way),
    proved as (delete from factor where device_id = ${deviceId} and way = ${way})
    ${countWipe(sql`from dropped`)}`.execute(tx)
}

/** Deletes every share of the device and lets none be made again. `closed`: not before; `dropped`: there was one. */
export async function closeVault(
  tx: Transaction<Database>,
  deviceId: string,
): Promise<{ dropped: boolean; closed: boolean }> {
  const { rows } = await sql<{ dropped: boolean; closed: boolean }>`
    with dropped as (delete from share where device_id = ${deviceId} returning way),
    closed as (
      insert into vault_mark (device_id, mark, issued, gone) values (${deviceId}, 0, 0, true)
      on conflict (device_id) do update set gone = true where not vault_mark.gone returning device_id
    ),
    counted as (${countWipe(sql`from closed`)})
    select exists (select from dropped) as dropped, exists (select from closed) as closed`.execute(tx)
  return rows[0] ?? { dropped: false, closed: false }
}

/** One statement for all: a release that runs beside it either gave its share before, or finds the vault closed. */
async function closeEveryVault(tx: Transaction<Database>): Promise<void> {
  // Devices first, as everywhere: whoever holds one of them is waited for.
  await sql`select id from device where id in (select device_id from share) order by id
    for no key update`.execute(tx)
  await sql`with dropped as (delete from share returning device_id),
    closed as (
      insert into vault_mark (device_id, mark, issued, gone)
      select distinct device_id, 0, 0, true from dropped
      on conflict (device_id) do update set gone = true
    )
    ${countWipe(sql`from (values (1)) as forgotten`)}`.execute(tx)
}

/** Once, when that clause yields a row. */
export function countWipe(clause: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`insert into wipe_count (one, count) select true, 1 ${clause} limit 1
    on conflict (one) do update set count = wipe_count.count + 1`
}
