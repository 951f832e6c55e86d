/** The machine under the bench: which cores there are, who gets which, and how a process is kept on its own. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

export interface Machine {
  readonly node: string
  readonly cpu: string
  /** The cores this process may use. */
  readonly cores: readonly number[]
  /** Whether processes are kept on their cores (needs Linux and `taskset`). */
  readonly pinned: boolean
  /** One-minute load average before the bench began; anything near the number of cores disturbs the figures. */
  readonly loadBefore: number
}

/** Cores for the three parts; empty lists where nothing is pinned. */
export interface Placement {
  readonly load: readonly number[]
  readonly backend: readonly number[]
  readonly target: readonly number[]
}

export function inspectMachine(): Machine {
  const cores = allowedCores()
  const pinned = cores.length > 1 && spawnSync('taskset', ['-c', String(cores[0]), 'true']).status === 0
  return {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores,
    pinned,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

/** Load first, then the backend, then the target on as many cores as it has workers, as far as the machine goes. */
export function placementFor(machine: Machine, workers: number, place: 'apart' | 'together'): Placement {
  if (!machine.pinned) return { load: [], backend: [], target: [] }
  const load = machine.cores.slice(0, 1)
  const backend = place === 'apart' && machine.cores.length > 2 ? machine.cores.slice(1, 2) : load
  const first = backend === load ? 1 : 2
  return { load, backend, target: machine.cores.slice(first, first + workers) }
}

/** The command that runs `command` on these cores only; the process keeps its id, since taskset replaces itself. */
export function pinnedCommand(cores: readonly number[], command: readonly string[]): string[] {
  return cores.length === 0 ? [...command] : ['taskset', '-c', cores.join(','), ...command]
}

/**
 * Starts to count; the function returned gives the share of busy time that other guests of the same host took since
 * then (0 to 1), or null where the system does not tell. Above some 0.05 even ratios become unsure.
 */
export function startStolenMeter(): () => number | null {
  const before = cpuTicks()
  return () => {
    const spent = cpuTicks().map((ticks, index) => ticks - (before[index] ?? 0))
    const [user = 0, nice = 0, system = 0, , , hardware = 0, soft = 0, stolen = 0] = spent
    const busy = user + nice + system + hardware + soft + stolen
    return busy > 0 ? Math.round((stolen / busy) * 100) / 100 : null
  }
}

/** user, nice, system, idle, iowait, irq, softirq, steal of the whole machine; empty where there is no /proc. */
function cpuTicks(): number[] {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
    return line.split(/\s+/).slice(1).map(Number)
  } catch {
    return []
  }
}

/** Linux lists them as `0-2,5`; elsewhere every core counts. */
function allowedCores(): number[] {
  const list = statusLine('/proc/self/status', 'Cpus_allowed_list')
  if (list === undefined) return cpus().map((_, index) => index)
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}

/** One `Name:\tvalue` line of a /proc status file, or undefined where there is no such file or line. */
export function statusLine(file: string, name: string): string | undefined {
  try {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((candidate) => candidate.startsWith(`${name}:`))
    return line?.slice(name.length + 1).trim()
  } catch {
    return undefined
  }
}
