/** A gateway on PostgreSQL before the ledger, and phones in its database whose users pay. */

import { nodeCrypto } from '@holdfast/core/node-crypto'
import { openKeyFile, systemClock } from '@holdfast/server'
import { postgresStore } from '@holdfast/server/sql'
import { serve } from '../command.ts'
import { createDatabase } from '../database.ts'
import { sealingConfig } from '../identity.ts'
import { createPlace, origin } from '../place.ts'
import type { Place } from '../place.ts'
import { populate } from '../population.ts'
import { generatePair, thumbprintOf } from '../proof.ts'
import type { Phone } from '../signed.ts'
import type { Bench, Running } from '../target.ts'
import type { Payer } from './payer.ts'
import { settingsOf } from './settings.ts'
import type { Asking } from './settings.ts'
import type { PayingPhone, TransferTraffic } from './transfers.ts'

export async function startPaying(
  asking: Asking,
  { cores, ledger }: Bench,
  payersOf: (all: readonly Payer[]) => readonly Payer[],
): Promise<Running> {
  const { port: backendPort, secret, payers } = await ledger()
  const database = await createDatabase()
  const { url: postgres } = database
  const place = createPlace({ backendPort, postgres, redis: null, secret, settings: settingsOf(asking) })
  const serving = await serve(place, { workers: 1, cores })
  const { port } = serving.ready
  const phones = await addPhones(place, postgres, payersOf(payers))
  return {
    port,
    pid: serving.pid,
    async traffic() {
      const config = await sealingConfig(port)
      const state: TransferTraffic = { origin, config, asked: asking !== 'nothing', phones }
      const maker = new URL('transfers.js', import.meta.url).href
      return { kind: 'dialogues', maker, state, callers: phones.length }
    },
    async stop() {
      await serving.stop()
      await database.drop()
      place.clear()
    },
  }
}

/** One for each payer, who may be the same one again and again: then all of them are his. */
async function addPhones(place: Place, url: string, payers: readonly Payer[]): Promise<PayingPhone[]> {
  const store = await postgresStore({ url })
  try {
    const keys = await openKeyFile(place.keyFile, { clock: systemClock, crypto: nodeCrypto })
    const sessions = payers.length
    const [first] = payers
    const one = payers.every((payer) => payer === first) ? first?.user : undefined
    const population = { store, keys, origin, devices: sessions, sessions, ...(one && { user: one }) }
    const phones = await populate(population)
    return await Promise.all(
      phones.map(async (phone, i) => ({
        ...phone,
        payer: payers[i] as Payer,
        presence: await addFinger(store, phone),
      })),
    )
  } finally {
    await store.close()
  }
}

/** A presence key as a phone's hardware holds one. */
async function addFinger(
  store: Awaited<ReturnType<typeof postgresStore>>,
  { deviceId }: Phone,
): Promise<PayingPhone['presence']> {
  const { publicKey, privateKey } = generatePair()
  const thumbprint = thumbprintOf(publicKey)
  const createdAt = Date.now()
  const detail = {}
  const added = await store.addPresence(
    {
      id: `presence-${deviceId}`,
      deviceId,
      kind: 'key',
      keyName: thumbprint,
      publicKey: JSON.stringify(publicKey),
      counter: 0,
      synced: false,
      createdAt,
    },
    { at: createdAt, action: 'bench.populated', actor: 'bench', user: null, device: deviceId, detail },
  )
  if (!added) throw new Error('the store refused a presence key')
  return { thumbprint, privateKey }
}
