/** What all sessions of one client share: the open vault, the lock, and one unlock at a time. */
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import { createIdleLock } from './lock.ts'
import type { Platform } from './ports.ts'
import type { Standing } from './prompt.ts'
import { createSafe, type Safe } from './safe.ts'

export type Keeper = {
  readonly safe: Safe
  /** Whether any session is open. */
  isOpen(): boolean
  open(standing: Standing): void
  has(standing: Standing): boolean
  /** A session ended; the last one takes the vault with it, unless another is just being opened. */
  leave(standing: Standing): Promise<void>
  /** Counts as use, unless it was left alone for so long that it has just been locked. */
  touch(): void
  /**
   * Acts run one after another, those of other windows included: two that read the same wrap and unlock would look like two copies of
   * this device. Rejects with `locked` when it was locked meanwhile: nothing an act opened stays open.
   */
  alone<Result>(act: () => Promise<Result>): Promise<Result>
  /** Rejects with `locked` when a lock comes before `act` is done: what it opened is locked as well. */
  opening<Opened extends { lock(): unknown }>(act: () => Promise<Opened>): Promise<Opened>
  /** The next lock locks this, too. */
  hold(opened: { lock(): void }): void
  /** Closes vault, sessions and all else that is open; sessions from now on reject with `reason`. */
  lock(reason: ErrorCode): Promise<void>
}

export function createKeeper(platform: Platform, origin: string, idleSeconds: number): Keeper {
  const content = createSafe(platform)
  const standings = new Set<Standing>()
  const others = new Set<{ lock(): void }>()
  // Keys are gone before anything can fail; nobody waits here to hear that a file would not close.
  const idle = createIdleLock(platform.clock, idleSeconds, () => void lock('locked').catch(() => undefined))
  let locks = 0
  /** What `locks` was when the act that runs now was asked for. */
  let asked = 0
  let openings = 0
  let last: Promise<unknown> = Promise.resolve()

  /** An act that goes on for a while after a lock opens nothing meanwhile. */
  const safe: Safe = {
    ...content,
    async enter(opening): Promise<void> {
      if (locks === asked) await content.enter(opening)
      else opening.offline?.close()
      if (locks === asked) return
      await content.close()
      throw new HoldfastError('locked')
    },
  }

  async function closeUnused(): Promise<void> {
    if (standings.size > 0 || openings > 0) return
    idle.stop()
    await content.close()
  }

  async function lock(reason: ErrorCode): Promise<void> {
    locks++
    idle.stop()
    for (const standing of standings) standing.close(reason)
    standings.clear()
    for (const other of others) other.lock()
    others.clear()
    await content.close()
  }

  async function unlessLocked<Result>(act: () => Promise<Result>, before: number): Promise<Result> {
    if (locks !== before) throw new HoldfastError('locked')
    asked = before
    const [outcome] = await Promise.allSettled([act()])
    if (locks !== before) {
      await content.close()
      throw new HoldfastError('locked')
    }
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }

  return {
    safe,
    lock,
    isOpen: () => standings.size > 0,
    open(standing: Standing): void {
      standings.add(standing)
      idle.start()
    },
    has: (standing) => standings.has(standing),
    async leave(standing: Standing): Promise<void> {
      standings.delete(standing)
      await closeUnused()
    },
    touch: () => void idle.touch(),
    async opening<Opened extends { lock(): unknown }>(act: () => Promise<Opened>): Promise<Opened> {
      const before = locks
      openings++
      try {
        const opened = await act()
        if (locks === before) return opened
        await opened.lock()
        throw new HoldfastError('locked')
      } finally {
        openings--
        await closeUnused()
      }
    },
    hold: (opened) => void others.add(opened),
    alone<Result>(act: () => Promise<Result>): Promise<Result> {
      const before = locks
      const run = last.then(() =>
        platform.exclusive(`holdfast unlock ${origin}`, () => unlessLocked(act, before)),
      )
      last = run.catch(() => undefined)
      return run
    },
  }
}
