/** The server as a library in this process, with a bank behind it: its store and keys in the attacker’s hand, and its clock moved at will. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type {
  ApprovalRecord,
  Clock,
  DurableStore,
  HoldDecision,
  KeyRing,
  OutboxMessage,
  TransferRule,
} from '@holdfast/server'
import type { Asked } from './payment.ts'
import { routes, transfers } from './payment-settings.ts'
import type { World } from './phone.ts'
import { answerOf } from './raw.ts'
import { randomText } from './signer.ts'
import type { Target } from './target.ts'

const origin = 'https://api.bank.example'

export type OwnBank = World & {
  readonly keys: KeyRing
  /** Everything somebody with the database reads and writes. What is put in the place of an act is what the service gets to see. */
  readonly store: DurableStore
  /** Puts a row in the place of the one that has its name. */
  readonly rewrite: (row: ApprovalRecord) => Promise<void>
  /** Puts the row of an operator's word about a hold beside those that are there. */
  readonly addWord: (hold: string, word: HoldDecision) => Promise<void>
  readonly now: () => number
  readonly advance: (ms: number) => void
  /** What the bank was told to do. */
  readonly executed: readonly string[]
  /** By as many operators, each of his own. */
  readonly release: (hold: Pick<Asked, 'id'>, operators: number) => Promise<void>
  /** For the product's own client. */
  readonly handle: (request: Request) => Promise<Response>
  readonly close: () => Promise<void>
}

/** For as long as `act` takes. `rules`: about where money goes, instead of the usual ones. */
export async function withBank<Result>(
  target: Target,
  act: (bank: OwnBank) => Promise<Result>,
  rules: readonly TransferRule[] = transfers.rules,
): Promise<Result> {
  const bank = await openBank(target, rules)
  try {
    return await act(bank)
  } finally {
    await bank.close()
  }
}

async function openBank(target: Target, rules: readonly TransferRule[]): Promise<OwnBank> {
  const entry = (await target.load('@holdfast/server/index.js')) as typeof import('@holdfast/server')
  const memoryStores = await target.load('@holdfast/server/stores/memory/index.js')
  const { memoryStore, memoryShortLived } = memoryStores as typeof import('@holdfast/server/memory')
  let passed = 0
  const now = (): number => Date.now() + passed
  const clock: Clock = { now, monotonic: () => performance.now() + passed }
  const home = await mkdtemp(join(tmpdir(), 'holdfast-bank-'))
  const keys = await entry.openKeyFile(join(home, 'keys.json'), { clock, crypto: nodeCrypto })
  await rm(home, { recursive: true })
  const store = memoryStore()
  const texts: OutboxMessage[] = []
  const executed: string[] = []
  const { defaultPolicy: policy } = entry
  const session = { ...policy.session, accessSeconds: 3600, maxSeconds: 7200, idleSeconds: 7200 }
  const server = await entry.createServer({
    origin,
    store,
    shortLived: memoryShortLived(),
    keys,
    clock,
    policy: {
      ...policy,
      session,
      approval: { ...policy.approval, open: 100, perMinute: 1000 },
      anonymousPerMinute: 1000,
    },
    routes: routes.map(({ path, methods, approve }) => {
      return { path, methods, approve, policy: 'signed', signer: 'any', fields: [] }
    }),
    transfers: {
      ...transfers,
      rules,
      habitDays: 90,
      releases: 2,
      holdSeconds: 86_400,
      releasedSeconds: 3600,
    },
    outbox: { send: async (message) => void texts.push(message) },
  })
  const bounds = { bodyBytes: 65_536, answerBytes: 65_536, remote: '192.0.2.1' }

  function handle(request: Request): Promise<Response> {
    return entry.handle(server, request, {
      ...bounds,
      async next(sent): Promise<Response> {
        executed.push(await sent.text())
        return new Response('{}', { headers: { 'content-type': 'application/json' } })
      },
    })
  }
  return {
    origin,
    keys,
    store,
    now,
    executed,
    handle,
    advance(ms) {
      passed += ms
    },
    async rewrite(row) {
      const audit = entry.auditEntry('approval.asked', { at: now(), actor: row.deviceId, detail: {} })
      if (!(await store.addApproval(row, Number.POSITIVE_INFINITY, audit)))
        throw new Error('the row was not written')
    },
    async addWord(hold, word) {
      const audit = entry.auditEntry('transfer.released', { at: now(), actor: word.operator, detail: {} })
      const rule = { needed: Number.POSITIVE_INFINITY, releasedUntil: 0 }
      if ((await store.decideHold(hold, word, rule, () => audit)) !== 'noted')
        throw new Error('the word was not written')
    },
    async send({ method, target: path, fields, body }) {
      const headers = fields.map(([name, value]): [string, string] => [name, value])
      const content = body.length > 0 ? { body: new Uint8Array(body) } : {}
      const said = await handle(new Request(origin + path, { method, headers, ...content }))
      return answerOf(said.status, new Map(said.headers), new Uint8Array(await said.arrayBuffer()))
    },
    async activate(user, sendTo) {
      return (await server.enrolment.issue({ user, sendTo, createdBy: 'lab' })).code
    },
    async lastText(sendTo) {
      return texts.findLast(({ to }) => to === sendTo)?.text ?? ''
    },
    async release({ id }, operators) {
      for (let i = 0; i < operators; i++) {
        const { name, secret } = await server.operators.add(`operator-${randomText(6)}`)
        const basic = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
        const path = `/admin/holds/${id}/release`
        const head = entry.parseHead('POST', path, ['authorization', basic], bounds.remote)
        await server.operators.answer(head, { note: 'called the customer' })
      }
    },
    close: () => server.close(),
  }
}
