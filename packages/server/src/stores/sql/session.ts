import { type CompiledQuery, type Kysely, sql, type Transaction } from 'kysely'
import type { DeviceRecord, DurableStore, FamilyRecord, RotateInput } from '../../store.ts'
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
    async startFamily(family, repeat, audit) {
      const started = await db
        // The share lock makes a revocation wait for us, or us for it: then the row is read again and found revoked.
        .with('live', (query) =>
          query
            .selectFrom('device')
            .select('id')
            .where('id', '=', family.deviceId)
            .where('revokedAt', 'is', null)
            .forShare(),
        )
        .with('started', step(sql<{ sid: string }>`${insertRow('family', family, 'live')} returning sid`))
        .with(
          'known',
          step(insertRow('refresh', { digest: family.refreshDigest, sid: family.sid }, 'started')),
        )
        .with('kept', step(keepRepeat(repeat, 'started')))
        .with('noted', step(insertRow('audit', audit, 'started')))
        .selectFrom('started')
        .select('sid')
        .executeTakeFirst()
      return started !== undefined
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
