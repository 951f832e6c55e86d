import { describe, expect, it } from 'vitest'
import { type HeldShare, judgeRelease } from './share-release.ts'

const nothing: HeldShare = { number: 0, sealedShare: null, sealedNext: null }
const offered: HeldShare = { number: 0, sealedShare: null, sealedNext: 'one' }
const held: HeldShare = { number: 4, sealedShare: 'four', sealedNext: null }
const waiting: HeldShare = { number: 4, sealedShare: 'four', sealedNext: 'five' }
const released = (number: number, sealedShare: string | null, sealedNext: string) => ({
  kind: 'release',
  share: { number, sealedShare, sealedNext },
})

describe('judgeRelease', () => {
  it.each([
    ['no row, nothing held', undefined, 0, released(0, null, 'fresh')],
    ['an empty row, nothing held', nothing, 0, released(0, null, 'fresh')],
    ['nothing held, one offered before', offered, 0, released(0, null, 'one')],
    ['the first one wrapped, not acknowledged', offered, 1, released(1, 'one', 'fresh')],
    ['the current one', held, 4, released(4, 'four', 'fresh')],
    ['the current one, the next offered before', waiting, 4, released(4, 'four', 'five')],
    ['the next one wrapped, not acknowledged', waiting, 5, released(5, 'five', 'fresh')],
    ['an older one', waiting, 3, { kind: 'clone' }],
    ['nothing, where one was acknowledged', held, 0, { kind: 'clone' }],
    ['one that was never offered', held, 5, { kind: 'gone' }],
    ['one after the next', waiting, 6, { kind: 'gone' }],
    ['one, where there is no row', undefined, 1, { kind: 'gone' }],
  ])('%s', (_name, row, says, verdict) => {
    const stored = row && { ...row, updatedAt: 1 }
    expect(judgeRelease(stored, { held: says, fresh: 'fresh', askedAt: 1 })).toEqual(verdict)
    const late = verdict.kind === 'clone' ? { kind: 'late' } : verdict
    expect(judgeRelease(stored, { held: says, fresh: 'fresh', askedAt: 0 })).toEqual(late)
  })
})
