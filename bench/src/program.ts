/** The project's own programs as they are shipped: pinned, their output in a file, ready when they say so. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { pinnedCommand } from './machine.ts'

export interface Program<Ready extends { readonly port: number }> {
  readonly pid: number
  /** What it said of itself. */
  readonly ready: Ready
  stop(): Promise<void>
}

export interface ProgramOptions {
  readonly cores: readonly number[]
  readonly logFile: string
}

const lookMs = 50
const running = new Set<ChildProcess>()
// Who ends without having stopped them leaves none behind.
process.on('exit', () => running.forEach((child) => child.kill()))

/** `args`: the script and what it is given. Resolves when it has written `{"ready":true,"port":…}`. */
export async function startProgram<Ready extends { readonly port: number }>(
  args: readonly string[],
  { cores, logFile }: ProgramOptions,
): Promise<Program<Ready>> {
  const [command = '', ...rest] = pinnedCommand(cores, [process.execPath, ...args])
  const log = openSync(logFile, 'a')
  const child = spawn(command, rest, { stdio: ['ignore', log, 'inherit'] })
  closeSync(log)
  running.add(child)
  const ended = once(child, 'exit').finally(() => running.delete(child))
  let ready: Ready | undefined
  while (ready === undefined) {
    if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}`)
    await pause(lookMs)
    const line = readyLine(logFile)
    ready = line === undefined ? undefined : (JSON.parse(line) as Ready)
  }
  return {
    pid: child.pid ?? 0,
    ready,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function readyLine(logFile: string): string | undefined {
  return /^\{"ready":true.*\}$/m.exec(readFileSync(logFile, 'utf8'))?.[0]
}
