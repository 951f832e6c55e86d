/** What moves money: its facts, as the rules of the bank and the limits of the store see them (docs/protocol.md 9.5). */
import { type ApprovalReason, HoldfastError } from '@holdfast/core'
import type { ApprovalRequest } from './approval-request.ts'
import { approvalEntry } from './approval-record.ts'
import type { Deployment } from './deployment.ts'
import type { KeyRing } from './keys.ts'
import { limitApprovals, networkOf } from './rate.ts'
import type { DeviceRecord, TransferEntry, TransferHabits, TransferLimit } from './store.ts'
import type { Judgement, TransferFacts, TransferPolicy, TransferRules } from './transfer-rules.ts'

/** `transfers`: null where the deployment has no such rules. */
export type ApprovalTools = {
  readonly deployment: Deployment
  readonly transfers: { readonly policy: TransferPolicy; readonly rules: TransferRules } | null
}

/** One request before the rules. What moves no money is always allowed. */
export type Transfer = {
  readonly limits: readonly TransferLimit[]
  /** Its payments, as they are counted under this approval. */
  entriesOf(approvalId: string): TransferEntry[]
  /** Names of the limits it would pass as things stand. */
  weigh(approvalId: string): Promise<string[]>
  judge(passed: readonly string[]): Judgement
}

const noTransfer: Transfer = {
  limits: [],
  entriesOf: () => [],
  weigh: async () => [],
  judge: () => ({ verdict: 'allow', reasons: [], applied: [] }),
}

const dayMs = 86_400_000

/**
 * Neither is a secret of 128 bits, and nothing else is found again after years: who has store and digest key can try accounts and
 * networks, for one user at a time, and learns what the books of the bank say anyway.
 */
const digestOf = (what: 'payee' | 'network', user: string, value: string, keys: KeyRing): string =>
  keys.digest(what, JSON.stringify([user, value]))

type Payee = { readonly payee: string; readonly currency: string }

/** Of each payee once: a batch may pay the same one many times. */
async function habitsOf(
  payees: readonly Payee[],
  asked: { readonly user: string; readonly network: string; readonly since: number },
  { store }: Deployment,
): Promise<TransferHabits[]> {
  const found = new Map<string, Promise<TransferHabits>>()
  for (const payee of payees)
    if (!found.has(payee.payee)) found.set(payee.payee, store.transferHabits({ ...asked, ...payee }))
  return Promise.all(payees.map(({ payee }) => found.get(payee) as Promise<TransferHabits>))
}

/**
 * Since when this device and what it approves with are the same: who holds an unlocked phone for a minute could set a passcode or a finger
 * of his own, and is a stranger then like one with a new phone.
 */
async function sameSince({ id, createdAt }: DeviceRecord, { store }: Deployment): Promise<number> {
  const [passcodes, presence] = await Promise.all([store.listPasscodes(id), store.findPresenceOf(id)])
  const passcode = passcodes.find(({ state }) => state === 'current')
  return Math.max(createdAt, passcode?.createdAt ?? 0, presence?.createdAt ?? 0)
}

/** As of now: what was true when it was asked for may not be when it is sent. */
export async function openTransfer(
  { verified: { device, head }, form, filled: { payments } }: ApprovalRequest,
  { deployment, transfers }: ApprovalTools,
): Promise<Transfer> {
  if (transfers === null || form.transfer === undefined) return noTransfer
  const { store, clock, keys } = deployment
  const { policy, rules } = transfers
  const { id: deviceId, user } = device
  const now = clock.now()
  const network = digestOf('network', user, networkOf(head.remote), keys)
  const paid = payments.map(({ account, currency, amountMinor }) => ({
    payee: digestOf('payee', user, account, keys),
    currency,
    amountMinor,
  }))
  const payees = paid.map(({ payee, currency }) => ({ payee, currency }))
  const asked = { user, network, since: now - policy.habitDays * dayMs }
  const [habits, failures, createdAt] = await Promise.all([
    habitsOf(payees, asked, deployment),
    store.countFailures(user, now),
    sameSince(device, deployment),
  ])
  const facts: TransferFacts = { now, payments, device: { ...device, createdAt }, habits, failures }
  const limits = rules.limitsFor(facts)
  const entriesOf = (approvalId: string): TransferEntry[] =>
    paid.map(({ payee, currency, amountMinor }, part) => {
      return {
        approvalId,
        part,
        user,
        deviceId,
        payee,
        network,
        currency,
        amountMinor,
        at: now,
        state: 'reserved',
      }
    })
  return {
    limits,
    entriesOf,
    weigh: (approvalId: string): Promise<string[]> => store.weighTransfers(entriesOf(approvalId), limits),
    judge: (passed: readonly string[]): Judgement => rules.judge(facts, passed),
  }
}

/** Throws `transfer_refused`; `rate_limited` where a device is refused on and on. */
export async function refuseTransfer(
  { verified: { device } }: ApprovalRequest,
  { reasons, approval }: { readonly reasons: readonly ApprovalReason[]; readonly approval?: string },
  deployment: Deployment,
): Promise<never> {
  const { store, clock } = deployment
  await limitApprovals(device.id, 'refused', deployment)
  const detail = { reasons: reasons.join(' '), ...(approval === undefined ? {} : { approval }) }
  await store.appendAudit(approvalEntry('transfer.refused', device, clock.now(), detail))
  throw new HoldfastError('transfer_refused', { reasons })
}
