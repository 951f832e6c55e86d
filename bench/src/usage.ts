/** CPU time and memory of a process and all its children, read from Linux's /proc. */

import { readdirSync, readFileSync } from 'node:fs'
import { statusLine } from './machine.ts'

export interface Usage {
  /** CPU time spent so far by all living threads. */
  readonly cpuMs: number
  readonly residentBytes: number
}

/** Null where the system has no /proc or the process is gone. */
export function usageOf(pid: number): Usage | null {
  try {
    const tree = familyOf(pid)
    return {
      cpuMs: sum(tree.flatMap(threadsOf).map(cpuMsOf)),
      residentBytes: sum(tree.map(residentBytesOf)),
    }
  } catch {
    return null
  }
}

function familyOf(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    readFileSync(`${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(familyOf)]
}

function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`)
}

/** schedstat: nanoseconds on a core, nanoseconds waiting, turns. */
function cpuMsOf(thread: string): number {
  return Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

function residentBytesOf(pid: number): number {
  return Number.parseInt(statusLine(`/proc/${pid}/status`, 'VmRSS') ?? '0', 10) * 1024
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
