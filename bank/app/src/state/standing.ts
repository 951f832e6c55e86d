/** Where the user is: which of the app's parts is on the screen. */
import type { Condition, OpenedOffline, Session, Standpoint, Ways } from '@holdfast/client'
import type { Bank } from '../bank/bank.ts'

/** Only a new activation helps. */
export const ends = [
  'blocked',
  'wiped',
  'forgotten',
  'cloned',
  'suspended',
  'revoked',
] as const satisfies Condition[]
/** Something here is not as it should be; trying again may help, or starting over. */
export const troubles = [
  'key_missing',
  'unreadable',
  'rolled_back',
  'damaged',
  'clock_wrong',
  'evicted',
] as const satisfies Condition[]
export type End = (typeof ends)[number]
export type Trouble = (typeof troubles)[number]

export type Open = {
  readonly session: Session
  readonly bank: Bank
  /** What was loaded since the unlock, by name: screens show it at once and load it again. */
  readonly loaded: Map<string, unknown>
}

export type Standing =
  | { readonly at: 'starting' }
  | { readonly at: 'new'; readonly again: boolean }
  | { readonly at: 'enrolling' }
  /** Bound, and no passcode yet. */
  | { readonly at: 'choosing'; readonly session: Session }
  /** The passcode is set; finger or face is offered once. */
  | { readonly at: 'offering'; readonly session: Session }
  /** Bound, but what was to come after was lost. */
  | { readonly at: 'unfinished' }
  | {
      readonly at: 'locked'
      readonly until: number | null
      readonly ways: Ways
      readonly fingerLost: boolean
    }
  | { readonly at: 'open'; readonly open: Open }
  | { readonly at: 'offline'; readonly opened: OpenedOffline }
  | { readonly at: 'ended'; readonly condition: End; readonly ways: Ways }
  | { readonly at: 'trouble'; readonly condition: Trouble }

export function isEnd(condition: Condition): condition is End {
  return (ends as readonly Condition[]).includes(condition)
}
export function isTrouble(condition: Condition): condition is Trouble {
  return (troubles as readonly Condition[]).includes(condition)
}

/** Where somebody without a session belongs. */
export function placeOf({ state, until }: Standpoint, ways: Ways): Standing {
  const open = ways.passcode || ways.presence
  if (isEnd(state)) return { at: 'ended', condition: state, ways }
  // Before there is a passcode a browser holds the key in memory alone: with the page it is gone.
  if (state === 'key_missing' && !open) return { at: 'unfinished' }
  if (isTrouble(state)) return { at: 'trouble', condition: state }
  if (state === 'new') return { at: 'new', again: false }
  if (state === 'enrolling') return { at: 'enrolling' }
  if (!open) return { at: 'unfinished' }
  return {
    at: 'locked',
    until: state === 'waiting' ? until : null,
    ways,
    fingerLost: state === 'presence_lost',
  }
}
