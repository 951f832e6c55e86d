/** Which entries of the audit an eye should stop at. Others are plain. */
import type { Tone } from '../parts/chip.tsx'

export const toneOfAction: Readonly<Record<string, Tone>> = {
  'activation.refused': 'warn',
  'approval.refused': 'bad',
  'transfer.refused': 'warn',
  'transfer.held': 'warn',
  'transfer.released': 'good',
  'transfer.hold_refused': 'warn',
  'enrolment.text_failed': 'bad',
  'enrolment.text_refused': 'warn',
  'device.bound': 'good',
  'device.revoked': 'warn',
  'device.wiped': 'warn',
  'device.clone_suspected': 'bad',
  'passcode.refused': 'warn',
  'passcode.locked': 'bad',
  'passcode.blocked': 'bad',
  'passcode.forgotten': 'warn',
  'presence.refused': 'warn',
  'session.reuse_detected': 'bad',
  'tls_key.refused': 'bad',
  'operator.refused': 'bad',
  'operator.added': 'warn',
  'operator.removed': 'warn',
  'shares.restored': 'bad',
  'keys.rotated': 'warn',
}
