/** Activation codes this operator made here: in memory only, and gone with the session. */
import { useSyncExternalStore } from 'react'
import type { Activation, AuditEntry } from '../api/shapes.ts'

export type MadeCode = Activation & { readonly user: string; readonly sendTo: string }

export interface Codes {
  readonly get: () => readonly MadeCode[]
  readonly subscribe: (listener: () => void) => () => void
  /** Newest first. */
  readonly add: (code: MadeCode) => void
  readonly drop: (code: MadeCode) => void
}

export function createCodes(): Codes {
  const listeners = new Set<() => void>()
  let codes: readonly MadeCode[] = []
  const set = (next: readonly MadeCode[]): void => {
    codes = next
    for (const listener of listeners) listener()
  }
  return {
    get: () => codes,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    add: (code) => set([code, ...codes]),
    drop: (code) => set(codes.filter((one) => one !== code)),
  }
}

export const useCodes = (codes: Codes): readonly MadeCode[] =>
  useSyncExternalStore(codes.subscribe, codes.get)

export type CodeProgress = {
  readonly step: 'made' | 'used' | 'bound'
  /** The last thing that went wrong with it. */
  readonly slip: 'proof' | 'text' | null
}

/** What has become of a code, by what the audit says of its user since it was made. `audit` is newest first. */
export function progressOf(
  { code_id: codeId, user }: Pick<MadeCode, 'code_id' | 'user'>,
  audit: readonly AuditEntry[],
): CodeProgress {
  const made = audit.findIndex(
    ({ action, detail }) => action === 'activation.issued' && detail['code_id'] === codeId,
  )
  const since = audit.slice(0, Math.max(0, made)).filter((entry) => entry.user === user)
  const has = (action: string): boolean => since.some((entry) => entry.action === action)
  if (has('device.bound')) return { step: 'bound', slip: null }
  const newest = since[0]?.action
  const step = has('enrolment.begun') ? 'used' : 'made'
  if (newest === 'activation.refused') return { step, slip: 'proof' }
  return { step, slip: newest === 'enrolment.text_refused' ? 'text' : null }
}
