import { type Kysely, sql, type Transaction } from 'kysely'
import type { ApprovalRecord, ApprovalStore } from '../../store-approvals.ts'
import { askedMs, listedMs } from '../retention.ts'
import { endLogin, forgetTries, giveTryBack, queueForLogin } from './passcode.ts'
import { lockTrusted, raiseCounter } from './presence.ts'
import { insertRow, step } from './rows.ts'
import { approvalColumns, type Database } from './schema.ts'

type Acts = Pick<
  ApprovalStore,
  'addApproval' | 'findApproval' | 'listApprovals' | 'approve' | 'declineApproval'
>
type ApproveInput = Parameters<ApprovalStore['approve']>[0]

export function approvalActs(db: Kysely<Database>): Acts {
  return {
    addApproval(record, most, audit) {
      const row = { ...record, keepUntil: record.expiresAt + askedMs }
      return db.transaction().execute(async (tx) => {
        // Askings of one device queue here, so that what is counted stays true until the commit.
        if (!(await lockTrusted(tx, record.deviceId))) return false
        if ((await countOpen(tx, record)) >= most) return false
        await tx
          .with('added', step(sql<{ id: string }>`${insertRow('approval', row)} returning id`))
          .with('noted', step(insertRow('audit', audit, 'added')))
          .selectFrom('added')
          .select('id')
          .execute()
        return true
      })
    },

    async findApproval(id) {
      const found = await db
        .selectFrom('approval')
        .select(approvalColumns)
        .where('id', '=', id)
        .executeTakeFirst()
      return found ?? null
    },

    listApprovals(query) {
      const newest = db
        .selectFrom('approval')
        .select(approvalColumns)
        .orderBy('createdAt', 'desc')
        .limit(query.limit)
      return 'deviceId' in query
        ? newest.where('deviceId', '=', query.deviceId).execute()
        : newest
            .where('state', '=', query.state)
            .where('expiresAt', '>', query.now)
            .where('reasons', '<>', sql<ApprovalRecord['reasons']>`'[]'::jsonb`)
            .execute()
    },

    approve(input) {
      const { login, presence } = input
      return db.transaction().execute(async (tx) => {
        // One of them it was proved with, and not the other.
        if (login !== null && presence === null) return approveByLogin(tx, input, login)
        if (login === null && presence !== null) return approveByPresence(tx, input, presence)
        return false
      })
    },

    async declineApproval(id, deviceId, now, audit) {
      const declined = await db
        .with('declined', (query) =>
          query
            .updateTable('approval')
            .set({ state: 'refused' })
            .where('id', '=', id)
            .where('deviceId', '=', deviceId)
            .where('state', '=', 'asked')
            .where('expiresAt', '>', now)
            .returning('id'),
        )
        .with('noted', step(insertRow('audit', audit, 'declined')))
        .selectFrom('declined')
        .select('id')
        .executeTakeFirst()
      return declined !== undefined
    },
  }
}

/** Null when unknown or expired. Whatever else would change its state waits for us, and we for it. */
export async function lockApproval(
  tx: Transaction<Database>,
  id: string,
  now: number,
): Promise<Pick<ApprovalRecord, 'deviceId' | 'user' | 'state' | 'requestDigest'> | null> {
  const held = await tx
    .selectFrom('approval')
    .select(['deviceId', 'user', 'state', 'requestDigest'])
    .where('id', '=', id)
    .where('expiresAt', '>', now)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return held ?? null
}

async function countOpen(
  tx: Transaction<Database>,
  { deviceId, createdAt }: ApprovalRecord,
): Promise<number> {
  const { count } = await tx
    .selectFrom('approval')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('deviceId', '=', deviceId)
    // As it is written, not as a parameter: only so does its own small index serve.
    .where('state', '=', sql.lit('asked'))
    .where('expiresAt', '>', createdAt)
    .executeTakeFirstOrThrow()
  return count
}

async function isAsked(
  tx: Transaction<Database>,
  { id, deviceId, now }: Pick<ApproveInput, 'id' | 'deviceId' | 'now'>,
): Promise<boolean> {
  const held = await lockApproval(tx, id, now)
  return held?.deviceId === deviceId && held.state === 'asked'
}

async function approveByLogin(
  tx: Transaction<Database>,
  input: ApproveInput,
  loginId: string,
): Promise<boolean> {
  const { id, deviceId, now } = input
  const login = await queueForLogin(tx, { id: loginId, deviceId, approvalId: id })
  if (!login || !(await isAsked(tx, input))) return false
  const approved = await tx
    .with('finished', step(endLogin(loginId, now)))
    .with('forgotten', step(forgetTries(deviceId)))
    .with('given', step(giveTryBack(login.user)))
    .with('approved', step(setApproved(input, 'finished')))
    .with('noted', step(insertRow('audit', input.audit, 'approved')))
    .selectFrom('approved')
    .select('id')
    .executeTakeFirst()
  return approved !== undefined
}

async function approveByPresence(
  tx: Transaction<Database>,
  input: ApproveInput,
  presence: NonNullable<ApproveInput['presence']>,
): Promise<boolean> {
  const { deviceId } = input
  if (!(await lockTrusted(tx, deviceId)) || !(await isAsked(tx, input))) return false
  const approved = await tx
    .with('raised', step(raiseCounter({ ...presence, deviceId })))
    .with('approved', step(setApproved(input, 'raised')))
    .with('noted', step(insertRow('audit', input.audit, 'approved')))
    .selectFrom('approved')
    .select('id')
    .executeTakeFirst()
  return approved !== undefined
}

/** The caller holds its row. `when`: the step that proves it, without which nothing is written. */
function setApproved({ id, acr, sealedEvidence }: ApproveInput, when: 'finished' | 'raised') {
  return sql<{ id: string }>`update approval
    set state = 'approved', acr = ${acr}, sealed_evidence = ${sealedEvidence}, keep_until = expires_at + ${listedMs}::bigint
    where id = ${id} and exists (select from ${sql.table(when)}) returning id`
}
