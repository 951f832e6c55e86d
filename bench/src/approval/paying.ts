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
import { phones as phonesOfOne } from './payer.ts'
import type { Payer, Payers, Whose } from './payer.ts'
import { settingsOf } from './settings.ts'
import type { Asking } from './settings.ts'
import type { PayingPhone, TransferTraffic } from './transfers.ts'

/** With phones for each of the ledger's payers, and with as many of one user. */
interface PayingGateway {
  readonly port: number
  readonly pid: number
  readonly phones: Readonly<Record<Whose, readonly PayingPhone[]>>
  readonly stop: () => Promise<void>
}

/** Rows that ask alike have one together: each holds some twenty connections of a database that has a hundred. */
const gateways = new Map<Asking, Promise<PayingGateway>>()

export async function startPaying(asking: Asking, whose: Whose, bench: Bench): Promise<Running> {
  const starting = gateways.get(asking) ?? startGateway(asking, bench)
  gateways.set(asking, starting)
  const { port, pid, phones, stop } = await starting
  const maker = new URL('transfers.js', import.meta.url).href
  const fixed = { origin, asked: asking !== 'nothing', phones: phones[whose] }
  return {
    port,
    pid,
    async traffic() {
      const state: TransferTraffic = { ...fixed, config: await sealingConfig(port) }
      return { kind: 'dialogues', maker, state, callers: fixed.phones.length }
    },
    stop,
  }
}

async function startGateway(asking: Asking, { cores, ledger }: Bench): Promise<PayingGateway> {
  const { port: backendPort, secret, payers } = await ledger()
  const database = await createDatabase()
  const { url: postgres } = database
  const place = createPlace({ backendPort, postgres, redis: null, secret, settings: settingsOf(asking) })
  const serving = await serve(place, { workers: 1, cores })
  const phones = await addPhones(place, postgres, payers)
  let stopping: Promise<void> | undefined
  return {
    port: serving.ready.port,
    pid: serving.pid,
    phones,
    stop: () =>
      (stopping ??= (async () => {
        await serving.stop()
        await database.drop()
        place.clear()
      })()),
  }
}

async function addPhones(place: Place, url: string, payers: Payers): Promise<PayingGateway['phones']> {
  const store = await postgresStore({ url })
  try {
    const keys = await openKeyFile(place.keyFile, { clock: systemClock, crypto: nodeCrypto })
    const many = payers.many.length
    const own = await populate({ store, keys, origin, devices: many, sessions: many })
    const { user } = payers.one
    const one = await populate({ store, keys, origin, devices: phonesOfOne, sessions: phonesOfOne, user })
    const paying: Record<Whose, PayingPhone[]> = { many: [], one: [] }
    // One after the other, on one connection.
    for (const [i, phone] of own.entries())
      paying.many.push(await addFinger(store, phone, payers.many[i] as Payer))
    for (const phone of one) paying.one.push(await addFinger(store, phone, payers.one))
    return paying
  } finally {
    await store.close()
  }
}

/** A presence key as a phone's hardware holds one. */
async function addFinger(
  store: Awaited<ReturnType<typeof postgresStore>>,
  phone: Phone,
  payer: Payer,
): Promise<PayingPhone> {
  const { deviceId } = phone
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
  return { ...phone, payer, presence: { thumbprint, privateKey } }
}
