/** The built `holdfast serve`, pinned, with its log in a file. */

import { fileURLToPath } from 'node:url'
import type { Place } from './place.ts'
import { startProgram } from './program.ts'
import type { Program } from './program.ts'

/** What it says when it listens. `pins`: the service keys an app builds in; `credentials`: a file with those of the first operator. */
export interface ServeReady {
  readonly port: number
  readonly adminPort: number
  readonly pins: readonly string[]
  readonly credentials: string
}

export interface ServeOptions {
  readonly workers: number
  readonly cores: readonly number[]
}

const bin = fileURLToPath(new URL('../bin/holdfast.js', import.meta.resolve('@holdfast/gateway')))

export function serve(place: Place, { workers, cores }: ServeOptions): Promise<Program<ServeReady>> {
  const args = [bin, 'serve', '--json', '--config', place.configFile, '--workers', String(workers)]
  return startProgram(args, { cores, logFile: place.logFile })
}
