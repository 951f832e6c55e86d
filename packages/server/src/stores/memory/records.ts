import type {
  ActivationRecord,
  AuditEntry,
  DeviceRecord,
  EnrolmentRecord,
  FamilyRecord,
  Invalidation,
  OperatorRecord,
  RepeatRecord,
  StoredAuditEntry,
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
import type { StoredShare } from '../share-release.ts'

export type HeldActivation = ActivationRecord & { tries: number; used: boolean }
export type HeldFamily = FamilyRecord & RotationMemory
export type HeldClaim = {
  fingerprint: string
  startedAt: number
  expiresAt: number
  state: 'running' | 'answered' | 'executed' | 'unknown'
  sealedAnswer: string | null
}
export type HeldApproval = ApprovalRecord & KeptApproval
export type HeldLogin = LoginRecord & { finished: boolean }

/** Everything the memory store knows. An act is atomic because it never awaits between its first look and its last change. */
export type Records = {
  activations: Map<string, HeldActivation>
  enrolments: Map<string, EnrolmentRecord>
  ottWindows: Map<string, { endsAt: number; tries: number }>
  repeats: Map<string, RepeatRecord>
  devices: Map<string, DeviceRecord>
  devicesByKey: Map<string, DeviceRecord>
  devicesByUser: Map<string, DeviceRecord[]>
  families: Map<string, HeldFamily>
  familiesByDevice: Map<string, Set<string>>
  /** Every refresh digest a family ever had. */
  sidByDigest: Map<string, string>
  claims: Map<string, HeldClaim>
  audit: StoredAuditEntry[]
  documents: Map<string, { sequence: number; value: string }>
  operators: Map<string, OperatorRecord>
  /** By record id. */
  passcodes: Map<string, PasscodeRecord>
  logins: Map<string, HeldLogin>
  passcodeTries: Map<string, { failures: number; lockedUntil: number }>
  accountTries: Map<string, { endsAt: number; tries: number }>
  factors: Map<string, FactorRecord>
  /** By device. */
  presences: Map<string, PresenceRecord>
  presenceChallenges: Map<string, PresenceChallengeRecord>
  /** By device, then by way. */
  shares: Map<string, Map<string, StoredShare>>
  vaultMarks: Map<string, { mark: number; issued: number; gone: boolean }>
  wipes: number
  approvals: Map<string, HeldApproval>
  /** By device: those that were asked, and may be over by now. */
  askedApprovals: Map<string, HeldApproval[]>
  /** By approval. */
  holdDecisions: Map<string, HoldDecision[]>
  /** By user. */
  transfers: Map<string, TransferEntry[]>
  listeners: Set<(event: Invalidation) => void>
}

export function emptyRecords(): Records {
  return {
    activations: new Map(),
    enrolments: new Map(),
    ottWindows: new Map(),
    repeats: new Map(),
    devices: new Map(),
    devicesByKey: new Map(),
    devicesByUser: new Map(),
    families: new Map(),
    familiesByDevice: new Map(),
    sidByDigest: new Map(),
    claims: new Map(),
    audit: [],
    documents: new Map(),
    operators: new Map(),
    passcodes: new Map(),
    logins: new Map(),
    passcodeTries: new Map(),
    accountTries: new Map(),
    factors: new Map(),
    presences: new Map(),
    presenceChallenges: new Map(),
    shares: new Map(),
    vaultMarks: new Map(),
    wipes: 0,
    approvals: new Map(),
    askedApprovals: new Map(),
    holdDecisions: new Map(),
    transfers: new Map(),
    listeners: new Set(),
  }
}

export function note(records: Records, entry: AuditEntry): void {
  records.audit.push({ ...entry, id: records.audit.length + 1 })
}

export function tell(records: Records, event: Invalidation): void {
  for (const listener of records.listeners) listener(event)
}
