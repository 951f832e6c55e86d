import { describe, expect, it } from 'vitest'
import { type DeviceTries, judgeTry, triesLeft } from './tries.ts'

const limits = { tries: 2, locksMs: [10, 100], accountTries: 5, accountWindowMs: 1000 }

/** Tries at these moments; what each was told. */
function play(moments: readonly number[], account?: { tries: number; endsAt: number }): string[] {
  const held: { device: DeviceTries | undefined; account: typeof account } = { device: undefined, account }
  return moments.map((now) => {
    const verdict = judgeTry(held, limits, now)
    if (verdict.kind === 'take') {
      held.device = verdict.device
      held.account = verdict.account
      return `left ${verdict.left}`
    }
    return verdict.kind === 'locked' ? `until ${verdict.until}` : verdict.kind
  })
}

describe('judgeTry', () => {
  it('takes the free ones, then one after each lock, and then none for good', () => {
    expect(play([0, 0, 0, 9, 10, 10, 109, 110, 110, 1_000_000])).toEqual([
      'left 1',
      'left 0',
      'until 10',
      'until 10',
      'left 0',
      'until 110',
      'until 110',
      'left 0',
      'blocked',
      'blocked',
    ])
  })

  it('locks nobody whose clock is behind that of his twin', () => {
    expect(play([7, 3, 12])).toEqual(['left 1', 'left 0', 'until 13'])
  })

  it('counts what devices of before used up, until the window is over', () => {
    expect(play([0, 0], { tries: 4, endsAt: 500 })).toEqual(['left 1', 'until 500'])
    expect(play([499, 500], { tries: 5, endsAt: 500 })).toEqual(['until 500', 'left 1'])
  })

  it('begins a new window with the first try after the old one', () => {
    const verdict = judgeTry({ device: undefined, account: { tries: 5, endsAt: 500 } }, limits, 600)
    expect(verdict).toMatchObject({ kind: 'take', account: { tries: 1, endsAt: 1600 } })
  })

  it('tells what is left before the next lock, and never less than nothing', () => {
    expect([0, 1, 2, 3].map((failures) => triesLeft(failures, limits))).toEqual([2, 1, 0, 0])
  })
})
