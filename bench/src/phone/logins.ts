/**
 * What logins by passcode cost the service: phones log in together and are held up before each message, so that the service gets all
 * of them at once and nothing else runs while it answers. Its time alone is counted; beside it, OPAQUE as its library does it.
 */

import { createHash } from 'node:crypto'
import { createClient } from '@holdfast/client'
import type { Client, Stretch } from '@holdfast/client'
import { nodePlatform } from '@holdfast/client/node'
import { handlerNetwork, virtualPhone } from '@holdfast/client/testing'
import { postgresShortLived, postgresStore } from '@holdfast/server/sql'
import { serveParent } from '../child.ts'
import { createDatabase, postgresUrl, unreachable } from '../database.ts'
import { passcode, secure } from './enrol.ts'
import { createGate, messages } from './gate.ts'
import { libraryActs } from './opaque-library.ts'
import { obey, prefixed, together } from './order.ts'
import type { Acts, PhoneOrder } from './order.ts'
import { startService } from './service.ts'
import type { PhoneService } from './service.ts'
import { repeat } from './times.ts'

/** The service never sees how a passcode was stretched, so it need not cost anything here. */
const insecureFastStretch: Stretch = async (password, _salt, { length }) =>
  new Uint8Array(createHash('sha512').update(password).digest().subarray(0, length))

async function loginActs(service: PhoneService, phones: number): Promise<Acts> {
  const { origin, trust } = service
  const gate = createGate(service, phones)
  const network = handlerNetwork((request) => gate.handle(request))
  // Phones in memory, on this machine's time: their own disk would take longer than all that is counted.
  const { clock } = nodePlatform({ directory: '' })
  const own = { network, clock, stretch: insecureFastStretch }
  const clients: Client[] = []
  for (let i = 0; i < phones; i++) {
    const platform = { ...virtualPhone().platform, ...own }
    const client = createClient({ origin, trust, platform, idleSeconds: 0 })
    await secure(client, service, `user-${i}`)
    clients.push(client)
  }
  return together(messages, async (times, { durationMs }) => {
    gate.close(times)
    await repeat(durationMs, async () => {
      await Promise.all(clients.map((client) => client.lock()))
      await Promise.all(clients.map((client) => client.unlock({ passcode })))
    })
  })
}

interface Started {
  readonly acts: Acts
  end(): Promise<void>
}
let started: Started | undefined

/** Without PostgreSQL its rows are not asked for. */
async function onPostgres(phones: number): Promise<Started> {
  if ((await unreachable(postgresUrl)) !== undefined) return { acts: {}, end: async () => undefined }
  const database = await createDatabase()
  const { url } = database
  const [store, shortLived] = [await postgresStore({ url }), await postgresShortLived({ url })]
  const service = await startService({ store, shortLived })
  const acts = await loginActs(service, phones)
  return {
    acts: prefixed('postgres', acts),
    async end() {
      await service.close()
      await Promise.all([store.close(), shortLived.close()])
      await database.drop()
    },
  }
}

async function start(phones: number): Promise<Started> {
  const postgres = await onPostgres(phones)
  return {
    ...postgres,
    acts: {
      ...postgres.acts,
      ...prefixed('memory', await loginActs(await startService(), phones)),
      ...prefixed('library', await libraryActs()),
    },
  }
}

serveParent(async (message) => {
  if (message === 'end') {
    await started?.end()
    return 'ended'
  }
  if (started !== undefined) return obey(started.acts, message as PhoneOrder)
  started = await start((message as { readonly phones: number }).phones)
  return 'ready'
})
