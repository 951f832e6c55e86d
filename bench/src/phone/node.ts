/** The Node rows of the phone's half: phones on files in a folder of their own, a service in the same process. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@holdfast/client'
import type { Platform, VaultSql } from '@holdfast/client'
import { nodePlatform } from '@holdfast/client/node'
import { handlerNetwork } from '@holdfast/client/testing'
import { serveParent } from '../child.ts'
import { passcode, secure } from './enrol.ts'
import { nodeFileActs } from './node-files.ts'
import { obey, prefixed } from './order.ts'
import type { Acts, PhoneOrder } from './order.ts'
import { plainNode } from './plain-sqlite.ts'
import { startService } from './service.ts'
import { sqlActs } from './sql.ts'
import { stretchActs } from './stretch.ts'
import { timedPlatform } from './timed-platform.ts'
import { unlockActs } from './unlock.ts'

let acts: Acts | undefined
let directory: string | undefined

async function start(): Promise<Acts> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  directory = home
  const service = await startService()
  const { origin, trust } = service
  const network = handlerNetwork((request) => service.handle(request))
  const folder = (name: string): string => join(home, name)
  const phone = (name: string): Platform => ({ ...nodePlatform({ directory: folder(name) }), network })
  const clientOf = (platform: Platform) => createClient({ origin, trust, platform, idleSeconds: 0 })

  const timer = timedPlatform(phone('unlocking'))
  const unlocking = clientOf(timer.platform)
  await secure(unlocking, service, 'ann')
  // Stays open.
  const { vault } = await secure(clientOf(phone('storing')), service, 'bea')
  const plain = await openPlain(folder('plain'))
  const encrypted = await openSql(phone('encrypted'))
  return {
    ...stretchActs(timer.platform),
    ...prefixed('unlock', unlockActs(unlocking, timer, passcode)),
    ...prefixed('sql plain', sqlActs(plain)),
    ...prefixed('sql encrypted', sqlActs(encrypted)),
    ...prefixed('sql vault', sqlActs(vault.sql)),
    ...prefixed('file', await nodeFileActs(vault.files, home)),
  }
}

async function openSql({ sql }: Platform): Promise<VaultSql> {
  if (sql === null) throw new TypeError('no SQL on Node')
  return sql.open('bench', new Uint8Array(32))
}

/** Plain for sure: anybody can read what the file is. */
async function openPlain(folder: string): Promise<VaultSql> {
  const database = await openSql((await plainNode()).nodePlatform({ directory: folder }))
  await database.exec('CREATE TABLE first (n INTEGER)')
  const file = await readFile(join(folder, 'sql', 'bench.db'), 'latin1')
  if (!file.startsWith('SQLite format 3')) throw new Error('the plain database is none')
  return database
}

serveParent(async (message) => {
  if (message === 'end') {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
    return 'ended'
  }
  if (acts !== undefined) return obey(acts, message as PhoneOrder)
  acts = await start()
  return 'ready'
})
