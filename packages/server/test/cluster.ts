/**
 * Where PGlite finds an empty database, as its first start leaves it: that start takes four times as long as any other. Tests of the
 * first start itself leave it to the store.
 */
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { compileOnce } from './compiled-once.ts'
import { kept, modules } from './kept.ts'

async function make(directory: string): Promise<void> {
  const database = await PGlite.create(join(directory, 'data'))
  await database.close()
}

/** Makes `directory`, which must not be there. */
export async function createCluster(directory: string): Promise<void> {
  compileOnce()
  const manifest = await readFile(join(modules, '@electric-sql', 'pglite', 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  await cp(join(await kept(`pglite-${version}`, make), 'data'), directory, { recursive: true })
}
