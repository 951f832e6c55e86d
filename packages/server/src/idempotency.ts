/** An unsafe request reaches the backend once, whatever is lost on the way (docs/protocol.md 3.7). */
import { fromBase64url, fromUtf8, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import type { KeyRing } from './keys.ts'
import { assertVerified, type VerifiedRequest } from './request.ts'
import type { ClaimResult } from './store.ts'

/** A backend's answer as it is kept: sealed, since a dumped database must not show what was paid to whom. */
export type KeptAnswer = {
  readonly status: number
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array
}

export type Claim =
  /** Run it now, then call exactly one of these. */
  | {
      readonly kind: 'run'
      settle(answer: KeptAnswer): Promise<void>
      /** It ran, but the answer is too large to keep. */
      executed(): Promise<void>
      /** It reached the backend and nobody knows how it ended. */
      unknown(): Promise<void>
      /** Nothing was sent to the backend: the key may be used again. */
      release(): Promise<void>
    }
  | { readonly kind: 'repeat'; readonly answer: KeptAnswer }

function encodeAnswer(answer: KeptAnswer): Uint8Array {
  return utf8(JSON.stringify([answer.status, answer.fields, toBase64url(answer.body)]))
}

function decodeAnswer(bytes: Uint8Array): KeptAnswer {
  const [status, fields, body] = JSON.parse(fromUtf8(bytes)) as [number, Array<[string, string]>, string]
  return { status, fields, body: fromBase64url(body) }
}

/** Signed anew on every try, and no part of what is asked. An approval knows its request itself. */
const ofOneTry: ReadonlySet<string> = new Set([
  '@method',
  '@target-uri',
  'authorization',
  'idempotency-key',
  'holdfast-approval',
])

/**
 * The same key may only come with the same request: method, target, and every field the signature covers. JSON of an array
 * of strings has one reading. With the Idempotency-Key in it, nobody who has store and keys can try what the rest may have been.
 */
function fingerprintOf({ head, covered }: VerifiedRequest, idempotencyKey: string, keys: KeyRing): string {
  const fields = covered.filter((name) => !ofOneTry.has(name)).map((name) => [name, head.fields.get(name)])
  const facts = [idempotencyKey, head.method, head.target.raw, fields]
  return keys.digest('fingerprint', JSON.stringify(facts))
}

function refusalOf(
  result: Exclude<ClaimResult, { kind: 'new' | 'answered' }>,
  now: number,
  leaseMs: number,
): HoldfastError {
  if (result.kind === 'mismatch') return new HoldfastError('idempotency_key_reused')
  if (result.kind === 'executed') return new HoldfastError('request_already_executed')
  // A claim that ran longer than its lease would have been settled by now: its node died with the outcome.
  const running = result.kind === 'running' && now - result.since <= leaseMs
  return running
    ? new HoldfastError('request_in_progress', { retryAfter: 1 })
    : new HoldfastError('outcome_unknown')
}

export function createClaims(deployment: Deployment): (verified: VerifiedRequest) => Promise<Claim> {
  const { store, keys, clock, policy } = deployment
  return async function claim(verified: VerifiedRequest): Promise<Claim> {
    assertVerified(verified)
    const deviceId = verified.device.id
    const presented = verified.head.fields.get('idempotency-key')
    if (presented === undefined) throw new HoldfastError('idempotency_key_missing')
    // The key itself opens the kept answer, so the store only ever sees a digest of it.
    const secret = utf8(presented)
    const idempotencyKey = keys.digest('idempotency', presented)
    const now = clock.now()
    const expiresAt = now + policy.idempotency.lifeSeconds * 1000
    const fingerprint = fingerprintOf(verified, presented, keys)
    const result = await store.claim({ deviceId, idempotencyKey, fingerprint, now, expiresAt })
    const context = `answer:${deviceId}`
    if (result.kind === 'answered')
      return { kind: 'repeat', answer: decodeAnswer(keys.open(context, result.sealedAnswer, secret)) }
    if (result.kind !== 'new') throw refusalOf(result, now, policy.idempotency.leaseSeconds * 1000)
    return {
      kind: 'run',
      settle: (answer: KeptAnswer): Promise<void> => {
        const sealedAnswer = keys.seal(context, encodeAnswer(answer), secret)
        return store.settleClaim(deviceId, idempotencyKey, { kind: 'answered', sealedAnswer })
      },
      executed: (): Promise<void> => store.settleClaim(deviceId, idempotencyKey, { kind: 'executed' }),
      unknown: (): Promise<void> => store.settleClaim(deviceId, idempotencyKey, { kind: 'unknown' }),
      release: (): Promise<void> => store.releaseClaim(deviceId, idempotencyKey),
    }
  }
}
