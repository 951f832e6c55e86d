/** The server as a library in this process, with a store in the attacker's hand, and the lab's phones speaking to it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type {
  Clock,
  DurableStore,
  HoldfastServer,
  OutboxMessage,
  ShortLivedStore,
  WipeMemory,
} from '@holdfast/server'
import type { World } from './phone.ts'
import { answerOf } from './raw.ts'
import type { Target } from './target.ts'

const origin = 'https://api.bank.example'

/** What outlives a service: its keys, and what it remembers beside them. */
export type OwnService = World & {
  /** Everything a thief of the database has. */
  readonly store: DurableStore
  /** The same service over another store, e.g. one put back from a backup. */
  readonly over: (store: DurableStore) => Promise<World>
  readonly close: () => Promise<void>
}

/** In a file beside the keys, as the gateway keeps it. */
function wipeMemory(): WipeMemory {
  let kept: number | null = null
  return {
    read: async () => kept,
    async write(count) {
      kept = Math.max(kept ?? 0, count)
    },
  }
}

/** For as long as `act` takes. */
export async function withService<Result>(
  target: Target,
  act: (service: OwnService) => Promise<Result>,
): Promise<Result> {
  const service = await startService(target)
  try {
    return await act(service)
  } finally {
    await service.close()
  }
}

async function startService(target: Target): Promise<OwnService> {
  const entry = (await target.load('@holdfast/server/index.js')) as typeof import('@holdfast/server')
  const memoryStores = await target.load('@holdfast/server/stores/memory/index.js')
  const { memoryStore, memoryShortLived } = memoryStores as typeof import('@holdfast/server/memory')
  const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }
  const home = await mkdtemp(join(tmpdir(), 'holdfast-service-'))
  const keys = await entry.openKeyFile(join(home, 'keys.json'), { clock, crypto: nodeCrypto })
  await rm(home, { recursive: true })
  const texts: OutboxMessage[] = []
  const remembered = wipeMemory()
  const shortLived: ShortLivedStore = memoryShortLived()
  const started: HoldfastServer[] = []

  async function over(store: DurableStore): Promise<World> {
    const server = await entry.createServer({
      origin,
      store,
      shortLived,
      keys,
      clock,
      policy: { ...entry.defaultPolicy, anonymousPerMinute: 1000 },
      routes: [],
      outbox: { send: async (message) => void texts.push(message) },
      wipeMemory: remembered,
    })
    started.push(server)
    return {
      origin,
      async send({ method, target: path, fields, body }) {
        const head = entry.parseHead(method, path, fields.flat(), '192.0.2.1')
        const said = await server.answer(head, body)
        return answerOf(said.status, new Map(said.fields), said.body)
      },
      async activate(user, sendTo) {
        return (await server.enrolment.issue({ user, sendTo, createdBy: 'lab' })).code
      },
      async lastText(sendTo) {
        return texts.findLast(({ to }) => to === sendTo)?.text ?? ''
      },
    }
  }
  const store = memoryStore()
  const close = async (): Promise<void> => {
    for (const server of started) await server.close()
  }
  return { ...(await over(store)), store, over, close }
}
