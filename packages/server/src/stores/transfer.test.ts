import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCluster } from '../../test/cluster.ts'
import type { ApprovalRecord, TransferEntry, TransferLimit } from '../store-approvals.ts'
import type { DeviceRecord, DurableStore } from '../store.ts'
import { approvalRecord, habitsOf, spending, transferEntry } from './contract/approval-facts.ts'
import {
  activationRecord,
  auditEntry,
  deviceRecord,
  enrolmentRecord,
  minute,
  name,
  repeatRecord,
  second,
  t0,
} from './contract/facts.ts'
import { memoryStore } from './memory/index.ts'
import { type EmbeddedStore, embeddedStore } from './sql/index.ts'

const memory = memoryStore()
let directory = ''
let embedded: EmbeddedStore

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-transfers-'))
  await createCluster(join(directory, 'data'))
  embedded = await embeddedStore({ directory: join(directory, 'data') })
}, 60_000)

afterAll(async () => {
  await embedded.close()
  await rm(directory, { recursive: true })
})

/** The same act in each store; what they answer has to be the same. */
async function both<Result>(act: (store: DurableStore) => Promise<Result>): Promise<Result> {
  const result = await act(memory)
  expect(await act(embedded)).toEqual(result)
  return result
}

const limits: readonly TransferLimit[] = [
  { name: 'user sum', of: 'user', windowMs: 60 * second, sumMinor: 300n, count: null },
  { name: 'user count', of: 'user', windowMs: 20 * second, sumMinor: null, count: 6 },
  { name: 'device', of: 'device', windowMs: 40 * second, sumMinor: 150n, count: 4 },
  { name: 'payee', of: 'payee', windowMs: 30 * second, sumMinor: 90n, count: 3 },
]

const payment = fc.record({
  payee: fc.constantFrom('one', 'two', 'three'),
  currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'CHF'),
  amountMinor: fc.bigInt({ min: 1n, max: 60n }),
})
const spend = fc.record({
  kind: fc.constant('spend' as const),
  device: fc.nat({ max: 1 }),
  // Clocks of nodes differ: some go back.
  seconds: fc.integer({ min: -5, max: 12 }),
  payments: fc.array(payment, { minLength: 1, maxLength: 4 }),
})
/** Of those there are, counted back from the newest. */
const which = fc.nat({ max: 5 })
const again = fc.record({ kind: fc.constant('again' as const), which })
const settle = fc.record({
  kind: fc.constant('settle' as const),
  which,
  outcome: fc.constantFrom('committed' as const, 'released' as const, 'unsent' as const),
})
const step = fc.oneof(
  { weight: 4, arbitrary: spend },
  { weight: 2, arbitrary: settle },
  { weight: 2, arbitrary: again },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never
type Held = { readonly record: ApprovalRecord; entries: TransferEntry[]; unsettled: boolean }
/** What one user has spent, as a reader of the contract would keep account of it. */
type Account = {
  now: number
  readonly devices: readonly DeviceRecord[]
  readonly held: Held[]
  counted: TransferEntry[]
}

/** Whatever else is drawn, this comes to every end there is. */
const thrice = Array.from({ length: 3 }, () => ({ payee: 'one', currency: 'EUR', amountMinor: 30n }) as const)
const everyEnd: Step[] = [
  { kind: 'spend', device: 0, seconds: 0, payments: thrice },
  { kind: 'again', which: 0 },
  { kind: 'spend', device: 1, seconds: 1, payments: thrice.slice(1) },
  { kind: 'again', which: 0 },
  { kind: 'settle', which: 1, outcome: 'unsent' },
  { kind: 'again', which: 1 },
]

function chosen({ held }: Account, back: number): Held | undefined {
  return held.at(-1 - (back % held.length))
}

async function boundDevice(user: string): Promise<DeviceRecord> {
  const activation = activationRecord(user)
  const enrolment = enrolmentRecord(activation)
  const device = deviceRecord(user)
  await both(async (store) => {
    await store.addActivation(activation, auditEntry('activation.created'))
    await store.redeemActivation(activation.codeId, enrolment, repeatRecord(), auditEntry('enrolment.opened'))
    return store.completeEnrolment(enrolment.id, device, 2, repeatRecord(), auditEntry('device.bound'))
  })
  return device
}

async function heldFor(account: Account, one: Extract<Step, { kind: 'spend' }>): Promise<Held> {
  const device = account.devices[one.device] as DeviceRecord
  const record = approvalRecord(device, { state: 'approved', expiresAt: t0 + 1000 * minute })
  await both((store) => store.addApproval(record, 1, auditEntry('approval.asked')))
  account.now += one.seconds * second
  const entries = one.payments.map((payed, part) =>
    transferEntry(record, { ...payed, part, at: account.now }),
  )
  const held = { record, entries, unsettled: false }
  account.held.push(held)
  return held
}

async function trySpending(account: Account, held: Held): Promise<string> {
  const { now } = account
  held.entries = held.entries.map((entry) => ({ ...entry, at: now }))
  const { record, entries } = held
  const over = await both((store) => store.weighTransfers(entries, limits))
  const result = await both((store) => store.spendApproval(spending(record, { now, entries, limits })))
  if (result.kind === 'over') expect(result.limits).toEqual(over)
  if (result.kind === 'spent') {
    expect(over).toEqual([])
    held.unsettled = true
    account.counted = [...account.counted, ...entries]
  }
  return result.kind
}

async function trySettling(account: Account, one: Extract<Step, { kind: 'settle' }>): Promise<void> {
  const held = chosen(account, one.which)
  if (!held) return
  await both((store) => store.settleApproval(held.record.id, one.outcome, account.now))
  if (held.unsettled && one.outcome !== 'committed')
    account.counted = account.counted.filter(({ approvalId }) => approvalId !== held.record.id)
  held.unsettled = false
}

/** In no window that ends with any of the transfers. */
function expectHeld(counted: readonly TransferEntry[]): void {
  for (const { of, windowMs, sumMinor, count } of limits) {
    const mark = { user: 'user', device: 'deviceId', payee: 'payee' } as const
    for (const last of counted) {
      const window = counted.filter(
        (one) =>
          one.currency === last.currency &&
          one[mark[of]] === last[mark[of]] &&
          one.at > last.at - windowMs &&
          one.at <= last.at,
      )
      const sum = window.reduce((total, { amountMinor }) => total + amountMinor, 0n)
      if (sumMinor !== null) expect(sum <= sumMinor).toBe(true)
      if (count !== null) expect(window.length).toBeLessThanOrEqual(count)
    }
  }
}

it('memory and SQL agree about any sequence of spending and settling, and no limit is ever passed', async () => {
  const kinds = new Set<string>()
  const sequences = fc.array(step, { minLength: 5, maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(sequences, async (played) => {
      const user = name('user')
      const devices = [await boundDevice(user), await boundDevice(user)]
      const account: Account = { now: t0, devices, held: [], counted: [] }
      for (const one of played) {
        if (one.kind === 'settle') await trySettling(account, one)
        else {
          const held = one.kind === 'spend' ? await heldFor(account, one) : chosen(account, one.which)
          if (held) kinds.add(`${one.kind} ${await trySpending(account, held)}`)
        }
        expectHeld(account.counted)
      }
      for (const payee of ['one', 'two', 'three']) await both((store) => habitsOf(store, user, { payee }))
      const euros = account.counted.filter(({ currency }) => currency === 'EUR')
      expect((await habitsOf(memory, user)).count).toBe(euros.length)
    }),
    { numRuns: 25, examples: [[everyEnd]] },
  )
  expect([...kinds].toSorted()).toEqual([
    'again gone',
    'again over',
    'again spent',
    'spend over',
    'spend spent',
  ])
})
