export { type ErrorCode, HoldfastError, isErrorCode } from '@holdfast/core'
export type * from './approval.ts'
export {
  type ApprovalField,
  type ApprovalForm,
  type ApprovalRows,
  checkForm,
  type FilledForm,
  isUnjudged,
  readForm,
} from './approval-form.ts'
export { auditEntry, systemActor } from './audit.ts'
export * from './certificate.ts'
export * from './clock.ts'
export { type Cors, createCors, withCors } from './cors.ts'
export type * from './deployment.ts'
export { bindingOf } from './device-binding.ts'
export * from './handle.ts'
export * from './head.ts'
export * from './http.ts'
export type * from './idempotency.ts'
export * from './key-file.ts'
export type { KeyState, KeyUse, Overlaps } from './key-record.ts'
export type { KeyDescription } from './key-ring.ts'
export type * from './keys.ts'
export { fileKms, passphraseProtection } from './kms-file.ts'
export type * from './kms.ts'
export type * from './operator.ts'
export type { OperatorCredentials } from './operator-credentials.ts'
export type * from './outbox.ts'
export * from './policy.ts'
export { networkOf } from './rate.ts'
export type { CheckReport, RequestRule, VerifiedRequest } from './request.ts'
export * from './sealing.ts'
export { newSealingMemory, type SealingMemory } from './sealing-memory.ts'
export * from './server.ts'
export { createTransferRules, type TransferPolicy, type TransferRule } from './transfer-rules.ts'
export type * from './store.ts'
