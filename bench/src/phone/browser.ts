/** Chromium on a profile of its own, a finger for its passkeys, and the page bundled as an app's bundler does it. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { BuildOptions } from 'esbuild'
import { chromium } from 'playwright-core'
import type { CDPSession, Page } from 'playwright-core'
import { withoutKey } from './plain-sqlite.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Files by name, in one folder; docs/integrate.md 3.7. */
export async function bundlePage(): Promise<ReadonlyMap<string, Uint8Array>> {
  const made = await Promise.all([
    bundle({
      splitting: true,
      entryPoints: {
        page: here('page.js'),
        'stretch-worker': '@holdfast/client/web/stretch-worker',
        'sql-worker': '@holdfast/client/web/sql-worker',
        'mc-wa-sqlite': '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm',
      },
    }),
    bundle({
      plugins: [withoutKey],
      entryPoints: { 'plain-sql-worker': '@holdfast/client/web/sql-worker' },
    }),
  ])
  return new Map(made.flat())
}

async function bundle(options: BuildOptions): Promise<[string, Uint8Array][]> {
  const { outputFiles = [] } = await build({
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    loader: { '.wasm': 'copy' },
    logLevel: 'silent',
    absWorkingDir: here('.'),
    outdir: '.',
    write: false,
    ...options,
  })
  return outputFiles.map(({ path, contents }) => [basename(path), contents])
}

export interface Browser {
  readonly page: Page
  close(): Promise<void>
}

/** A persistent context: an incognito one is slow with files. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const removeProfile = (): void => rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
  const context = await chromium
    .launchPersistentContext(profile, { executablePath, args })
    .catch((error: unknown) => {
      removeProfile()
      throw error
    })
  const page = context.pages()[0] ?? (await context.newPage())
  await addFinger(await context.newCDPSession(page))
  return {
    page,
    async close() {
      await context.close()
      removeProfile()
    },
  }
}

/** As CDP's virtual authenticator: every prompt is answered at once, by the right finger. */
async function addFinger(cdp: CDPSession): Promise<void> {
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}
