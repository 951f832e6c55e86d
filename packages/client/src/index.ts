export {
  type ApprovalDemand,
  type ApprovalLine,
  type ApprovalReason,
  type ApprovalState,
  type ErrorCode,
  HoldfastError,
  isErrorCode,
} from '@holdfast/core'
export type { EnrolOptions } from './activation.ts'
export type { Session } from './app-session.ts'
export type { ApprovalRequest, Approve } from './approval.ts'
export type { ListedApproval } from './approval-calls.ts'
export type { Client, ClientOptions, ClientStatus, Ways } from './client.ts'
export { createClient } from './client.ts'
export type { Device } from './device.ts'
export type { BoundDevice, PendingEnrolment } from './enrolment.ts'
export type { FetchBody, FetchInit } from './fetch.ts'
export { type Condition, conditions } from './condition.ts'
export type { Notice } from './notice.ts'
export type { OpenedOffline } from './offline.ts'
export type { OfflineReader, OfflineStore } from './offline-store.ts'
export { type Weakness, weakness } from './passcode-strength.ts'
export type { Factor, Need, Prompt } from './prompt.ts'
export type { Vault } from './vault.ts'
export type { CacheOptions, VaultCache } from './vault-cache.ts'
export type { VaultFiles } from './vault-files.ts'
export type { Json, Preferences } from './vault-preferences.ts'
export type { SqlStatement, VaultSql } from './vault-sql.ts'
export type { Standpoint } from './watch.ts'
export type * from './ports.ts'
