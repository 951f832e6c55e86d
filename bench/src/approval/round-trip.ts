/** Approvals as a phone sees them: the client on Node with a finger of software, and a gateway as a process of its own on PostgreSQL. */

import { readFile } from 'node:fs/promises'
import { createClient } from '@holdfast/client'
import type { Factor } from '@holdfast/client'
import { nodePlatform } from '@holdfast/client/node'
import { virtualPhone } from '@holdfast/client/testing'
import { serveParent, startChild } from '../child.ts'
import { serve } from '../command.ts'
import type { ServeReady } from '../command.ts'
import { createDatabase } from '../database.ts'
import { freePort } from '../listen.ts'
import type { Listening } from '../listen.ts'
import { inspectMachine, placementFor } from '../machine.ts'
import { passcode, secure } from '../phone/enrol.ts'
import type { Bank } from '../phone/enrol.ts'
import { obey, prefixed } from '../phone/order.ts'
import type { Acts, PhoneOrder } from '../phone/order.ts'
import { timedPlatform } from '../phone/timed-platform.ts'
import { createPlace } from '../place.ts'
import { approvalActs } from './asking.ts'
import { payerOf } from './payer.ts'
import { settingsOf } from './settings.ts'

interface Service extends Bank {
  readonly origin: string
  readonly trust: readonly string[]
  stop(): Promise<void>
}

/** The gateway on its core, before the backend of all other rows. */
async function startService(): Promise<Service> {
  const placement = placementFor(inspectMachine(), 1, 'apart')
  const backend = await startChild('backend.js', { cores: placement.backend, input: 'start' })
  const database = await createDatabase()
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const place = createPlace({
    origin,
    backendPort: (backend.ready as Listening).port,
    postgres: database.url,
    redis: null,
    settings: settingsOf('approval and rules', port),
  })
  const gateway = await serve(place, { workers: 1, cores: placement.target })
  return {
    origin,
    trust: gateway.ready.pins,
    activationCode: (user) => activate(gateway.ready, user),
    async digits() {
      const lines = (await readFile(place.textFile, 'utf8')).trim().split('\n')
      return /\b\d{6}\b/.exec(lines.at(-1) ?? '')?.[0] ?? ''
    },
    async stop() {
      await gateway.stop()
      await backend.stop()
      await database.drop()
      place.clear()
    },
  }
}

/** As an operator does it. */
async function activate({ adminPort, credentials }: ServeReady, user: string): Promise<string> {
  const { name, secret } = JSON.parse(await readFile(credentials, 'utf8')) as Record<string, string>
  const answer = await fetch(`http://127.0.0.1:${adminPort}/admin/activations`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ user, send_to: '+41790000042' }),
  })
  if (!answer.ok) throw new Error(`no activation code: ${await answer.text()}`)
  return ((await answer.json()) as { code: string }).code
}

async function openActs(service: Service): Promise<Acts> {
  const { origin, trust } = service
  let given: Factor | null = null
  const own = virtualPhone().platform
  const { clock } = nodePlatform({ directory: '' })
  const timer = timedPlatform({ ...own, clock })
  const approve = async (): Promise<Factor | null> => given
  const client = createClient({ origin, trust, platform: timer.platform, idleSeconds: 0, approve })
  const payer = payerOf(0)
  const session = await secure(client, service, payer.user)
  await session.enablePresence()
  const give = (factor: Factor | null): void => {
    given = factor
  }
  const asking = { session, timer, payer, give }
  return {
    ...prefixed('plain', approvalActs(asking, 'plain', null)),
    ...prefixed('presence', approvalActs(asking, 'presence', { presence: true })),
    ...prefixed('passcode', approvalActs(asking, 'passcode', { passcode })),
  }
}

let service: Service | undefined
let acts: Acts | undefined

serveParent(async (message) => {
  if (message === 'end') {
    await service?.stop()
    return 'ended'
  }
  if (acts !== undefined) return obey(acts, message as PhoneOrder)
  service = await startService()
  acts = await openActs(service)
  return 'ready'
})
