/** The stage: load and backends on their cores, targets started one by one, each ready to be measured in turn. */

import { startLedger } from './approval/ledger.ts'
import type { Ledger } from './approval/ledger.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'
import type { Listening } from './listen.ts'
import { placementFor } from './machine.ts'
import type { Machine } from './machine.ts'
import { failedSample } from './phone/order.ts'
import type { PhoneOrder } from './phone/order.ts'
import { issueCredential } from './proof.ts'
import type { DialogueOrder } from './dialogue.ts'
import type { HandshakeOrder } from './handshakes.ts'
import { probeRefusals } from './refusal.ts'
import type {
  CallTarget,
  HttpTarget,
  PhoneHost,
  PhoneTarget,
  Running,
  Sample,
  Scale,
  Target,
} from './target.ts'
import { usageOf } from './usage.ts'
import type { Usage } from './usage.ts'
import type { Order } from './volley.ts'

const handshakesInFlight = 32
/** Rounds this long do the phone's large things whole. */
const wholeFromMs = 250

const hostScripts: Readonly<Record<PhoneHost, string>> = {
  node: 'phone/node.js',
  chromium: 'phone/chromium.js',
  logins: 'phone/logins.js',
  approvals: 'approval/round-trip.js',
}

/** A target that runs. `load` makes one round of at most `count` requests ready, and what it returns measures it. */
export interface Actor {
  readonly target: Target
  readonly cores: readonly number[]
  /** Null where nothing is checked, or no HTTP is spoken. */
  readonly refusesReplay: boolean | null
  load(durationMs: number, count: number): Promise<() => Promise<Sample>>
  usage(): Usage | null
  stop(): Promise<void>
}

export interface Stage {
  start(target: Target): Promise<Actor>
  stop(): Promise<void>
}

export async function openStage(machine: Machine, scale: Scale): Promise<Stage> {
  const credential = issueCredential()
  const { load: loadCores, backend: backendCores } = placementFor(machine, 1, 'apart')
  const [load, secondLoad] = (await Promise.all(
    [loadCores, backendCores].map((cores) => startChild('load.js', { cores, input: 'start' })),
  )) as [Child, Child]
  const backends = new Map<string, Promise<Child>>()
  const phoneHosts = new Map<PhoneHost, Promise<Child>>()
  let ledger: Promise<Ledger> | undefined

  async function backendOn(cores: readonly number[]): Promise<number> {
    const key = cores.join()
    const backend = backends.get(key) ?? startChild('backend.js', { cores, input: 'start' })
    backends.set(key, backend)
    return ((await backend).ready as Listening).port
  }

  async function startHttp(target: HttpTarget): Promise<Actor> {
    const placement = placementFor(machine, target.workers, target.place)
    const cores = placement.target
    const backendPort = await backendOn(placement.backend)
    const running = await target.start({
      backendPort,
      cores,
      credential,
      ledger: () => (ledger ??= startLedger(placement.backend)),
      scale,
    })
    const refusesReplay = await probeRefusals(target.name, running)
    return {
      target,
      cores,
      refusesReplay,
      load: (durationMs, count) =>
        loadHttp([load, secondLoad], running, {
          durationMs,
          count,
          connections: scale.callers,
        }),
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
      load: async (durationMs) => async () => (await child.ask({ durationMs })) as Sample,
      usage: () => usageOf(child.pid),
      stop: () => child.stop(),
    }
  }

  /** One process for all rows of a host. A phone has several cores, a node of the service one; what they spend is not read. */
  function startPhone(target: PhoneTarget): Actor {
    const { act, host } = target
    const cores = host === 'logins' ? placementFor(machine, 1, 'apart').target : machine.cores
    const options = { cores: machine.pinned ? cores : [], input: { phones: scale.logins } }
    const child = phoneHosts.get(host) ?? startChild(hostScripts[host], options)
    phoneHosts.set(host, child)
    // Hosts start side by side. What keeps one from it is said by its rows.
    child.catch(() => undefined)
    return {
      target,
      cores,
      refusesReplay: null,
      async load(durationMs) {
        const order: PhoneOrder = { act, durationMs, whole: durationMs >= wholeFromMs }
        return () => child.then((started) => started.ask(order) as Promise<Sample>).catch(failedSample)
      },
      usage: () => null,
      stop: () => Promise.resolve(),
    }
  }

  return {
    async start(target) {
      if (target.kind === 'phone') return startPhone(target)
      return target.kind === 'http' ? startHttp(target) : startCall(target)
    },
    async stop() {
      for (const host of phoneHosts.values()) {
        const child = await host.catch(() => undefined)
        await child?.ask('end').catch(() => undefined)
        await child?.stop()
      }
      const others = [load, secondLoad, ...(await Promise.all(backends.values()))]
      await Promise.all(others.map((child) => child.stop()))
      await (await ledger)?.stop()
    },
  }
}

/** Makes one round of at most `count` requests ready. Handshakes alone need the second load: a client works as hard for one as its server. */
async function loadHttp(
  loads: readonly [Child, Child],
  running: Running,
  { durationMs, count, connections }: Readonly<Record<'durationMs' | 'count' | 'connections', number>>,
): Promise<() => Promise<Sample>> {
  const [load] = loads
  const { port, tls } = running
  const traffic = await running.traffic()
  if (traffic.kind === 'dialogues') {
    const order: DialogueOrder = { port, durationMs, traffic }
    await load.ask(order)
    return async () => (await load.ask('fire')) as Sample
  }
  if (traffic.kind !== 'handshakes') {
    // The first request of each connection is not counted.
    const all = count + connections
    const order: Order = { port, connections, durationMs, traffic, count: all, ...(tls && { tls }) }
    await load.ask(order)
    return async () => (await load.ask('fire')) as Sample
  }
  if (tls === undefined || tls.length === 0) throw new TypeError('handshakes without TLS')
  const order: HandshakeOrder = { port, tls, parallel: handshakesInFlight / 2, durationMs }
  await Promise.all(loads.map((child) => child.ask(order)))
  return async () => together((await Promise.all(loads.map((child) => child.ask('fire')))) as Sample[])
}

/** Of loads that ran at the same time. */
function together(samples: readonly Sample[]): Sample {
  const sum = (pick: (sample: Sample) => number): number =>
    samples.reduce((total, sample) => total + pick(sample), 0)
  const most = (pick: (sample: Sample) => number): number => Math.max(...samples.map(pick))
  return {
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
    failure: samples.find(({ failure }) => failure !== null)?.failure ?? null,
    elapsedMs: most(({ elapsedMs }) => elapsedMs),
    p50: most(({ p50 }) => p50),
    p95: most(({ p95 }) => p95),
    p99: most(({ p99 }) => p99),
  }
}
