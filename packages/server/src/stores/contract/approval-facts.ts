import type {
  ApprovalRecord,
  ApprovalStore,
  SpendInput,
  TransferEntry,
  TransferHabits,
} from '../../store-approvals.ts'
import type { DeviceRecord, DurableStore } from '../../store.ts'
import type { LoginRecord, PasscodeRecord } from '../../store-factors.ts'
import { auditEntry, enrolledDevice, minute, name, t0 } from './facts.ts'
import { loginRecord, tryOf } from './passcode-facts.ts'
import { presenceRecord } from './presence.ts'

export type Nodes = () => Promise<readonly DurableStore[]>
export type ApproveInput = Parameters<ApprovalStore['approve']>[0]
/** A device with a presence key. */
export type Phone = { readonly device: DeviceRecord; readonly presence: string }

export async function phone(store: DurableStore, user?: string): Promise<Phone> {
  const device = await enrolledDevice(store, user)
  const presence = presenceRecord(device)
  if (!(await store.addPresence(presence, auditEntry('presence.registered'))))
    throw new Error('a live device takes a presence key')
  return { device, presence: presence.id }
}

export function approvalRecord(device: DeviceRecord, change: Partial<ApprovalRecord> = {}): ApprovalRecord {
  return {
    id: name('approval'),
    deviceId: device.id,
    user: device.user,
    state: 'asked',
    requestDigest: name('request'),
    sealedContent: name('content'),
    sealedEvidence: null,
    acr: null,
    reasons: [],
    createdAt: t0,
    expiresAt: t0 + 5 * minute,
    ...change,
  }
}

export async function askedApproval(
  store: DurableStore,
  device: DeviceRecord,
  change?: Partial<ApprovalRecord>,
): Promise<ApprovalRecord> {
  const record = approvalRecord(device, change)
  if (!(await store.addApproval(record, 100, auditEntry('approval.asked'))))
    throw new Error('a live device was not asked')
  return record
}

export function approval(
  { id, deviceId }: ApprovalRecord,
  change: Partial<ApproveInput> & Pick<ApproveInput, 'login' | 'presence'>,
): ApproveInput {
  return {
    id,
    deviceId,
    acr: change.login === null ? 'presence' : 'passcode',
    sealedEvidence: name('evidence'),
    now: t0,
    audit: auditEntry('approval.approved'),
    ...change,
  }
}

/** Approved by the presence key of its phone. */
export async function approvedApproval(
  store: DurableStore,
  { device, presence }: Phone,
  change?: Partial<ApprovalRecord>,
): Promise<ApprovalRecord> {
  const record = await askedApproval(store, device, change)
  const { createdAt: now } = record
  const input = approval(record, { login: null, presence: { id: presence, counter: 0 }, now })
  if (!(await store.approve(input))) throw new Error('what was asked was not approved')
  return { ...record, state: 'approved', acr: input.acr, sealedEvidence: input.sealedEvidence }
}

/** A counted try of the passcode, begun for this approval. */
export async function begunLogin(
  store: DurableStore,
  of: { readonly device: DeviceRecord; readonly passcode: PasscodeRecord },
  change: Partial<LoginRecord>,
): Promise<LoginRecord> {
  const login = { ...loginRecord(of.passcode), ...change }
  const { kind } = await store.takePasscodeTry(tryOf({ store, ...of }, { login }))
  if (kind !== 'taken') throw new Error(`a try was ${kind}`)
  return login
}

export function transferEntry(
  { id: approvalId, user, deviceId }: ApprovalRecord,
  change: Partial<TransferEntry> = {},
): TransferEntry {
  return {
    approvalId,
    part: 0,
    user,
    deviceId,
    payee: `payee-of-${user}`,
    network: `network-of-${user}`,
    currency: 'EUR',
    amountMinor: 100n,
    at: t0,
    state: 'reserved',
    ...change,
  }
}

/** One transfer of 100 minor units, unbounded. */
export function spending(record: ApprovalRecord, change: Partial<SpendInput> = {}): SpendInput {
  const { id, deviceId, requestDigest } = record
  const now = change.now ?? t0
  return {
    id,
    deviceId,
    requestDigest,
    now,
    entries: [transferEntry(record, { at: now })],
    limits: [],
    audit: auditEntry('approval.spent'),
    ...change,
  }
}

export const habitsOf = (
  store: DurableStore,
  user: string,
  change: Partial<Parameters<ApprovalStore['transferHabits']>[0]> = {},
): Promise<TransferHabits> => {
  const [payee, network] = [`payee-of-${user}`, `network-of-${user}`]
  return store.transferHabits({ user, payee, network, currency: 'EUR', since: 0, ...change })
}

export async function stateOf(store: DurableStore, { id }: ApprovalRecord): Promise<string | null> {
  return (await store.findApproval(id))?.state ?? null
}

/** How many audit entries this actor has. */
export async function noted(store: DurableStore, actor: string): Promise<number> {
  return (await store.readAudit({ limit: 1_000_000 })).filter((entry) => entry.actor === actor).length
}
