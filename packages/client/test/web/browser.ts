/** Chromium: one on one profile directory, ended properly or killed; or one whose windows keep nothing. */
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser as Windows, type BrowserContext, chromium } from 'playwright-core'
import { chromiumPath } from './chromium.ts'

export type Browser = {
  readonly context: BrowserContext
  /** As when the user closes it: everything is written. */
  close(): Promise<void>
  /** SIGKILL to the browser and all its processes: nothing is written any more. */
  kill(): Promise<void>
}

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const launch = { headless: true, args, timeout: 60_000 }

/** Each of its contexts is like a browser of its own that forgets everything. */
export async function openWindows(): Promise<Windows> {
  if (chromiumPath === null) throw new TypeError('no Chromium here')
  return chromium.launch({ ...launch, executablePath: chromiumPath })
}

/** Chromium's lock on its profile names the process: `<host>-<pid>`. */
function processOf(profile: string): number {
  const pid = Number(readlinkSync(join(profile, 'SingletonLock')).split('-').at(-1))
  if (!Number.isInteger(pid) || pid < 2) throw new Error('the profile names no process')
  return pid
}

/** A persistent context: an incognito one would keep nothing, and is slow with files. */
export async function openBrowser(profile: string): Promise<Browser> {
  if (chromiumPath === null) throw new TypeError('no Chromium here')
  const context = await chromium.launchPersistentContext(profile, {
    ...launch,
    executablePath: chromiumPath,
    // So that a page that can be kept for "back" is kept (bfcache).
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  const pid = processOf(profile)
  return {
    context,
    close: () => context.close(),
    async kill(): Promise<void> {
      const closed = new Promise((resolve) => context.once('close', resolve))
      // It leads the process group it was started in.
      process.kill(-pid, 'SIGKILL')
      await closed
    },
  }
}
