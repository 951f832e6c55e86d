/**
 * A store put back from a backup would give shares out again that were deleted since (docs/protocol.md 13.5). So a number outside
 * the store remembers how many deletions there were: a store that counts fewer is an older one.
 */
import { HoldfastError } from '@holdfast/core'
import { auditEntry, systemActor } from './audit.ts'
import type { Deployment } from './deployment.ts'

/**
 * `keep`: the deletions since the backup are given up, and what was wiped opens again where its device was not revoked anew.
 * `forget`: every share in the store is deleted; every phone has to be activated anew.
 */
export type WipeDecision = 'keep' | 'forget'

export interface WipeGuard {
  /** Before each release. Throws `share_unavailable` while the store is older than what is remembered. */
  check(): Promise<void>
  /** After each deletion, and at start: what the store counts is remembered. Decides nothing. */
  remember(): Promise<void>
  /** What an operator decides. False, and nothing is done, when there is nothing to decide. */
  accept(decision: WipeDecision, actor?: string): Promise<boolean>
}

/** `due`: the store was found older than what is remembered, and nobody has decided since. */
type Counts = { readonly remembered: number; readonly counted: number; readonly due: boolean }

/**
 * That it was found older stands in the store itself: the deletions of the days after would raise the count over what is missing, and
 * nobody would have decided. Its sequence rises with what is remembered: a decision outranks the finding, a later loss the decision.
 */
const finding = { name: 'shares.restored', due: 'due', decided: 'decided' } as const

export function createWipeGuard({ store, clock, wipeMemory }: Deployment): WipeGuard {
  if (wipeMemory === undefined)
    return { check: async () => {}, remember: async () => {}, accept: async () => false }

  /** The memory first: it never leads the store, so what another node writes meanwhile cannot look like an old store. */
  async function compare(): Promise<Counts> {
    const known = await wipeMemory?.read()
    const counted = await store.wipeCount()
    if (known === null || known === undefined || known < counted) await wipeMemory?.write(counted)
    else if (known > counted) await store.putDocument(finding.name, 2 * known, finding.due)
    const found = await store.getDocument(finding.name)
    const due = found?.value === finding.due
    const remembered = Math.max(known ?? counted, due ? found.sequence / 2 : 0)
    return { remembered, counted, due }
  }

  return {
    async check(): Promise<void> {
      const { due } = await compare()
      if (due) throw new HoldfastError('share_unavailable')
    },

    async remember(): Promise<void> {
      await compare()
    },

    async accept(decision: WipeDecision, actor: string = systemActor): Promise<boolean> {
      const { remembered, counted, due } = await compare()
      if (!due) return false
      const detail = { decision, remembered, counted }
      const audit = auditEntry('shares.restored', { at: clock.now(), actor, detail })
      // The store is raised, not the memory lowered: so one decision holds for every node, whatever each of them remembers.
      await store.settleWipes({ least: remembered, forget: decision === 'forget' }, audit)
      await store.putDocument(finding.name, 2 * remembered + 1, finding.decided)
      await compare()
      return true
    },
  }
}
