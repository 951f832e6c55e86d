import { expect, test } from 'vitest'
import type { Series } from './round.ts'
import { rowsOf } from './row.ts'
import { targets } from './targets.ts'

function seriesOf(name: string, rates: readonly number[]): Series {
  const target = targets.find((candidate) => candidate.name === name)
  if (target === undefined) throw new Error(`no target ${name}`)
  const sample = {
    completed: 1,
    failed: 0,
    failure: null,
    elapsedMs: 1,
    p50: 1,
    p95: 2,
    p99: 2,
    cpuMicros: 10,
  }
  return {
    actor: {
      target,
      cores: [2],
      refusesReplay: null,
      load: () => Promise.reject(new Error('not measured here')),
      usage: () => null,
      stop: () => Promise.resolve(),
    },
    rounds: rates.map((perSecond) => ({ ...sample, perSecond })),
    residentBytes: null,
  }
}

test('the floor is the time of the proxy and of one verification, taken round by round', () => {
  const rows = rowsOf([
    seriesOf('one P-256 verify', [20_000, 2_000, 20_000]),
    seriesOf('bare undici proxy', [30_000, 3_000, 60_000]),
    seriesOf('fastify + reply-from + oauth4webapi DPoP', [3_000, 300, 3_500]),
    seriesOf('jose token + DPoP proof', [5_000, 500, 1_000]),
  ])
  expect(rows.map(({ name, perSecond, ratioToFloor }) => [name, perSecond, ratioToFloor])).toEqual([
    ['floor: bare undici proxy + one P-256 verify', 12_000, 1],
    ['one P-256 verify', 20_000, 1],
    ['bare undici proxy', 30_000, 2.5],
    ['fastify + reply-from + oauth4webapi DPoP', 3_000, 0.25],
    ['jose token + DPoP proof', 1_000, 0.25],
  ])
  expect(rows.map(({ cpuMicros, cpuRatioToFloor }) => [cpuMicros, cpuRatioToFloor])).toEqual([
    [20, 1],
    [10, 1],
    [10, 2],
    [10, 2],
    [10, 1],
  ])
})
