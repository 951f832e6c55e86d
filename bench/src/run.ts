/**
 * `npm run bench -- [--json FILE] [--quick] [--only NAME]`: measures every target in interleaved rounds, prints one
 * table and writes it as JSON. `--quick` proves that everything runs, its figures mean little and it leaves out what takes
 * long to prepare. `--only` keeps the rows whose name contains NAME, and those their floors need. Ends with status 1 when any answer was wrong.
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { inspectMachine, startStolenMeter } from './machine.ts'
import type { Machine } from './machine.ts'
import { createParts } from './parts.ts'
import { chromiumVersion } from './phone/find-chromium.ts'
import { runRounds } from './round.ts'
import type { Rounds, Series } from './round.ts'
import { rowsOf } from './row.ts'
import type { Row } from './row.ts'
import { openStage } from './stage.ts'
import type { Actor, Stage } from './stage.ts'
import { tableOf } from './table.ts'
import type { HttpTarget, PhoneTarget, Scale, Target } from './target.ts'
import { floorOf, targets } from './targets.ts'

/** Phones take fewer and shorter rounds: what they do has a size of its own, or takes half a second. */
const fullRun = {
  servers: { of: 'servers', count: 10, durationMs: 600, warmUpMs: 6000 },
  phones: { of: 'phones', count: 7, durationMs: 300, warmUpMs: 100 },
  scale: { callers: 64, devices: Number.POSITIVE_INFINITY, logins: 16 },
}
const quickRun = {
  servers: { of: 'servers', count: 1, durationMs: 100, warmUpMs: 0 },
  phones: { of: 'phones', count: 1, durationMs: 100, warmUpMs: 0 },
  scale: { callers: 4, devices: 100, logins: 2 },
}
type Plan = Readonly<Record<'servers' | 'phones', Rounds>> & { readonly scale: Scale }

interface Skipped {
  readonly name: string
  readonly reason: string
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, quick: { type: 'boolean' }, only: { type: 'string' } },
  })
  const quick = values.quick === true
  const plan = quick ? quickRun : fullRun
  const inspected = inspectMachine()
  // What is only tried may run wherever there is room.
  const machine = quick ? { ...inspected, pinned: false } : inspected
  const parts = createParts()
  const stolen = startStolenMeter()
  say(describe(machine, plan))
  const stage = await openStage(machine, plan.scale)
  const wanted = chosen(values.only)
  const actors: Actor[] = []
  const skipped: Skipped[] = []
  try {
    const series: Series[] = []
    const start = (of: 'servers' | 'phones'): Promise<Started> => {
      const group = wanted.filter(({ kind }) => (kind === 'phone') === (of === 'phones'))
      return startAll(stage, group, { quick, atOnce: quick ? machine.cores.length : 1 })
    }
    // Phones, and a browser, are not there while servers are measured.
    const ahead = quick ? await start('phones') : null
    for (const of of ['servers', 'phones'] as const) {
      const started = of === 'phones' && ahead !== null ? ahead : await start(of)
      actors.push(...started.actors)
      skipped.push(...started.skipped)
      parts.end(`starting ${of}`)
      series.push(...(await runRounds(started.actors, plan[of], say, parts)))
    }
    const rows = rowsOf(series)
    say(`\n${tableOf(rows)}\n`)
    const stolenShare = stolen()
    say(parts.toString())
    if (stolenShare !== null)
      say(`${Math.round(stolenShare * 100)} % of the busy time went to other guests of the host`)
    for (const { name, reason } of skipped) say(`not measured: ${name} (${reason})`)
    if (values.json !== undefined) writeReport(values.json, { machine, plan, stolenShare, rows, skipped })
    if (rows.some((row) => row.failed > 0)) process.exitCode = 1
  } finally {
    await Promise.all(actors.map((actor) => actor.stop()))
    await stage.stop()
  }
}

function chosen(only: string | undefined): Target[] {
  if (only === undefined) return [...targets]
  const wanted = targets.filter((target) => target.name.includes(only))
  if (wanted.length === 0) {
    throw new TypeError(
      `no row is named so; there are:\n${targets.map(({ name }) => `  ${name}`).join('\n')}`,
    )
  }
  const needed = new Set([...wanted.map(({ name }) => name), ...wanted.flatMap(floorOf)])
  for (const target of targets.filter(({ name }) => needed.has(name)))
    for (const name of floorOf(target)) needed.add(name)
  return targets.filter(({ name }) => needed.has(name))
}

interface Started {
  readonly actors: readonly Actor[]
  readonly skipped: readonly Skipped[]
}

/** So many at once, and each in its place. */
async function startAll(
  stage: Stage,
  wanted: readonly Target[],
  { quick, atOnce }: { readonly quick: boolean; readonly atOnce: number },
): Promise<Started> {
  const actors = new Map<Target, Actor>()
  const skipped: Skipped[] = []
  const left = wanted.values()
  async function startNext(): Promise<void> {
    for (const target of left) {
      const reason = target.kind === 'call' ? undefined : await reasonAgainst(target, quick)
      if (reason === undefined) {
        say(`starting     ${target.name}`)
        actors.set(target, await stage.start(target))
      } else {
        skipped.push({ name: target.name, reason })
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, startNext))
  return { actors: wanted.flatMap((target) => actors.get(target) ?? []), skipped }
}

async function reasonAgainst(target: HttpTarget | PhoneTarget, quick: boolean): Promise<string | undefined> {
  return quick && target.kind === 'http' && target.slow === true ? 'left out by --quick' : target.missing?.()
}

function describe(machine: Machine, { servers, phones, scale }: Plan): string {
  const pinned = machine.pinned
    ? 'load, backend and target on cores of their own'
    : 'NOT PINNED (a quick run, no taskset or one core): read the ratios with care'
  return (
    `${machine.cpu}, ${machine.cores.length} cores, Node ${machine.node}, ${pinned}; load average before ${machine.loadBefore}\n` +
    `${scale.callers} connections, ${servers.count} rounds of ${servers.durationMs} ms, interleaved; medians; ` +
    `the phone's half: ${phones.count} rounds of ${phones.durationMs} ms or what a thing takes\n`
  )
}

interface Report {
  readonly machine: Machine
  readonly plan: Plan
  readonly stolenShare: number | null
  readonly rows: readonly Row[]
  readonly skipped: readonly Skipped[]
}

function writeReport(file: string, { machine, plan, stolenShare, rows, skipped }: Report): void {
  const head = {
    ...machine,
    chromium: chromiumVersion(),
    stolenShare,
    date: new Date().toISOString(),
    connections: plan.scale.callers,
    rounds: plan.servers.count,
    roundMs: plan.servers.durationMs,
    phoneRounds: plan.phones.count,
    phoneRoundMs: plan.phones.durationMs,
    latencyUnit: 'ms',
  }
  writeFileSync(file, `${JSON.stringify({ head, rows, skipped }, null, 2)}\n`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

await main()
