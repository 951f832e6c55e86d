/**
 * From rounds to rows. Every figure is a median of rounds; a ratio is made within each round, between neighbours in time,
 * before its median is taken: what disturbs the machine for a second disturbs both halves of it.
 */

import type { Round, Series } from './round.ts'
import { floorOf } from './targets.ts'

export interface Row {
  readonly name: string
  /** `http`: over a socket; `call`: inside one process; `phone`: the phone's half; `computed`: from two other rows. */
  readonly kind: 'http' | 'call' | 'phone' | 'computed'
  readonly perSecond: number
  /** Milliseconds, for `call` rows too; null for the computed floor. */
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  /** Beside the row's floor: the rows named in it, one after the other; null where none is. */
  readonly ratioToFloor: number | null
  /** The names of those rows. */
  readonly floor: readonly string[]
  /** The ratio by CPU time: what the floor costs of what the row costs. Neighbours on the machine disturb it less. */
  readonly cpuRatioToFloor: number | null
  /** (highest - lowest) / median of the rounds' rates: how disturbed the machine was. */
  readonly spread: number | null
  readonly cpuMicros: number | null
  readonly cores: number
  readonly residentMiB: readonly [number, number] | null
  readonly failed: number
  /** Whether the same request is refused the second time, tried before the rounds; null where nothing is checked. */
  readonly refusesReplay: boolean | null
}

/** What several things cost, one after the other, in one round. */
interface Floor {
  readonly perSecond: number
  readonly cpuMicros: number | null
}

export function rowsOf(series: readonly Series[]): Row[] {
  const measured = series.map((one) => rowOf(one, floorsOf(series, floorOf(one.actor.target))))
  const sums = new Map<string, readonly string[]>()
  for (const { actor } of series) {
    const parts = floorOf(actor.target)
    if (parts.length > 1) sums.set(parts.join(' + '), parts)
  }
  return [...[...sums.values()].map((parts) => floorRow(parts, floorsOf(series, parts))), ...measured]
}

/** One for each round. */
function floorsOf(series: readonly Series[], parts: readonly string[]): Floor[] {
  const [first = [], ...others] = parts.map((name) => roundsOf(series, name))
  return first.map((round, index) =>
    others.reduce<Floor>((sum, rounds) => after(sum, rounds[index] ?? round), round),
  )
}

function after(one: Floor, other: Floor): Floor {
  const cpuMicros =
    one.cpuMicros === null || other.cpuMicros === null ? null : one.cpuMicros + other.cpuMicros
  return { perSecond: 1 / (1 / one.perSecond + 1 / other.perSecond), cpuMicros }
}

/** In the table a floor is what its rows take together. */
export function floorName(parts: readonly string[]): string {
  return `floor: ${parts.join(' + ')}`
}

function floorRow(parts: readonly string[], floors: readonly Floor[]): Row {
  return {
    name: floorName(parts),
    kind: 'computed',
    perSecond: Math.round(median(floors.map((floor) => floor.perSecond))),
    p50: null,
    p95: null,
    p99: null,
    ratioToFloor: 1,
    floor: parts,
    cpuRatioToFloor: 1,
    spread: null,
    cpuMicros: medianOrNull(floors.map((floor) => floor.cpuMicros)),
    cores: 1,
    residentMiB: null,
    failed: 0,
    refusesReplay: null,
  }
}

function rowOf({ actor, rounds, residentBytes }: Series, floors: readonly Floor[]): Row {
  const rates = rounds.map((round) => round.perSecond)
  const perSecond = median(rates)
  const beside = rounds.map((round, index) => ratiosOf(round, floors[index] ?? round))
  return {
    name: actor.target.name,
    kind: actor.target.kind,
    perSecond: rounded(perSecond, perSecond < 100 ? 2 : 0),
    p50: rounded(median(rounds.map((round) => round.p50)), 4),
    p95: rounded(median(rounds.map((round) => round.p95)), 4),
    p99: rounded(median(rounds.map((round) => round.p99)), 4),
    ratioToFloor: floors.length === 0 ? null : rounded(median(beside.map(({ rate }) => rate)), 3),
    floor: floorOf(actor.target),
    cpuRatioToFloor: medianOrNull(
      beside.map(({ cpu }) => cpu),
      3,
    ),
    spread: rounded((Math.max(...rates) - Math.min(...rates)) / perSecond, 2),
    cpuMicros: medianOrNull(rounds.map((round) => round.cpuMicros)),
    cores: Math.max(1, actor.cores.length),
    residentMiB: residentBytes === null ? null : [mebibytes(residentBytes[0]), mebibytes(residentBytes[1])],
    failed: rounds.reduce((total, round) => total + round.failed, 0),
    refusesReplay: actor.refusesReplay,
  }
}

function ratiosOf(round: Round, floor: Floor): { rate: number; cpu: number | null } {
  return {
    rate: round.perSecond / floor.perSecond,
    cpu: round.cpuMicros === null || floor.cpuMicros === null ? null : floor.cpuMicros / round.cpuMicros,
  }
}

function roundsOf(series: readonly Series[], name: string): readonly Round[] {
  return series.find((one) => one.actor.target.name === name)?.rounds ?? []
}

/** Null when there is nothing to take it of. */
function medianOrNull(values: readonly (number | null)[], digits = 1): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : rounded(median(known), digits)
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
