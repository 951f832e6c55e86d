/** Holdfast as a library in a node:http server: the ordered checks, then the yardstick's own proxy. */

import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { createServer, defaultPolicy, openKeyFile, parseHead, systemClock } from '@holdfast/server'
import type { OwnAnswer } from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'
import { serveParent } from '../child.ts'
import { createForward } from '../forward.ts'
import { listen } from '../listen.ts'
import { populate } from '../population.ts'
import type { LibraryInput, SignedReady } from './input.ts'

const noBody = new Uint8Array(0)

serveParent(async (message): Promise<SignedReady> => {
  const input = message as LibraryInput
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const keys = await openKeyFile(join(directory, 'keys.json'), { clock: systemClock, crypto: nodeCrypto })
  await rm(directory, { recursive: true })
  const store = memoryStore()
  const shortLived = memoryShortLived()
  const forward = createForward(input.backendPort)
  const listener = createHttpServer((request, response) => {
    void serve(request, response)
  })
  const { port } = await listen(listener)
  const origin = `http://127.0.0.1:${port}`
  const outbox = { send: () => Promise.reject(new Error('nobody enrols here')) }
  const holdfast = await createServer({
    origin,
    store,
    shortLived,
    keys,
    outbox,
    policy: defaultPolicy,
    routes: [],
    clock: systemClock,
  })
  const signers = await populate({ store, keys, origin, devices: input.devices, sessions: input.sessions })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const head = parseHead(request.method ?? '', request.url ?? '', request.rawHeaders, '127.0.0.1')
      const checked = holdfast.verify(head, holdfast.rule(head))
      const verified = checked instanceof Promise ? await checked : checked
      holdfast.verifyBody(verified, noBody)
      forward(request, response)
    } catch (error) {
      write(response, await holdfast.refuse(error, null))
    }
  }
  return { port, origin, signers }
})

function write(response: ServerResponse, answer: OwnAnswer): void {
  response.writeHead(answer.status, answer.fields.flat()).end(answer.body)
}
