/** The Chromium of this machine, as tools/chromium.mjs finds it. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const tool = fileURLToPath(new URL('../../../tools/chromium.mjs', import.meta.url))
let found: string | null | undefined

/** Null: there is none here. */
export function findChromium(): string | null {
  found ??= output(process.execPath, tool, '--find')
  return found
}

/** In its own words; null where there is none. */
export function chromiumVersion(): string | null {
  const executable = findChromium()
  const said = executable === null ? null : output(executable, '--version')
  return /^\S+ [\d.]+/.exec(said ?? '')?.[0] ?? null
}

function output(command: string, ...args: string[]): string | null {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return status === 0 ? stdout.trim() : null
}
