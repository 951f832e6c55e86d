/** The browser of these suites: tools/chromium.mjs finds it; without one they are skipped aloud. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const tool = fileURLToPath(new URL('../../../../tools/chromium.mjs', import.meta.url))
const { status, stdout } = spawnSync(process.execPath, [tool, '--find'], { encoding: 'utf8' })

/** Null: there is none here. */
export const chromiumPath: string | null = status === 0 ? stdout.trim() : null

/** For `describe.skipIf(chromiumPath === null)(inChromium('…'), …)`. */
export function inChromium(what: string): string {
  return chromiumPath === null
    ? `SKIPPED: ${what}: no Chromium (node tools/chromium.mjs)`
    : `Chromium: ${what}`
}
