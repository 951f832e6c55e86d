import { type Kysely, sql, type Transaction } from 'kysely'
import type { ApprovalStore, HoldDecision } from '../../store-approvals.ts'
import { judgeDecision } from '../hold-decision.ts'
import { listedMs } from '../retention.ts'
import { lockApproval } from './approval.ts'
import { insertRow, step } from './rows.ts'
import type { Database } from './schema.ts'
import { queueForTransfers } from './transfer.ts'

type Acts = Pick<ApprovalStore, 'holdApproval' | 'decideHold' | 'listHoldDecisions'>

export function holdActs(db: Kysely<Database>): Acts {
  return {
    holdApproval(id, { reasons, expiresAt, now, most }, audit) {
      return db.transaction().execute(async (tx) => {
        const approval = await lockApproval(tx, id, now)
        if (approval?.state !== 'approved' && approval?.state !== 'released') return 'gone'
        if (!(await isTrusted(tx, approval.deviceId))) return 'gone'
        // Holds of one user queue here with his spendings, so that what is counted stays true until the commit.
        await queueForTransfers(tx, approval.user)
        if ((await countHeld(tx, approval.user, now)) >= most) return 'full'
        // A statement of its own: it must see what was decided while we waited.
        await tx.deleteFrom('holdDecision').where('approvalId', '=', id).execute()
        await tx
          .updateTable('approval')
          .set({
            state: 'held',
            reasons: sql`${JSON.stringify(reasons)}::jsonb`,
            expiresAt,
            keepUntil: expiresAt + listedMs,
          })
          .where('id', '=', id)
          .execute()
        await insertRow('audit', audit).execute(tx)
        return 'held'
      })
    },

    decideHold(id, decision, { needed, releasedUntil }, audit) {
      return db.transaction().execute(async (tx) => {
        const approval = await lockApproval(tx, id, decision.at)
        if (approval?.state !== 'held') return 'gone'
        if (decision.decision === 'release' && !(await isTrusted(tx, approval.deviceId))) return 'gone'
        const earlier = await tx
          .selectFrom('holdDecision')
          .select('operator')
          .where('approvalId', '=', id)
          .execute()
        const verdict = judgeDecision(earlier, decision, needed)
        if (verdict === 'same_operator') return verdict
        await tx
          .with('decided', step(insertRow('holdDecision', { ...decision, approvalId: id })))
          .with('noted', step(insertRow('audit', audit(verdict !== 'noted'))))
          .selectNoFrom(sql`true`.as('done'))
          .execute()
        if (verdict !== 'noted') await endHold(tx, id, verdict, releasedUntil)
        return verdict
      })
    },

    async listHoldDecisions(ids) {
      // As one parameter: the statement reads the same however many there are.
      const { rows } = await sql<HoldDecision & { approvalId: string }>`
        select approval_id, operator, decision, note, at from hold_decision
        where approval_id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))
        order by at`.execute(db)
      return rows
    },
  }
}

async function countHeld(tx: Transaction<Database>, user: string, now: number): Promise<number> {
  const { count } = await tx
    .selectFrom('approval')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('state', '=', 'held')
    .where('expiresAt', '>', now)
    .where('user', '=', user)
    .executeTakeFirstOrThrow()
  return count
}

async function isTrusted(tx: Transaction<Database>, deviceId: string): Promise<boolean> {
  const device = await tx
    .selectFrom('device')
    .select('id')
    .where('id', '=', deviceId)
    .where('revokedAt', 'is', null)
    .where('suspendedFor', 'is', null)
    .executeTakeFirst()
  return device !== undefined
}

async function endHold(
  tx: Transaction<Database>,
  id: string,
  state: 'released' | 'refused',
  expiresAt: number,
): Promise<void> {
  const life = state === 'released' ? { expiresAt, keepUntil: expiresAt + listedMs } : {}
  await tx
    .updateTable('approval')
    .set({ state, ...life })
    .where('id', '=', id)
    .execute()
}
