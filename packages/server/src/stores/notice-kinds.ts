/** Audit actions a user should hear of on all his devices (docs/protocol.md 14.4). */
export const noticeKinds: ReadonlySet<string> = new Set([
  'device.bound',
  'device.revoked',
  'device.clone_suspected',
  'passcode.registered',
  'passcode.blocked',
  'passcode.forgotten',
  'presence.registered',
  'transfer.held',
  'transfer.released',
  'transfer.hold_refused',
])
