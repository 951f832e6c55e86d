/** An embedded database for each target that wants one: set up once and copied, for PostgreSQL needs seconds to do so. */
import { mkdtempSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { embeddedStore } from '@holdfast/server/sql'

/** Empty, with its tables, and closed. */
async function setUp(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-database-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const store = await embeddedStore({ directory })
  await store.close()
  return directory
}

let first: Promise<string> | undefined

/** What PostgreSQL makes further databases from, as many files again as the one that is used. */
const templates: ReadonlySet<string> = new Set([join('base', '1'), join('base', '4')])

export async function copyDatabase(to: string): Promise<void> {
  first ??= setUp()
  const from = await first
  const used = (file: string): boolean => !templates.has(relative(from, file))
  await cp(from, to, { recursive: true, filter: used })
}
