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
  'device.clone_suspected': 'a device showed an older share than it had acknowledged, and was suspended',
  'passcode.registered': 'a device set a passcode; it counts once a session was opened with it',
  'passcode.try': 'a passcode was tried, whatever came of it',
  'passcode.refused': 'the last message of a passcode login was wrong',
  'passcode.locked': 'a device met a lock: too many passcodes were tried',
  'passcode.blocked': 'a device met the end of its tries: only a new activation helps',
  'passcode.proved': 'a passcode was right',
  'passcode.forgotten': 'a user said that he forgot the passcode; the device was suspended',
  'device.wiped': 'the shares of a device were deleted: what it stored opens no more',
  'shares.restored': 'a store put back from a backup was noticed, and an operator decided about its shares',
  'presence.registered': 'a device bound a key to finger or face',
  'presence.removed': 'a device gave up its key bound to finger or face',
  'presence.proved': 'finger or face was proved by its key',
  'presence.refused': 'a proof of finger or face was refused',
  'approval.asked': 'a user was asked to approve a request',
  'approval.approved': 'a request was approved by a key of its device',
  'approval.declined': 'a user said no to a request',
  'approval.refused': 'evidence for an approval was wrong',
  'approval.spent': 'an approved request went to the backend',
  'transfer.refused': 'the rules about transfers said no',
  'transfer.held': 'the rules about transfers kept an approved request back for operators',
  'transfer.released': 'an operator released a held request; it counts when enough have',
  'transfer.hold_refused': 'an operator refused a held request',
  'certificate.issued': 'a device was given a client certificate',
  'session.started': 'a device unlocked a session',
  'session.refreshed': 'a session went on',
  'session.ended': 'a session was ended by its device',
  'session.reuse_detected': 'an outdated refresh token was presented; its session was ended',
  'tls_key.refused': 'a device refused a server that showed a TLS key the statement does not name',
  'operator.asked_for': 'an operator asked for another one, whom it takes several to make',
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
