/** The built `holdfast serve`, pinned, with its log in a file. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pinnedCommand } from './machine.ts'
import type { Place } from './place.ts'

export interface Serving {
  readonly pid: number
  readonly port: number
  stop(): Promise<void>
}

export interface ServeOptions {
  readonly workers: number
  readonly cores: readonly number[]
}

const bin = fileURLToPath(new URL('../bin/holdfast.js', import.meta.resolve('@holdfast/gateway')))
const lookMs = 50

export async function serve(place: Place, { workers, cores }: ServeOptions): Promise<Serving> {
  const [command = '', ...rest] = pinnedCommand(cores, [process.execPath, bin, 'serve'])
  const log = openSync(place.logFile, 'a')
  const args = [...rest, '--json', '--config', place.configFile, '--workers', String(workers)]
  const child = spawn(command, args, { stdio: ['ignore', log, 'inherit'] })
  closeSync(log)
  const ended = once(child, 'exit')
  let port: number | undefined
  while (port === undefined) {
    if (child.exitCode !== null) throw new Error(`holdfast serve ended with ${child.exitCode}`)
    await pause(lookMs)
    port = readyPort(place.logFile)
  }
  return {
    pid: child.pid ?? 0,
    port,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function readyPort(logFile: string): number | undefined {
  const line = /^\{"ready":true.*\}$/m.exec(readFileSync(logFile, 'utf8'))?.[0]
  return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port
}
