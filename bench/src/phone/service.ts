/** A service for the bench's phones: the library on `Request` and `Response`, and a backend that answers with 1 KiB. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { createServer, defaultPolicy, handle, openKeyFile, systemClock } from '@holdfast/server'
import type { Deployment, Policy } from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'
import { exchangedBytes } from '../exchange.ts'
import { origin } from '../place.ts'
import type { Bank } from './enrol.ts'

export interface PhoneService extends Bank {
  readonly origin: string
  readonly trust: readonly string[]
  handle(request: Request): Promise<Response>
  close(): Promise<void>
}

/** A phone here unlocks more often than a user does; nothing else is other than shipped. */
const policy: Policy = {
  ...defaultPolicy,
  anonymousPerMinute: 1_000_000,
  session: { ...defaultPolicy.session, unlocksPerMinute: 1_000_000 },
}
const answer = new Uint8Array(exchangedBytes).fill(0x78)

/** On the memory store at the origin of all, unless told. */
export async function startService(given: Partial<Deployment> = {}): Promise<PhoneService> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const keys = await openKeyFile(join(directory, 'keys.json'), { clock: systemClock, crypto: nodeCrypto })
  await rm(directory, { recursive: true })
  let text = ''
  const deployment: Deployment = {
    origin,
    store: memoryStore(),
    shortLived: memoryShortLived(),
    keys,
    policy,
    routes: [],
    outbox: {
      async send(message) {
        ;({ text } = message)
      },
    },
    clock: systemClock,
    ...given,
  }
  const server = await createServer(deployment)
  const next = async (): Promise<Response> => new Response(answer)
  const limits = { bodyBytes: 1_000_000, answerBytes: 1_000_000, remote: '127.0.0.1' }
  return {
    origin: deployment.origin,
    trust: keys.servicePins(),
    handle: (request) => handle(server, request, { ...limits, next }),
    activationCode: async (user) =>
      (await server.enrolment.issue({ user, sendTo: '+41790000042', createdBy: 'bench' })).code,
    digits: async () => /\b\d{6}\b/.exec(text)?.[0] ?? '',
    close: () => server.close(),
  }
}
