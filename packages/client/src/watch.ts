/** Drives the state machine of condition.ts: hears what goes wrong, keeps what the service said, and says how this device stands. */
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import { after, type Condition, isKept, type KeptCondition, leads, storedCondition } from './condition.ts'
import type { Clock } from './ports.ts'
import type { EnrolledState, State } from './state.ts'

export type Standpoint = {
  readonly state: Condition
  /** Milliseconds since 1970 by the phone's clock: when `waiting` is over. */
  readonly until: number | null
  /** Tries of the passcode before the next lock, after a wrong one. */
  readonly left: number | null
}

export type Watch = {
  /** Runs what concerns this device; what it is refused with is heard. */
  over<Result>(device: string, act: () => Promise<Result>): Promise<Result>
  /** Tries left, as the service counted them; null: the passcode was right. */
  readonly counted: (left: number | null) => void
  /** An unlock worked. */
  opened(device: string): Promise<void>
  /** The user, or the service, signed, says so: kept over a restart. */
  keep(condition: KeptCondition, device: string): Promise<void>
  /** What only went wrong for a moment is forgotten. */
  forget(): void
  now(): Promise<Standpoint>
}

export type WatchOptions = {
  readonly state: State
  readonly clock: Clock
  readonly isOpen: () => boolean
  /** Closes everything: this device may do nothing any more. */
  readonly end: (reason: ErrorCode) => Promise<void>
}

/** After these no session goes on. */
const ending: ReadonlySet<Condition> = new Set([
  'wiped',
  'forgotten',
  'cloned',
  'suspended',
  'revoked',
] satisfies KeptCondition[])

function phaseOf(
  { version, key, device, user }: EnrolledState,
  condition: KeptCondition | null,
): EnrolledState {
  const bound = { version, key, device, user }
  if (condition === null) return { ...bound, phase: 'enrolled' }
  return condition === 'revoked'
    ? { ...bound, phase: 'revoked' }
    : { ...bound, phase: 'unproven', reason: condition }
}

export function createWatch({ state, clock, isOpen, end }: WatchOptions): Watch {
  let passing: { readonly state: Condition; readonly until: number | null } | null = null
  let left: number | null = null

  /** Only about the device that was asked about: the record may have changed meanwhile. */
  async function store(device: string, heard: Condition): Promise<void> {
    const now = await state.device()
    if (now === null || now.phase === 'enrolling' || now.device !== device) return
    const before = storedCondition(now)
    const next = before === null ? heard : after(before, heard)
    const kept = isKept(next) ? next : null
    if (kept !== before) await state.saveDevice(phaseOf(now, kept))
  }

  async function hear(said: unknown, device: string): Promise<void> {
    if (!(said instanceof HoldfastError)) return
    const heard = leads[said.code]
    if (heard === null) return
    const { retryAfter } = said
    const until = heard === 'waiting' && retryAfter !== undefined ? clock.now() + retryAfter * 1000 : null
    if (!isKept(heard)) passing = { state: heard, until }
    // The session is refused whatever becomes of the record; what could not be written is heard again.
    if (isKept(heard)) await store(device, heard).catch(() => undefined)
    if (ending.has(heard)) await end(said.code)
  }

  function forget(): void {
    passing = null
    left = null
  }

  function ofMoment(): Condition {
    if (passing?.state === 'waiting' && passing.until !== null && clock.now() >= passing.until) passing = null
    return passing?.state ?? (isOpen() ? 'open' : 'locked')
  }

  return {
    async over<Result>(device: string, act: () => Promise<Result>): Promise<Result> {
      try {
        return await act()
      } catch (error) {
        await hear(error, device)
        throw error
      }
    },
    counted(now: number | null): void {
      left = now
    },
    async opened(device: string): Promise<void> {
      forget()
      await store(device, 'open').catch(() => undefined)
    },
    async keep(condition: KeptCondition, device: string): Promise<void> {
      await store(device, condition)
      if (ending.has(condition)) await end('identity_proof_required')
    },
    forget,
    async now(): Promise<Standpoint> {
      try {
        const stored = storedCondition(await state.device())
        if (stored !== null) return { state: stored, until: null, left: null }
      } catch (error) {
        const heard = error instanceof HoldfastError ? leads[error.code] : null
        return { state: heard ?? 'unreadable', until: null, left: null }
      }
      const moment = ofMoment()
      return { state: moment, until: moment === 'waiting' ? (passing?.until ?? null) : null, left }
    },
  }
}
