/** The bank, put together: books, keys, addresses, and the chores it does by itself. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { approvalCheck } from './approval/service.ts'
import { makePinKeys, openPinKeys, type PinKeys } from './cards/pin-keys.ts'
import type { Opened } from './database/database.ts'
import { openEmbedded } from './database/embedded.ts'
import { openPostgres } from './database/postgres.ts'
import type { Db } from './database/transaction.ts'
import { issueDocuments } from './documents/issue.ts'
import { identityCheck } from './http/identity.ts'
import { createListener } from './http/listener.ts'
import { failureLine, type Log } from './http/log.ts'
import { routesOf } from './http/routes.ts'
import { runDue } from './ledger/standing-order-run.ts'
import { plantBank } from './seed/plant.ts'

export type BankOptions = {
  /** Shared with the gateway: at least 32 bytes. */
  readonly secret: Uint8Array
  /** `postgres://…`; PGlite unless given. */
  readonly database?: string | undefined
  /** Folder of the embedded database and of the key file. Without one and without a database all is in memory. */
  readonly data?: string | undefined
  /** File of the service that asks for approvals (src/approval/service.ts); unless given nobody has to approve anything. */
  readonly approvals?: string | undefined
  readonly now: () => Date
  readonly log: Log
}

export interface Bank {
  readonly db: Db
  /** The port it listens on, on loopback: only the gateway beside it is to reach it. `port` 0 takes a free one. */
  listen(port: number): Promise<number>
  /** Pays what is due and issues what is missing. It does so by itself every minute while it listens. */
  chores(): Promise<void>
  /** After the answers under way. */
  close(): Promise<void>
}

/** Name of this upstream in the gateway's configuration. */
const upstream = 'bank'
const choresMs = 60_000
const graceMs = 5_000

/** Opens the books; those that are empty are filled with two customers and a year of their lives. Throws TypeError on wrong options. */
export async function openBank(options: BankOptions): Promise<Bank> {
  const { secret, approvals, now, log } = options
  const check = identityCheck(upstream, secret)
  const { db, close } = await openBooks(options)
  try {
    const pinKeys = await pinKeysFor(db, options)
    await plantBank(db, now(), pinKeys)
    await issueDocuments(db, now())
    const approval = approvals === undefined ? null : approvalCheck(approvals)
    const server = createListener({ db, check, routes: routesOf(db, pinKeys, approval), now, log })
    return run({ db, close, server, ...options })
  } catch (error) {
    await close()
    throw error
  }
}

function openBooks({ database, data }: BankOptions): Promise<Opened> {
  if (database === undefined) return openEmbedded(data === undefined ? undefined : join(data, 'books'))
  if (data === undefined)
    throw new TypeError('--database needs --data: the key file of the PINs is kept there')
  return openPostgres({ url: database })
}

/** A key file is made only while no PIN was encrypted: else a lost one would pass for a new one. */
async function pinKeysFor(db: Db, { data }: BankOptions): Promise<PinKeys> {
  if (data === undefined) return makePinKeys()
  const card = await db.selectFrom('card').select('id').limit(1).executeTakeFirst()
  return openPinKeys(join(data, 'pin-keys.json'), card === undefined)
}

type Running = Opened &
  Pick<BankOptions, 'now' | 'log'> & { readonly server: ReturnType<typeof createListener> }

function run({ db, close, server, now, log }: Running): Bank {
  let timer: NodeJS.Timeout | undefined
  let working = Promise.resolve()
  async function work(): Promise<void> {
    try {
      await runDue(db, now(), (error) => log(failureLine('standing orders', error)))
      await issueDocuments(db, now())
    } catch (error) {
      log(failureLine('chores', error))
    }
  }
  /** One round after another: a slow one is not overtaken. */
  const chores = (): Promise<void> => (working = working.then(work))
  return {
    db,
    chores,
    async listen(port: number): Promise<number> {
      await once(server.listen(port, '127.0.0.1'), 'listening')
      timer = setInterval(() => void chores(), choresMs)
      return (server.address() as AddressInfo).port
    },
    async close(): Promise<void> {
      clearInterval(timer)
      const cut = setTimeout(() => server.closeAllConnections(), graceMs)
      await new Promise((resolve) => server.close(resolve))
      clearTimeout(cut)
      await working
      await close()
    },
  }
}
