import type { Kysely, Transaction } from 'kysely'
import type { FactorStore, StartByFactor } from '../../store-factors.ts'
import { noticeKinds } from '../notice-kinds.ts'
import { judgeAck, type Taken, type VaultMarks } from '../share-ack.ts'
import type { HeldShare } from '../share-release.ts'
import { insertRow } from './rows.ts'
import { factorColumns, type Database } from './schema.ts'
import { addFamily, endFamilies } from './session.ts'
import { dropShare } from './share.ts'

type Acts = Pick<FactorStore, 'findFactor' | 'startFamilyByFactor' | 'listNotices' | 'suspendDevice'>

export function factorActs(db: Kysely<Database>): Acts {
  return {
    async findFactor(id, now) {
      const found = await db
        .selectFrom('factor')
        .select(factorColumns)
        .where('id', '=', id)
        .where('expiresAt', '>', now)
        .executeTakeFirst()
      return found ?? null
    },

    startFamilyByFactor(start) {
      const { family } = start
      return db.transaction().execute(async (tx) => {
        // Whatever changes this device's factors, shares or state waits for us, and we for it.
        const device = await tx
          .selectFrom('device')
          .select(['revokedAt', 'suspendedFor'])
          .where('id', '=', family.deviceId)
          .forNoKeyUpdate()
          .executeTakeFirst()
        if (!device || device.revokedAt !== null) return 'device_revoked'
        if (device.suspendedFor !== null) return 'suspended'
        const held = await findHeld(tx, start)
        const taken = held === null ? null : judgeAck(held.share, held.marks, start.ack)
        if (held === null || taken === null) return 'refused'
        await useUp(tx, start, taken)
        if (held.pending) await makeCurrent(tx, family.deviceId, held.way, start.now)
        await addFamily(tx, family, start.repeat, start.audit)
        return 'started'
      })
    },

    listNotices({ user, since, limit }) {
      return db
        .selectFrom('audit')
        .innerJoin('device', 'device.id', 'audit.device')
        .select(['audit.id', 'audit.at', 'audit.action as kind', 'device.name as device'])
        .where('audit.user', '=', user)
        .where('audit.at', '>', since)
        .where('audit.action', 'in', [...noticeKinds])
        .orderBy('audit.id', 'desc')
        .limit(limit)
        .execute()
    },

    suspendDevice(id, reason, now, audit) {
      return db.transaction().execute(async (tx) => {
        const suspended = await tx
          .updateTable('device')
          .set({ suspendedFor: reason })
          .where('id', '=', id)
          .where('revokedAt', 'is', null)
          .where('suspendedFor', 'is', null)
          .returning('id')
          .executeTakeFirst()
        if (!suspended) return false
        await forgetPasscodes(tx, id)
        await tx.deleteFrom('factor').where('deviceId', '=', id).execute()
        // A statement of its own: it must see the families whose start held the device's row until just now.
        await endFamilies(tx, id, now)
        await insertRow('audit', audit).execute(tx)
        return true
      })
    },
  }
}

type Held = {
  readonly way: string
  /** The way is a passcode no session was opened with yet. */
  readonly pending: boolean
  readonly share: HeldShare | undefined
  readonly marks: VaultMarks | undefined
}

/** What hangs on the factor, when it may open this family and its way in still stands. The caller holds the device's row. */
async function findHeld(
  tx: Transaction<Database>,
  { family: { deviceId }, factor, kind, now }: StartByFactor,
): Promise<Held | null> {
  const found = await tx
    .selectFrom('factor')
    .leftJoin('passcode', (join) =>
      join
        .onRef('passcode.id', '=', 'factor.way')
        .onRef('passcode.deviceId', '=', 'factor.deviceId')
        .on('factor.kind', '=', 'passcode'),
    )
    .leftJoin('presence', (join) =>
      join
        .onRef('presence.id', '=', 'factor.way')
        .onRef('presence.deviceId', '=', 'factor.deviceId')
        .on('factor.kind', '=', 'presence'),
    )
    .leftJoin('share', (join) =>
      join.onRef('share.way', '=', 'factor.way').onRef('share.deviceId', '=', 'factor.deviceId'),
    )
    .leftJoin('vaultMark', 'vaultMark.deviceId', 'factor.deviceId')
    .select(['factor.way', 'passcode.state', 'presence.id as presence'])
    .select(['share.number', 'share.sealedShare', 'share.sealedNext'])
    .select(['vaultMark.mark', 'vaultMark.issued', 'vaultMark.gone'])
    .where('factor.id', '=', factor)
    .where('factor.deviceId', '=', deviceId)
    .where('factor.kind', '=', kind)
    .where('factor.expiresAt', '>', now)
    .executeTakeFirst()
  if (found === undefined || (found.state === null && found.presence === null)) return null
  const { way, state, number, sealedShare, sealedNext, mark, issued, gone } = found
  return {
    way,
    pending: state === 'pending',
    share: number === null ? undefined : { number, sealedShare, sealedNext },
    marks: mark === null || issued === null || gone === null ? undefined : { mark, issued, gone },
  }
}

/** The factor is gone, and what the device said of its share and mark is so. */
async function useUp(
  tx: Transaction<Database>,
  { family: { deviceId }, factor, now }: StartByFactor,
  { share, mark }: Taken,
): Promise<void> {
  const used = await tx.deleteFrom('factor').where('id', '=', factor).returning('way').executeTakeFirst()
  await tx
    .with('marked', (query) => query.updateTable('vaultMark').set({ mark }).where('deviceId', '=', deviceId))
    .updateTable('share')
    .set({ ...share, updatedAt: now })
    .where('deviceId', '=', deviceId)
    .where('way', '=', used?.way ?? '')
    .execute()
}

/** The passcode before this one goes with its share, and so do the sessions it opened. */
async function makeCurrent(
  tx: Transaction<Database>,
  deviceId: string,
  id: string,
  now: number,
): Promise<void> {
  const former = await tx
    .deleteFrom('passcode')
    .where('deviceId', '=', deviceId)
    .where('id', '!=', id)
    .returning('id')
    .execute()
  for (const { id: way } of former) await dropShare(tx, deviceId, way)
  await tx.updateTable('passcode').set({ state: 'current' }).where('id', '=', id).execute()
  await endFamilies(tx, deviceId, now)
}

/** An attempt key stays without its passcode: what it signs is refused, and the refusal is one the device can believe. */
export async function forgetPasscodes(tx: Transaction<Database>, deviceId: string): Promise<void> {
  await tx
    .deleteFrom('passcode')
    .where('deviceId', '=', deviceId)
    .where((row) => row.or([row('state', '=', 'pending'), row('attemptKey', 'is', null)]))
    .execute()
  await tx.updateTable('passcode').set({ sealedUpload: '' }).where('deviceId', '=', deviceId).execute()
}
