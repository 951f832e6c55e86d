/** The service behind the sockets: stores, keys, outbox and the ordered checks, opened as one configuration says. */
import {
  type Clock,
  createServer,
  type HoldfastServer,
  type KeyFile,
  type Outbox,
  systemClock,
} from '@holdfast/server'
import type { Config } from './config/config.ts'
import { openKeys } from './keys.ts'
import type { Log } from './books/log.ts'
import { createOutbox } from './outboxes.ts'
import { closeStores, openStores, type Stores } from './stores.ts'
import { openWipeFile } from './wipe-file.ts'

export type ServiceOptions = { readonly log: Log; readonly clock?: Clock; readonly outbox?: Outbox }

export type Service = {
  readonly server: HoldfastServer
  readonly keys: KeyFile
  readonly stores: Stores
  readonly clock: Clock
  /** Reads the key file again; a damaged one is logged and the keys in use stay. */
  reloadKeys(): Promise<void>
  close(): Promise<void>
}

const keyReloadMs = 5_000
const purgeMs = 60_000

/** Runs again and again, one at a time, until stopped; failures are logged. */
function repeating(act: () => Promise<void>, everyMs: number): { stop(): Promise<void> } {
  let running: Promise<void> | null = null
  const timer = setInterval(() => {
    running ??= act().finally(() => {
      running = null
    })
  }, everyMs)
  timer.unref()
  return {
    async stop(): Promise<void> {
      clearInterval(timer)
      await running
    },
  }
}

/** Rejects with Complaint when a store or the key file cannot be opened. */
export async function openService(config: Config, options: ServiceOptions): Promise<Service> {
  const { log, clock = systemClock, outbox = createOutbox(config.outbox) } = options
  const keys = await openKeys(config, clock)
  const attempt = (event: string, act: () => Promise<void>) => async (): Promise<void> =>
    act().catch((cause: unknown) => log.error(event, { cause }))
  const reloadKeys = attempt('key file not reloaded', () => keys.reload())
  const { origin, policy } = config
  const pins = config.pins === undefined ? {} : { pins: config.pins }
  const sealing = config.sealing === undefined ? {} : { sealing: config.sealing }
  const mutual = config.mutual === undefined ? {} : { mutual: { origin: config.mutual.origin } }
  const transfers = config.transfers === undefined ? {} : { transfers: config.transfers }
  const web = config.web === undefined ? {} : { web: config.web }
  // A store that forgets with the process has no older state somebody could put back.
  const wipeMemory = config.store.kind === 'memory' ? {} : { wipeMemory: await openWipeFile(config.data) }
  const stores = await openStores(config)
  try {
    const server = await createServer({
      origin,
      ...stores,
      keys,
      policy,
      routes: config.routes,
      outbox,
      clock,
      ...pins,
      ...sealing,
      ...mutual,
      ...web,
      ...transfers,
      ...wipeMemory,
    })
    const chores = [
      repeating(reloadKeys, keyReloadMs),
      repeating(
        attempt('expired facts not removed', () => stores.store.purge(clock.now())),
        purgeMs,
      ),
    ]
    return {
      server,
      keys,
      stores,
      clock,
      reloadKeys,
      async close(): Promise<void> {
        for (const chore of chores) await chore.stop()
        await server.close()
        await closeStores(stores)
      },
    }
  } catch (error) {
    await closeStores(stores)
    throw error
  }
}
