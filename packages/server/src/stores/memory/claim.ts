import type { ClaimOutcome, ClaimResult, DurableStore } from '../../store.ts'
import type { HeldClaim, Records } from './records.ts'

type Acts = Pick<DurableStore, 'claim' | 'settleClaim' | 'releaseClaim'>

export function claimActs({ claims }: Records): Acts {
  return {
    async claim({ deviceId, idempotencyKey, fingerprint, now, expiresAt }) {
      const id = claimId(deviceId, idempotencyKey)
      const held = claims.get(id)
      if (held && held.expiresAt > now) {
        return held.fingerprint === fingerprint ? resultOf(held) : { kind: 'mismatch' }
      }
      claims.set(id, { fingerprint, startedAt: now, expiresAt, state: 'running', sealedAnswer: null })
      return { kind: 'new' }
    },

    async settleClaim(deviceId, idempotencyKey, outcome: ClaimOutcome) {
      const held = claims.get(claimId(deviceId, idempotencyKey))
      if (held?.state !== 'running') return
      held.state = outcome.kind
      held.sealedAnswer = outcome.kind === 'answered' ? outcome.sealedAnswer : null
    },

    async releaseClaim(deviceId, idempotencyKey) {
      const id = claimId(deviceId, idempotencyKey)
      if (claims.get(id)?.state === 'running') claims.delete(id)
    },
  }
}

/** The length in front keeps two pairs from reading as one. */
function claimId(deviceId: string, idempotencyKey: string): string {
  return `${deviceId.length}:${deviceId}${idempotencyKey}`
}

function resultOf(held: HeldClaim): ClaimResult {
  if (held.state === 'running') return { kind: 'running', since: held.startedAt }
  if (held.state === 'answered' && held.sealedAnswer !== null) {
    return { kind: 'answered', sealedAnswer: held.sealedAnswer }
  }
  return { kind: held.state === 'unknown' ? 'unknown' : 'executed' }
}
