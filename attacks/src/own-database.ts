/** An embedded database for each target that wants one: set up once and copied, for PostgreSQL needs seconds to do so. */
import { mkdtempSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

export async function copyDatabase(to: string): Promise<void> {
  first ??= setUp()
  await cp(await first, to, { recursive: true })
}
