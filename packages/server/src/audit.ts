/** What is written down for ever, by name. Operators search for these words: one keeps its meaning once it is out. */
import type { AuditEntry } from './store.ts'

export const auditActions = {
  'activation.issued': 'an operator made an activation code',
  'activation.refused': 'a known activation code came with a wrong proof',
  'enrolment.begun': 'an activation code was used up; the one-time text is on its way',
  'enrolment.text_failed': 'the sender did not take the one-time text over',
  'enrolment.text_refused': 'a one-time text was wrong or too late',
  'device.bound': 'a device was bound to its user',
  'device.revoked': 'a device was removed and its sessions ended',
  'certificate.issued': 'a device was given a client certificate',
  'session.started': 'a device unlocked a session',
  'session.refreshed': 'a session went on',
  'session.ended': 'a session was ended by its device',
  'session.reuse_detected': 'an outdated refresh token was presented; its session was ended',
  'tls_key.refused': 'a device refused a server that showed a TLS key the statement does not name',
  'operator.added': 'an operator was added',
  'operator.removed': 'an operator was removed',
  'operator.refused': 'operator credentials were wrong',
  'keys.rotated': 'a key of the service was rotated',
} as const
export type AuditAction = keyof typeof auditActions

/** Actor of what nobody in particular did. No operator can have this name. */
export const systemActor = 'system'

export type AuditFacts = {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Operator name, device id, or {@link systemActor}. */
  readonly actor: string
  readonly user?: string
  readonly device?: string
  /** Small flat facts; never secrets, and never text a stranger chose. */
  readonly detail?: AuditEntry['detail']
}

export function auditEntry(action: AuditAction, facts: AuditFacts): AuditEntry {
  const { at, actor, user = null, device = null, detail = {} } = facts
  return { at, action, actor, user, device, detail }
}
