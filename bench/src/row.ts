/** From rounds to rows: medians, and every HTTP row beside the floor of the same run. */

import type { Round, Series } from './round.ts'
import { oneVerify, yardstick } from './targets.ts'

export interface Row {
  readonly name: string
  /** `http`: over a socket; `call`: inside one process; `computed`: from two other rows. */
  readonly kind: 'http' | 'call' | 'computed'
  readonly perSecond: number
  /** Milliseconds, for `call` rows too; null for the computed floor. */
  readonly p50: number | null
  readonly p99: number | null
  /** `http` and `computed`: of the floor. `call`: of one P-256 verify, which is the floor of a check without a proxy. */
  readonly ratioToFloor: number | null
  /** (highest - lowest) / median of the rounds' rates: how disturbed the machine was. */
  readonly spread: number | null
  readonly cpuMicros: number | null
  readonly cores: number
  readonly residentMiB: readonly [number, number] | null
  readonly failed: number
  /** Whether the same request is refused the second time, tried before the rounds; null where nothing is checked. */
  readonly refusesReplay: boolean | null
}

export function rowsOf(series: readonly Series[]): Row[] {
  const verifyPerSecond = rateOf(series, oneVerify)
  const floorPerSecond = 1 / (1 / rateOf(series, yardstick) + 1 / verifyPerSecond)
  const floor: Row = {
    name: 'floor: 1 / (t_proxy + t_verify)',
    kind: 'computed',
    perSecond: Math.round(floorPerSecond),
    p50: null,
    p99: null,
    ratioToFloor: 1,
    spread: null,
    cpuMicros: null,
    cores: 1,
    residentMiB: null,
    failed: 0,
    refusesReplay: null,
  }
  const measured = series.map((one) =>
    rowOf(one, one.actor.target.kind === 'http' ? floorPerSecond : verifyPerSecond),
  )
  const place = measured.findIndex((row) => row.name === yardstick) + 1
  return [...measured.slice(0, place), floor, ...measured.slice(place)]
}

function rowOf({ actor, rounds, residentBytes }: Series, floorPerSecond: number): Row {
  const rates = rounds.map((round) => round.perSecond)
  const perSecond = median(rates)
  const cpu = rounds.map((round) => round.cpuMicros).filter((value) => value !== null)
  return {
    name: actor.target.name,
    kind: actor.target.kind,
    perSecond: Math.round(perSecond),
    p50: rounded(median(rounds.map((round) => round.p50)), 4),
    p99: rounded(median(rounds.map((round) => round.p99)), 4),
    ratioToFloor: rounded(perSecond / floorPerSecond, 3),
    spread: rounded((Math.max(...rates) - Math.min(...rates)) / perSecond, 2),
    cpuMicros: cpu.length === 0 ? null : rounded(median(cpu), 1),
    cores: Math.max(1, actor.cores.length),
    residentMiB: residentBytes === null ? null : [mebibytes(residentBytes[0]), mebibytes(residentBytes[1])],
    failed: rounds.reduce((total, round) => total + round.failed, 0),
    refusesReplay: actor.refusesReplay,
  }
}

function rateOf(series: readonly Series[], name: string): number {
  const rounds: readonly Round[] = series.find((one) => one.actor.target.name === name)?.rounds ?? []
  return median(rounds.map((round) => round.perSecond))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
