import type { Kysely, Selectable } from 'kysely'
import type { ClaimResult, DurableStore } from '../../store.ts'
import type { Database } from './schema.ts'

type Acts = Pick<DurableStore, 'claim' | 'settleClaim' | 'releaseClaim'>
type Held = Pick<Selectable<Database['claim']>, 'fingerprint' | 'startedAt' | 'state' | 'sealedAnswer'>

export function claimActs(db: Kysely<Database>): Acts {
  return {
    async claim({ deviceId, idempotencyKey, fingerprint, now, expiresAt }) {
      // A round more only when the claim we lost to was released before we could read it.
      for (;;) {
        const fresh = {
          fingerprint,
          startedAt: now,
          expiresAt,
          state: 'running',
          sealedAnswer: null,
        } as const
        const won = await db
          .insertInto('claim')
          .values({ deviceId, idempotencyKey, ...fresh })
          .onConflict((conflict) =>
            conflict
              .columns(['deviceId', 'idempotencyKey'])
              .doUpdateSet(fresh)
              .where('claim.expiresAt', '<=', now),
          )
          .returning('state')
          .executeTakeFirst()
        if (won) return { kind: 'new' }
        const held = await db
          .selectFrom('claim')
          .select(['fingerprint', 'startedAt', 'state', 'sealedAnswer'])
          .where('deviceId', '=', deviceId)
          .where('idempotencyKey', '=', idempotencyKey)
          .executeTakeFirst()
        if (held) return held.fingerprint === fingerprint ? resultOf(held) : { kind: 'mismatch' }
      }
    },

    async settleClaim(deviceId, idempotencyKey, outcome) {
      await db
        .updateTable('claim')
        .set({
          state: outcome.kind,
          sealedAnswer: outcome.kind === 'answered' ? outcome.sealedAnswer : null,
        })
        .where('deviceId', '=', deviceId)
        .where('idempotencyKey', '=', idempotencyKey)
        .where('state', '=', 'running')
        .execute()
    },

    async releaseClaim(deviceId, idempotencyKey) {
      await db
        .deleteFrom('claim')
        .where('deviceId', '=', deviceId)
        .where('idempotencyKey', '=', idempotencyKey)
        .where('state', '=', 'running')
        .execute()
    },
  }
}

function resultOf(held: Held): ClaimResult {
  if (held.state === 'running') return { kind: 'running', since: held.startedAt }
  if (held.state === 'answered' && held.sealedAnswer !== null) {
    return { kind: 'answered', sealedAnswer: held.sealedAnswer }
  }
  return { kind: held.state === 'unknown' ? 'unknown' : 'executed' }
}
