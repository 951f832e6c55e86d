import { describe, expect, it } from 'vitest'
import { judgeRefresh, type RefreshState } from './rotation.ts'

const state: RefreshState = {
  deviceId: 'device',
  refreshDigest: 'third',
  previousDigest: 'second',
  rotatedAt: 1000,
  successorAnswer: 'answer',
  idleAt: 5000,
  expiresAt: 9000,
  endedAt: null,
  deviceRevokedAt: null,
}

describe('judgeRefresh', () => {
  it.each([
    ['the current token', {}, 'third', 2000, 'rotate'],
    ['its predecessor at the end of the grace', {}, 'second', 1500, 'repeat'],
    ['its predecessor after the grace', {}, 'second', 1501, 'reuse'],
    ['an older token within the grace', {}, 'first', 1001, 'reuse'],
    ['the current token at the idle end', {}, 'third', 5000, 'refuse'],
    ['the current token at the absolute end', { idleAt: 20_000 }, 'third', 9000, 'refuse'],
    ['the current token of an ended family', { endedAt: 1200 }, 'third', 2000, 'refuse'],
    ['an older token of an ended family', { endedAt: 1200 }, 'first', 2000, 'refuse'],
    ['a revoked device', { deviceRevokedAt: 1200 }, 'third', 2000, 'refuse'],
    ['the current token from another device', { deviceId: 'other' }, 'third', 2000, 'refuse'],
    ['an older token from another device', { deviceId: 'other' }, 'first', 2000, 'refuse'],
  ])('%s', (_name, change, presentedDigest, now, kind) => {
    const verdict = judgeRefresh(
      { ...state, ...change },
      { presentedDigest, deviceId: 'device', now, graceMs: 500 },
    )
    expect(verdict.kind).toBe(kind)
  })
})
