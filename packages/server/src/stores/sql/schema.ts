import type { Generated } from 'kysely'
import type {
  ActivationRecord,
  AuditEntry,
  DeviceRecord,
  EnrolmentRecord,
  FamilyRecord,
  OperatorRecord,
  RepeatRecord,
} from '../../store.ts'
import type {
  FactorRecord,
  LoginRecord,
  PasscodeRecord,
  PresenceChallengeRecord,
  PresenceRecord,
} from '../../store-factors.ts'
import type { ApprovalRecord, HoldDecision, TransferEntry } from '../../store-approvals.ts'
import type { KeptApproval } from '../retention.ts'
import type { RotationMemory } from '../rotation.ts'

/** The tables as Kysely sees them; columns are snake_case in the database. migrations.ts makes them. */
export type Database = {
  activation: ActivationRecord & { tries: Generated<number>; usedAt: Generated<number | null> }
  enrolment: EnrolmentRecord
  ottWindow: { user: string; endsAt: number; tries: number }
  repeat: RepeatRecord
  device: DeviceRecord
  family: FamilyRecord & RotationMemory
  /** Every refresh digest a family ever had. */
  refresh: { digest: string; sid: string }
  claim: {
    deviceId: string
    idempotencyKey: string
    fingerprint: string
    startedAt: number
    expiresAt: number
    state: 'running' | 'answered' | 'executed' | 'unknown'
    sealedAnswer: string | null
  }
  audit: AuditEntry & { id: Generated<number> }
  document: { name: string; sequence: number; value: string }
  operator: OperatorRecord
  passcode: PasscodeRecord
  passcodeLogin: LoginRecord & { finishedAt: Generated<number | null> }
  /** `failures` in a row; a success forgets the row. */
  passcodeTries: { deviceId: string; failures: number; lockedUntil: number }
  accountTries: { user: string; endsAt: number; tries: number }
  factor: FactorRecord
  presence: PresenceRecord
  presenceChallenge: PresenceChallengeRecord
  /** Not in backups (docs/operate.md). `number` 0: none acknowledged yet. `sealedShare` is that of `number`, `sealedNext` the one after. */
  share: {
    deviceId: string
    way: string
    number: number
    sealedShare: string | null
    sealedNext: string | null
    updatedAt: number
  }
  /** `gone`: its shares were deleted and none is made again. */
  vaultMark: { deviceId: string; mark: number; issued: number; gone: boolean }
  wipeCount: { one: boolean; count: number }
  approval: ApprovalRecord & KeptApproval
  holdDecision: HoldDecision & { approvalId: string }
  transfer: TransferEntry
  nonce: { key: string; nonce: string; expiresAt: number }
  nonceEpoch: { one: boolean; at: number }
  rate: { key: string; endsAt: number; hits: number }
}

// Columns are always named: a prepared `select *` breaks in running nodes when a newer node adds a column.
export const activationColumns = [
  'codeId',
  'user',
  'sendTo',
  'sealedKey',
  'createdBy',
  'createdAt',
  'expiresAt',
] as const

export const enrolmentColumns = [
  'id',
  'user',
  'codeId',
  'keyThumbprint',
  'publicKey',
  'name',
  'platform',
  'ottDigest',
  'createdAt',
  'expiresAt',
] as const

export const deviceColumns = [
  'id',
  'user',
  'enrolmentId',
  'keyThumbprint',
  'publicKey',
  'name',
  'platform',
  'createdAt',
  'revokedAt',
  'suspendedFor',
  'binding',
] as const

export const familyColumns = [
  'sid',
  'deviceId',
  'user',
  'sessionKey',
  'sessionKeyThumbprint',
  'acr',
  'amr',
  'authTime',
  'startedAt',
  'expiresAt',
  'idleAt',
  'endedAt',
  'refreshDigest',
] as const

export const passcodeColumns = [
  'id',
  'deviceId',
  'sealedUpload',
  'attemptKey',
  'attemptKeyThumbprint',
  'state',
  'createdAt',
] as const

export const loginColumns = [
  'id',
  'deviceId',
  'recordId',
  'approvalId',
  'ke1Digest',
  'sealedState',
  'createdAt',
  'expiresAt',
] as const

export const factorColumns = ['id', 'deviceId', 'kind', 'way', 'provedAt', 'expiresAt'] as const

export const presenceColumns = [
  'id',
  'deviceId',
  'kind',
  'keyName',
  'publicKey',
  'counter',
  'synced',
  'createdAt',
] as const

export const approvalColumns = [
  'id',
  'deviceId',
  'user',
  'state',
  'requestDigest',
  'sealedContent',
  'sealedEvidence',
  'acr',
  'reasons',
  'createdAt',
  'expiresAt',
] as const

export const transferColumns = [
  'approvalId',
  'part',
  'user',
  'deviceId',
  'payee',
  'network',
  'currency',
  'amountMinor',
  'at',
  'state',
] as const

export const auditColumns = ['id', 'at', 'action', 'actor', 'user', 'device', 'detail'] as const
