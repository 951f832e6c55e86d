/** Interleaved rounds: each target once, then all again, so that a disturbance of the machine meets every row alike. */

import type { Parts } from './parts.ts'
import type { Actor } from './stage.ts'
import type { Sample } from './target.ts'

export interface Rounds {
  /** Whose rows. */
  readonly of: string
  readonly count: number
  readonly durationMs: number
  /** 0: none. */
  readonly warmUpMs: number
}

export interface Round extends Sample {
  readonly perSecond: number
  /** CPU time of the target's whole process tree for one request, in µs; null where it cannot be read. */
  readonly cpuMicros: number | null
}

export interface Series {
  readonly actor: Actor
  readonly rounds: readonly Round[]
  /** Resident memory after the warm-up and after the last round. */
  readonly residentBytes: readonly [number, number] | null
}

/** Requests made while the rate is not known yet: on a fast machine they run out early, and it is warm by then. */
const firstGuessPerSecond = 6_000

function guessOf({ target }: Actor): number {
  return (target.kind === 'http' ? target.guess : undefined) ?? firstGuessPerSecond
}

export async function runRounds(
  actors: readonly Actor[],
  plan: Rounds,
  progress: (line: string) => void,
  parts: Parts,
): Promise<Series[]> {
  const series = actors.map((actor) => ({ actor, rounds: [] as Round[], before: 0, rate: guessOf(actor) }))
  for (const entry of series) {
    // One function is compiled sooner than a server.
    const warmUpMs = entry.actor.target.kind === 'http' ? plan.warmUpMs : Math.min(plan.warmUpMs, 1500)
    if (warmUpMs > 0) {
      const warm = await measure(entry.actor, warmUpMs, entry.rate)
      entry.rate = warm.perSecond
      progress(`warm-up      ${describe(entry.actor, warm)}`)
    }
    entry.before = entry.actor.usage()?.residentBytes ?? 0
  }
  parts.end(`warm-up of ${plan.of}`)
  for (let number = 1; number <= plan.count; number += 1) {
    for (const entry of series) {
      const { target } = entry.actor
      const patience = (target.kind === 'http' ? target.patience : undefined) ?? 1
      const round = await measure(entry.actor, plan.durationMs * patience, entry.rate * 1.4)
      entry.rounds.push(round)
      entry.rate = Math.max(entry.rate, round.perSecond)
      progress(`round ${number} of ${plan.count} ${describe(entry.actor, round)}`)
    }
  }
  parts.end(`rounds of ${plan.of}`)
  return series.map(({ actor, rounds, before }) => {
    const after = actor.usage()?.residentBytes
    return { actor, rounds, residentBytes: after === undefined ? null : [before, after] }
  })
}

async function measure(actor: Actor, durationMs: number, expectedPerSecond: number): Promise<Round> {
  const fire = await actor.load(durationMs, Math.ceil((expectedPerSecond * durationMs) / 1000))
  const before = actor.usage()
  const sample = await fire()
  const after = actor.usage()
  const cpuMs = before === null || after === null ? null : after.cpuMs - before.cpuMs
  return {
    ...sample,
    perSecond: (sample.completed / sample.elapsedMs) * 1000,
    cpuMicros: cpuMs === null ? null : (cpuMs / sample.completed) * 1000,
  }
}

function describe(actor: Actor, round: Round): string {
  const wrong = round.failed === 0 ? '' : `  ${round.failed} FAILED: ${round.failure ?? ''}`
  const rate = round.perSecond.toLocaleString('en', { maximumFractionDigits: round.perSecond < 100 ? 1 : 0 })
  return `${actor.target.name.padEnd(44)} ${rate.padStart(8)}/s${wrong}`
}
