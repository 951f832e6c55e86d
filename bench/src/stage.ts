/** The stage: load and backends on their cores, targets started one by one, each ready to be measured in turn. */

import { startChild } from './child.ts'
import type { Child } from './child.ts'
import type { Listening } from './listen.ts'
import { placementFor } from './machine.ts'
import type { Machine } from './machine.ts'
import { issueCredential } from './proof.ts'
import { probeRefusals } from './refusal.ts'
import type { CallTarget, HttpTarget, Sample, Target } from './target.ts'
import { usageOf } from './usage.ts'
import type { Usage } from './usage.ts'
import type { Order } from './volley.ts'

export const connections = 64

/** A target that runs. `measure` gives it one round of at most `count` requests. */
export interface Actor {
  readonly target: Target
  readonly cores: readonly number[]
  /** Null where nothing is checked, or no HTTP is spoken. */
  readonly refusesReplay: boolean | null
  measure(durationMs: number, count: number): Promise<Sample>
  usage(): Usage | null
  stop(): Promise<void>
}

export interface Stage {
  start(target: Target): Promise<Actor>
  stop(): Promise<void>
}

export async function openStage(machine: Machine): Promise<Stage> {
  const credential = issueCredential()
  const load = await startChild('load.js', { cores: placementFor(machine, 1, 'apart').load, input: 'start' })
  const backends = new Map<string, Child>()

  async function backendOn(cores: readonly number[]): Promise<number> {
    const key = cores.join()
    const backend = backends.get(key) ?? (await startChild('backend.js', { cores, input: 'start' }))
    backends.set(key, backend)
    return (backend.ready as Listening).port
  }

  async function startHttp(target: HttpTarget): Promise<Actor> {
    const placement = placementFor(machine, target.workers, target.place)
    const cores = placement.target
    const backendPort = await backendOn(placement.backend)
    const running = await target.start({ backendPort, cores, credential })
    const refusesReplay = await probeRefusals(target.name, running)
    return {
      target,
      cores,
      refusesReplay,
      async measure(durationMs, count) {
        const traffic = await running.traffic()
        const order: Order = { port: running.port, connections, durationMs, traffic, count }
        return (await load.ask(order)) as Sample
      },
      usage: () => usageOf(running.pid),
      stop: () => running.stop(),
    }
  }

  async function startCall(target: CallTarget): Promise<Actor> {
    const cores = placementFor(machine, 1, 'apart').target
    const child = await startChild('peers/calls.js', { cores, input: { call: target.call, credential } })
    return {
      target,
      cores,
      refusesReplay: null,
      measure: async (durationMs) => (await child.ask({ durationMs })) as Sample,
      usage: () => usageOf(child.pid),
      stop: () => child.stop(),
    }
  }

  return {
    start: (target) => (target.kind === 'http' ? startHttp(target) : startCall(target)),
    async stop() {
      await Promise.all([load, ...backends.values()].map((child) => child.stop()))
    },
  }
}
