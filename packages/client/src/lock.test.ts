import { expect, it } from 'vitest'
import { createIdleLock } from './lock.ts'
import { virtualClock } from './platforms/testing/clock.ts'

function idle(seconds: number) {
  const clock = virtualClock({ now: 1_790_000_000_000 })
  const locked: number[] = []
  const lock = createIdleLock(clock, seconds, () => locked.push(clock.monotonic()))
  lock.start()
  return { clock, lock, locked }
}

it('locks by itself when it was left alone for so long', () => {
  const { clock, locked } = idle(300)
  clock.advance(299_999)
  expect(locked).toEqual([])
  clock.advance(1)
  expect(locked).toEqual([300_000])
  clock.advance(600_000)
  expect(locked).toHaveLength(1)
})

it('counts from the last use', () => {
  const { clock, lock, locked } = idle(300)
  clock.advance(200_000)
  expect(lock.touch()).toBe(true)
  clock.advance(200_000)
  expect(lock.touch()).toBe(true)
  clock.advance(299_999)
  expect(locked).toEqual([])
  clock.advance(1)
  expect(locked).toHaveLength(1)
})

it('is looked at with each use, too: an alarm may be late, and a monotonic clock sleep', () => {
  const { clock, lock, locked } = idle(300)
  clock.set(clock.now() + 300_000)
  expect(locked).toEqual([])
  expect(lock.touch()).toBe(false)
  expect(locked).toHaveLength(1)
})

it('does not wait for a wall clock that was set back', () => {
  const { clock, locked } = idle(300)
  clock.set(clock.now() - 86_400_000)
  clock.advance(300_000)
  expect(locked).toHaveLength(1)
})

it('does not lock what was stopped, or never shall be', () => {
  const stopped = idle(300)
  stopped.lock.stop()
  stopped.clock.advance(900_000)
  expect(stopped.locked).toEqual([])
  expect(stopped.lock.touch()).toBe(true)
  const never = idle(0)
  never.clock.advance(900_000_000)
  expect(never.lock.touch()).toBe(true)
  expect(never.locked).toEqual([])
})
