/** One try of a passcode: counted, durably, for the device and for its user, before anything is computed (docs/protocol.md 11.4). */
import { HoldfastError, type LoginStart, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type AuditAction, auditEntry, type AuditFacts } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { Policy } from './policy.ts'
import type { DeviceRecord } from './store.ts'
import type { LoginRecord, TryLimits } from './store-factors.ts'

/** `left`: tries before the next lock. */
export type Try = { readonly login: LoginRecord; readonly left: number }

function limitsOf({ tries, lockSeconds, accountTries, accountWindowSeconds }: Policy['passcode']): TryLimits {
  return {
    tries,
    locksMs: lockSeconds.map((seconds) => seconds * 1000),
    accountTries,
    accountWindowMs: accountWindowSeconds * 1000,
  }
}

export function passcodeFacts({ id, user }: DeviceRecord, at: number): AuditFacts {
  return { at, actor: id, user, device: id }
}

function loginOf(
  device: DeviceRecord,
  { record, ke1, approval }: LoginStart,
  deployment: Deployment,
): LoginRecord {
  const { keys, clock, policy } = deployment
  const createdAt = clock.now()
  return {
    id: toBase64url(nodeCrypto.random(16)),
    deviceId: device.id,
    recordId: record,
    approvalId: approval ?? null,
    ke1Digest: keys.digest('passcode-ke1', `${record} ${approval ?? ''} ${ke1}`),
    sealedState: null,
    createdAt,
    expiresAt: createdAt + policy.passcode.loginSeconds * 1000,
  }
}

const dayMs = 86_400_000

/** Written down once for each lock that is met: who asks on and on writes no more. */
async function noteOnce(
  action: Extract<AuditAction, 'passcode.locked' | 'passcode.blocked'>,
  device: DeviceRecord,
  until: number,
  { store, shortLived, clock }: Deployment,
): Promise<void> {
  const now = clock.now()
  const hits = await shortLived.hit(`${action}:${device.id}:${until}`, dayMs, now)
  if (hits === 1) await store.appendAudit(auditEntry(action, passcodeFacts(device, now)))
}

/** The login this KE1 belongs to, new or known. Throws `passcode_not_set`, `passcode_locked` or `passcode_blocked`. */
export async function takeTry(device: DeviceRecord, start: LoginStart, deployment: Deployment): Promise<Try> {
  const { store, policy } = deployment
  const login = loginOf(device, start, deployment)
  const { createdAt: now } = login
  const result = await store.takePasscodeTry({
    login,
    user: device.user,
    limits: limitsOf(policy.passcode),
    now,
    audit: auditEntry('passcode.try', passcodeFacts(device, now)),
  })
  if (result.kind === 'taken') return { login, left: result.left }
  if (result.kind === 'known') return { login: result.login, left: result.left }
  if (result.kind === 'gone') throw new HoldfastError('passcode_not_set')
  if (result.kind === 'blocked') {
    await noteOnce('passcode.blocked', device, 0, deployment)
    throw new HoldfastError('passcode_blocked')
  }
  await noteOnce('passcode.locked', device, result.until, deployment)
  throw new HoldfastError('passcode_locked', { retryAfter: Math.ceil((result.until - now) / 1000) })
}
