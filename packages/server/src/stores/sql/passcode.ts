import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { FactorStore, LoginRecord, PasscodeRecord, TryInput } from '../../store-factors.ts'
import { judgeTry, triesLeft, type TryVerdict } from '../tries.ts'
import { dropShare } from './share.ts'
import { insertRow, keepRepeat, step } from './rows.ts'
import { deviceColumns, loginColumns, passcodeColumns, type Database } from './schema.ts'

type Acts = Pick<
  FactorStore,
  | 'addPasscode'
  | 'findPasscode'
  | 'listPasscodes'
  | 'findDeviceByAttemptKey'
  | 'takePasscodeTry'
  | 'saveLogin'
  | 'findLogin'
  | 'finishLogin'
>

export function passcodeActs(db: Kysely<Database>): Acts {
  return {
    addPasscode(record, audit) {
      return db.transaction().execute(async (tx) => {
        // Registrations of one device queue here.
        if (!(await liveDevice(tx, record.deviceId).forNoKeyUpdate().executeTakeFirst())) return false
        const known = await tx
          .selectFrom('passcode')
          .select('deviceId')
          .where('id', '=', record.id)
          .executeTakeFirst()
        if (known) return known.deviceId === record.deviceId
        if (await isTaken(tx, record)) return false
        await forgetPending(tx, record.deviceId)
        await insertRow('passcode', record).execute(tx)
        await insertRow('audit', audit).execute(tx)
        return true
      })
    },

    async findPasscode(id) {
      const found = await db
        .selectFrom('passcode')
        .select(passcodeColumns)
        .where('id', '=', id)
        .executeTakeFirst()
      return found ?? null
    },

    listPasscodes(deviceId) {
      return db.selectFrom('passcode').select(passcodeColumns).where('deviceId', '=', deviceId).execute()
    },

    async findDeviceByAttemptKey(thumbprint) {
      const found = await db
        .selectFrom('device')
        .innerJoin('passcode', 'passcode.deviceId', 'device.id')
        .select(deviceColumns.map((column) => `device.${column}` as const))
        .where('passcode.attemptKeyThumbprint', '=', thumbprint)
        .executeTakeFirst()
      return found ?? null
    },

    takePasscodeTry(input) {
      const { login, limits, now } = input
      return db.transaction().execute(async (tx) => {
        await queueForUser(tx, input.user)
        if (!(await hasPasscode(tx, login))) return { kind: 'gone' }
        const device = await tx
          .selectFrom('passcodeTries')
          .select(['failures', 'lockedUntil'])
          .where('deviceId', '=', login.deviceId)
          .executeTakeFirst()
        const known = await findKnown(tx, login, now)
        if (known) return { kind: 'known', login: known, left: triesLeft(device?.failures ?? 0, limits) }
        const account = await tx
          .selectFrom('accountTries')
          .select(['tries', 'endsAt'])
          .where('user', '=', input.user)
          .executeTakeFirst()
        const verdict = judgeTry({ device, account }, limits, now)
        if (verdict.kind !== 'take') return verdict
        await writeTry(tx, input, verdict)
        return { kind: 'taken', left: verdict.left }
      })
    },

    async saveLogin(id, sealedState, repeat) {
      const { rows } = await sql<{ sealedState: string }>`with saved as (
          update passcode_login set sealed_state = coalesce(sealed_state, ${sealedState})
          where id = ${id} returning sealed_state
        ),
        own as (select from saved where sealed_state = ${sealedState}),
        kept as (${keepRepeat(repeat, 'own')})
        select sealed_state from saved`.execute(db)
      return rows[0]?.sealedState ?? null
    },

    async findLogin(id, now) {
      const found = await db
        .selectFrom('passcodeLogin')
        .select(loginColumns)
        .where('id', '=', id)
        .where('finishedAt', 'is', null)
        .where('expiresAt', '>', now)
        .executeTakeFirst()
      return found ?? null
    },

    finishLogin(factor, repeat, audit) {
      const { id, deviceId, way, provedAt } = factor
      return db.transaction().execute(async (tx) => {
        const login = await queueForLogin(tx, { id, deviceId, approvalId: null })
        if (login?.recordId !== way) return false
        const finished = await tx
          .with('finished', step(endLogin(id, provedAt)))
          .with('forgotten', step(forgetTries(deviceId)))
          .with('given', step(giveTryBack(login.user)))
          .with('proved', step(insertRow('factor', factor, 'finished')))
          .with('kept', step(keepRepeat(repeat, 'finished')))
          .with('noted', step(insertRow('audit', audit, 'finished')))
          .selectFrom('finished')
          .select('id')
          .executeTakeFirst()
        return finished !== undefined
      })
    },
  }
}

/** A login of this device that was begun for this, while its passcode stands; its user's tries queue behind it until the commit. */
export async function queueForLogin(
  tx: Transaction<Database>,
  { id, deviceId, approvalId }: Pick<LoginRecord, 'id' | 'deviceId' | 'approvalId'>,
): Promise<{ user: string; recordId: string } | null> {
  const login = await tx
    .selectFrom('passcodeLogin')
    .innerJoin('device', 'device.id', 'passcodeLogin.deviceId')
    .select(['device.user', 'passcodeLogin.recordId'])
    .where('passcodeLogin.id', '=', id)
    .where('passcodeLogin.deviceId', '=', deviceId)
    .where('passcodeLogin.approvalId', approvalId === null ? 'is' : '=', approvalId)
    .executeTakeFirst()
  if (!login) return null
  await queueForUser(tx, login.user)
  return (await hasPasscode(tx, { deviceId, recordId: login.recordId })) ? login : null
}

/** The step `finished`, which the two after it hang on: it yields nothing when the login has ended or expired. */
export function endLogin(id: string, now: number): RawBuilder<{ id: string }> {
  return sql`update passcode_login set finished_at = ${now}
    where id = ${id} and finished_at is null and expires_at > ${now} returning id`
}

export function forgetTries(deviceId: string): RawBuilder<object> {
  return sql`delete from passcode_tries where device_id = ${deviceId} and exists (select from finished)`
}

export function giveTryBack(user: string): RawBuilder<object> {
  return sql`update account_tries set tries = greatest(tries - 1, 0)
    where "user" = ${user} and exists (select from finished)`
}

/** Tries, and what forgets them, queue here for each user: what one reads stays true until its commit. */
async function queueForUser(tx: Transaction<Database>, user: string): Promise<void> {
  const lock = `holdfast.tries:${user}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(tx)
}

function liveDevice(tx: Transaction<Database>, id: string) {
  return tx
    .selectFrom('device')
    .select('user')
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .where('suspendedFor', 'is', null)
}

async function hasPasscode(
  tx: Transaction<Database>,
  { deviceId, recordId }: Pick<LoginRecord, 'deviceId' | 'recordId'>,
): Promise<boolean> {
  // The share lock makes whoever revokes or suspends the device, or takes its passcode away, wait for us, or us for him. A statement of
  // its own: the next one sees what he did.
  if (!(await liveDevice(tx, deviceId).forShare().executeTakeFirst())) return false
  const found = await tx
    .selectFrom('passcode')
    .select('id')
    .where('id', '=', recordId)
    .where('deviceId', '=', deviceId)
    .executeTakeFirst()
  return found !== undefined
}

/** Whoever gives a key a second part to play queues here for it. */
async function queueForKey(tx: Transaction<Database>, thumbprint: string): Promise<void> {
  const lock = `holdfast.attempt-key:${thumbprint}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(tx)
}

/** A key that lies on a disk must not become that of a device: it would answer for the one it was copied from. Until the commit. */
export async function isAttemptKey(tx: Transaction<Database>, thumbprint: string): Promise<boolean> {
  await queueForKey(tx, thumbprint)
  const holder = await tx
    .selectFrom('passcode')
    .select('id')
    .where('attemptKeyThumbprint', '=', thumbprint)
    .executeTakeFirst()
  return holder !== undefined
}

/** Two devices under one key could not be told apart. */
async function isTaken(
  tx: Transaction<Database>,
  { deviceId, attemptKeyThumbprint }: PasscodeRecord,
): Promise<boolean> {
  if (attemptKeyThumbprint === null) return false
  await queueForKey(tx, attemptKeyThumbprint)
  const device = await tx
    .selectFrom('device')
    .select('id')
    .where('keyThumbprint', '=', attemptKeyThumbprint)
    .executeTakeFirst()
  if (device) return true
  const holder = await tx
    .selectFrom('passcode')
    .select('id')
    .where('attemptKeyThumbprint', '=', attemptKeyThumbprint)
    .where('deviceId', '!=', deviceId)
    .executeTakeFirst()
  return holder !== undefined
}

async function forgetPending(tx: Transaction<Database>, deviceId: string): Promise<void> {
  const former = await tx
    .deleteFrom('passcode')
    .where('deviceId', '=', deviceId)
    .where('state', '=', 'pending')
    .returning('id')
    .execute()
  for (const { id } of former) await dropShare(tx, deviceId, id)
}

async function findKnown(
  tx: Transaction<Database>,
  { deviceId, ke1Digest }: LoginRecord,
  now: number,
): Promise<LoginRecord | undefined> {
  return tx
    .selectFrom('passcodeLogin')
    .select(loginColumns)
    .where('deviceId', '=', deviceId)
    .where('ke1Digest', '=', ke1Digest)
    .where('expiresAt', '>', now)
    .executeTakeFirst()
}

/** Committed before anything is computed: whoever is killed afterwards leaves a try that counts. */
async function writeTry(
  tx: Transaction<Database>,
  { login, user, audit }: TryInput,
  { device, account }: Extract<TryVerdict, { kind: 'take' }>,
): Promise<void> {
  await tx
    .with(
      'opened',
      // In the place of a login of the same KE1 that has expired.
      step(sql<object>`${insertRow('passcodeLogin', login)} on conflict (device_id, ke1_digest) do update set
        id = excluded.id, record_id = excluded.record_id, approval_id = excluded.approval_id,
        sealed_state = null, finished_at = null, created_at = excluded.created_at, expires_at = excluded.expires_at`),
    )
    .with('tried', (query) =>
      query
        .insertInto('passcodeTries')
        .values({ deviceId: login.deviceId, ...device })
        .onConflict((conflict) => conflict.column('deviceId').doUpdateSet(device)),
    )
    .with('charged', (query) =>
      query
        .insertInto('accountTries')
        .values({ user, ...account })
        .onConflict((conflict) => conflict.column('user').doUpdateSet(account)),
    )
    .with('noted', step(insertRow('audit', audit)))
    .selectNoFrom(sql<number>`1`.as('one'))
    .execute()
}
