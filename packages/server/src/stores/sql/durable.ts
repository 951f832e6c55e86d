import { type Kysely, sql } from 'kysely'
import type { DurableStore } from '../../store.ts'
import { activationActs } from './activation.ts'
import { approvalActs } from './approval.ts'
import { claimActs } from './claim.ts'
import { deviceActs } from './device.ts'
import { enrolmentActs } from './enrolment.ts'
import { factorActs } from './factor.ts'
import { holdActs } from './hold.ts'
import { operatorActs } from './operator.ts'
import { passcodeActs } from './passcode.ts'
import { presenceActs } from './presence.ts'
import { shareActs } from './share.ts'
import { purgeTable } from './purge.ts'
import { insertRow } from './rows.ts'
import { auditColumns, type Database } from './schema.ts'
import { sessionActs } from './session.ts'
import { transferActs } from './transfer.ts'

/** Everything but the feed and the end of the connections, which is how the two databases differ. */
export function durableOver(
  db: Kysely<Database>,
  own: Pick<DurableStore, 'subscribe' | 'close'>,
): DurableStore {
  return {
    ...activationActs(db),
    ...enrolmentActs(db),
    ...deviceActs(db),
    ...sessionActs(db),
    ...claimActs(db),
    ...operatorActs(db),
    ...passcodeActs(db),
    ...presenceActs(db),
    ...shareActs(db),
    ...factorActs(db),
    ...approvalActs(db),
    ...holdActs(db),
    ...transferActs(db),
    ...own,

    async appendAudit(entry) {
      await insertRow('audit', entry).execute(db)
    },

    /**
     * Ids are given before the commit, so an act still running may appear later under a lower id than the last one read.
     * Who copies the log and must miss nothing reads a few seconds behind: longer than an act may take.
     */
    readAudit({ after = 0, limit }) {
      return db
        .selectFrom('audit')
        .select(auditColumns)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
    },

    async getDocument(name) {
      const found = await db
        .selectFrom('document')
        .select(['sequence', 'value'])
        .where('name', '=', name)
        .executeTakeFirst()
      return found ?? null
    },

    async putDocument(name, sequence, value) {
      const put = await db
        .insertInto('document')
        .values({ name, sequence, value })
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet({ sequence, value }).where('document.sequence', '<', sequence),
        )
        .returning('sequence')
        .executeTakeFirst()
      return put !== undefined
    },

    async purge(now) {
      await purgeTable(db, 'approval', 'keepUntil', now)
      for (const table of ['ottWindow', 'accountTries'] as const) await purgeTable(db, table, 'endsAt', now)
      const expiring = ['activation', 'enrolment', 'repeat', 'family', 'claim'] as const
      for (const table of [...expiring, 'passcodeLogin', 'factor', 'presenceChallenge'] as const) {
        await purgeTable(db, table, 'expiresAt', now)
      }
    },

    async ping() {
      const { rows } = await sql<{ at: number }>`
        select (extract(epoch from clock_timestamp()) * 1000)::bigint as at`.execute(db)
      return rows[0]?.at ?? null
    },
  }
}
