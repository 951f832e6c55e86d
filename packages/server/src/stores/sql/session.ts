import { type CompiledQuery, type Kysely, sql, type Transaction } from 'kysely'
import type {
  AuditEntry,
  DeviceRecord,
  DurableStore,
  FamilyRecord,
  RepeatRecord,
  RotateInput,
} from '../../store.ts'
import { judgeRefresh, type RefreshState } from '../rotation.ts'
import { tell } from './invalidation.ts'
import { insertRow, keepRepeat, step } from './rows.ts'
import { deviceColumns, familyColumns, type Database } from './schema.ts'

type Session = { family: FamilyRecord; device: DeviceRecord }
type Acts = Pick<
  DurableStore,
  'startFamily' | 'findFamilyByRefresh' | 'rotateRefresh' | 'findSession' | 'endFamily'
>

export function sessionActs(db: Kysely<Database>): Acts {
  // Compiled once: putting so many columns together costs more than the database takes to find the row.
  const bySid = sessions(db).where('family.sid', '=', '').compile()
  const byRefresh = sessions(db)
    .innerJoin('refresh', 'refresh.sid', 'family.sid')
    .where('refresh.digest', '=', '')
    .compile()

  async function findSession(query: CompiledQuery<object>, key: string): Promise<Session | null> {
    const { rows } = await db.executeQuery({ ...query, parameters: [key] })
    return rows[0] ? sessionOf(rows[0]) : null
  }

  return {
    startFamily(family, repeat, audit) {
      return db.transaction().execute(async (tx) => {
        // The share lock makes whatever changes the device wait for us, or us for it.
        const live = await tx
          .selectFrom('device')
          .select('id')
          .where('id', '=', family.deviceId)
          .where('revokedAt', 'is', null)
          .where('suspendedFor', 'is', null)
          .forShare()
          .executeTakeFirst()
        // A statement of its own: it must see the passcode that became current while we waited.
        if (!live || (await hasPasscode(tx, family.deviceId))) return false
        await addFamily(tx, family, repeat, audit)
        return true
      })
    },

    findFamilyByRefresh: (digest) => findSession(byRefresh, digest),

    rotateRefresh(input) {
      return db.transaction().execute(async (tx) => {
        const held = await lockFamily(tx, input.presentedDigest)
        if (!held) return { kind: 'refused' }
        const verdict = judgeRefresh(held, input)
        if (verdict.kind === 'refuse') return { kind: 'refused' }
        if (verdict.kind === 'repeat') {
          const { sealedAnswer } = verdict
          await keepRepeat({ ...input.repeat, sealedAnswer }).execute(tx)
          return { kind: 'repeated', sealedAnswer }
        }
        if (verdict.kind === 'reuse') {
          await endReused(tx, held.sid, input.now)
          return { kind: 'reused', sid: held.sid }
        }
        await rotate(tx, held.sid, input)
        return { kind: 'rotated' }
      })
    },

    findSession: (sid) => findSession(bySid, sid),

    async endFamily(sid, now, audit) {
      const ended = await db
        .with('ended', (query) =>
          query
            .updateTable('family')
            .set({ endedAt: now })
            .where('sid', '=', sid)
            .where('endedAt', 'is', null)
            .returning('sid'),
        )
        .with('noted', step(insertRow('audit', audit, 'ended')))
        .selectFrom('ended')
        .select(tell({ sid }).as('told'))
        .executeTakeFirst()
      return ended !== undefined
    },
  }
}

async function hasPasscode(tx: Transaction<Database>, deviceId: string): Promise<boolean> {
  const found = await tx
    .selectFrom('passcode')
    .select('id')
    .where('deviceId', '=', deviceId)
    .where('state', '=', 'current')
    .executeTakeFirst()
  return found !== undefined
}

/** The family, its refresh token, the answer that goes with it, and the entry. The caller holds the device's row. */
export async function addFamily(
  tx: Transaction<Database>,
  family: FamilyRecord,
  repeat: RepeatRecord,
  audit: AuditEntry,
): Promise<void> {
  const { sid, refreshDigest: digest } = family
  await tx
    .with('started', step(sql<{ sid: string }>`${insertRow('family', family)} returning sid`))
    .with('known', step(insertRow('refresh', { digest, sid }, 'started')))
    .with('kept', step(keepRepeat(repeat, 'started')))
    .with('noted', step(insertRow('audit', audit, 'started')))
    .selectFrom('started')
    .select('sid')
    .execute()
}

/** All of the device, on every node. The caller holds the device's row. */
export async function endFamilies(tx: Transaction<Database>, deviceId: string, now: number): Promise<void> {
  await tx
    .with('ended', (query) =>
      query
        .updateTable('family')
        .set({ endedAt: now })
        .where('deviceId', '=', deviceId)
        .where('endedAt', 'is', null),
    )
    .selectNoFrom(tell({ device: deviceId }).as('told'))
    .execute()
}

/** Racers with one token queue here; each reads the family as the one before left it. */
async function lockFamily(
  tx: Transaction<Database>,
  digest: string,
): Promise<(RefreshState & { sid: string }) | undefined> {
  return tx
    .selectFrom('refresh')
    .innerJoin('family', 'family.sid', 'refresh.sid')
    .innerJoin('device', 'device.id', 'family.deviceId')
    .select([
      'family.sid',
      'family.deviceId',
      'family.refreshDigest',
      'family.expiresAt',
      'family.idleAt',
      'family.endedAt',
      'family.previousDigest',
      'family.rotatedAt',
      'family.successorAnswer',
      'device.revokedAt as deviceRevokedAt',
    ])
    .where('refresh.digest', '=', digest)
    .forUpdate('family')
    .executeTakeFirst()
}

async function endReused(tx: Transaction<Database>, sid: string, now: number): Promise<void> {
  await tx
    .with('ended', (query) => query.updateTable('family').set({ endedAt: now }).where('sid', '=', sid))
    .selectNoFrom(tell({ sid }).as('told'))
    .execute()
}

async function rotate(tx: Transaction<Database>, sid: string, input: RotateInput): Promise<void> {
  await tx
    .with('moved', (query) =>
      query
        .updateTable('family')
        .set({
          refreshDigest: input.nextDigest,
          previousDigest: input.presentedDigest,
          rotatedAt: input.now,
          successorAnswer: input.repeat.sealedAnswer,
          idleAt: input.nextIdleAt,
        })
        .where('sid', '=', sid)
        .returning('sid'),
    )
    .with('known', step(insertRow('refresh', { digest: input.nextDigest, sid }, 'moved')))
    .with('kept', step(keepRepeat(input.repeat, 'moved')))
    .with('noted', step(insertRow('audit', input.audit, 'moved')))
    .selectFrom('moved')
    .select('sid')
    .execute()
}

function sessions(db: Kysely<Database>) {
  return db
    .selectFrom('family')
    .innerJoin('device', 'device.id', 'family.deviceId')
    .select(familyColumns.map((column) => `family.${column} as family:${column}` as const))
    .select(deviceColumns.map((column) => `device.${column} as device:${column}` as const))
}

/** Splits the joined row at the prefixes `sessions` gave its columns. */
function sessionOf(row: object): Session {
  const part = (prefix: string) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value]),
    )
  return { family: part('family:') as FamilyRecord, device: part('device:') as DeviceRecord }
}
