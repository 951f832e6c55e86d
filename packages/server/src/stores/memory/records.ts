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
import type { RotationMemory } from '../rotation.ts'

export type HeldActivation = ActivationRecord & { tries: number; used: boolean }
export type HeldFamily = FamilyRecord & RotationMemory
export type HeldClaim = {
  fingerprint: string
  startedAt: number
  expiresAt: number
  state: 'running' | 'answered' | 'executed' | 'unknown'
  sealedAnswer: string | null
}

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
    listeners: new Set(),
  }
}

export function note(records: Records, entry: AuditEntry): void {
  records.audit.push({ ...entry, id: records.audit.length + 1 })
}

export function tell(records: Records, event: Invalidation): void {
  for (const listener of records.listeners) listener(event)
}
