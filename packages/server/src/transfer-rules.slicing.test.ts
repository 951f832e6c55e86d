/** Attack 77: amounts just under a limit, many of them, over days, payees and devices: the rules and the store together. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { approvalRecord, spending, transferEntry } from './stores/contract/approval-facts.ts'
import { auditEntry, enrolledDevice, name } from './stores/contract/facts.ts'
import { memoryStore } from './stores/memory/index.ts'
import type { DeviceRecord, DurableStore } from './store.ts'
import type { TransferEntry } from './store-approvals.ts'
import { createTransferRules, type TransferPolicy } from './transfer-rules.ts'

const hour = 3_600_000
const day = 24 * hour
const policy: TransferPolicy = {
  currency: 'EUR',
  rules: [
    { name: 'one', verdict: 'refuse', kind: 'limit', of: 'user', sum: '8.00' },
    { name: 'day', verdict: 'refuse', kind: 'limit', of: 'user', perSeconds: 86_400, sum: '10.00' },
    { name: 'hour', verdict: 'refuse', kind: 'limit', of: 'device', perSeconds: 3600, count: 4 },
    {
      name: 'cooling off',
      verdict: 'hold',
      kind: 'limit',
      of: 'payee',
      perSeconds: 172_800,
      sum: '3.00',
      payeeNewerThanSeconds: 172_800,
    },
  ],
  habitDays: 90,
  releases: 2,
  holdSeconds: 86_400,
  releasedSeconds: 3600,
}
const rules = createTransferRules(policy)
const accounts = ['a', 'b', 'c']

const step = fc.record({
  // Half a minute to either side of midnight, and all between.
  afterMs: fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: day })),
  device: fc.nat({ max: 1 }),
  payments: fc.array(
    fc.record({ payee: fc.constantFrom(...accounts), amountMinor: fc.bigInt({ min: 1n, max: 1000n }) }),
    { minLength: 1, maxLength: 4 },
  ),
})
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** As a service does it: judged with the facts of the moment, and spent where nothing speaks against it. */
async function send(
  store: DurableStore,
  device: DeviceRecord,
  { payments }: Step,
  now: number,
): Promise<TransferEntry[]> {
  const record = approvalRecord(device, { state: 'approved', expiresAt: now + hour })
  await store.addApproval(record, 1000, auditEntry('approval.asked'))
  const entries = payments.map((payment, part) => transferEntry(record, { ...payment, part, at: now }))
  const habits = await Promise.all(
    entries.map(({ user, payee, network, currency }) =>
      store.transferHabits({ user, payee, network, currency, since: now - 90 * day }),
    ),
  )
  const facts = {
    now,
    device,
    habits,
    failures: 0,
    payments: entries.map(({ payee, currency, amountMinor }) => ({ account: payee, currency, amountMinor })),
  }
  const limits = rules.limitsFor(facts)
  const { verdict } = rules.judge(facts, await store.weighTransfers(entries, limits))
  if (verdict !== 'allow') return []
  expect(await store.spendApproval(spending(record, { now, entries, limits }))).toEqual({ kind: 'spent' })
  return entries
}

const sumOf = (entries: readonly TransferEntry[]): bigint =>
  entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)

/** In no window that ends with any payment, wherever midnight lies. */
function expectHeld(sent: readonly TransferEntry[]): void {
  for (const last of sent) {
    const within = (ms: number) => sent.filter(({ at }) => at > last.at - ms && at <= last.at)
    expect(sumOf(sent.filter(({ approvalId }) => approvalId === last.approvalId)) <= 800n).toBe(true)
    expect(sumOf(within(day)) <= 1000n).toBe(true)
    expect(within(hour).filter(({ deviceId }) => deviceId === last.deviceId).length).toBeLessThanOrEqual(4)
  }
  for (const payee of accounts) {
    const own = sent.filter((entry) => entry.payee === payee)
    const first = own[0]?.at ?? 0
    expect(sumOf(own.filter(({ at }) => at < first + 2 * day)) <= 300n).toBe(true)
  }
}

it('no sequence of transfers gets more through than the limits say', async () => {
  const store = memoryStore()
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 20 }), async (steps) => {
      const user = name('user')
      const devices = [await enrolledDevice(store, user), await enrolledDevice(store, user)]
      const sent: TransferEntry[] = []
      let now = Date.UTC(2026, 2, 28, 23, 59, 30)
      for (const one of steps) {
        now += one.afterMs
        const entries = await send(store, devices[one.device] as DeviceRecord, one, now)
        outcomes.add(entries.length > 0 ? 'sent' : 'stopped')
        sent.push(...entries)
      }
      expectHeld(sent)
    }),
    { numRuns: 200 },
  )
  expect([...outcomes].toSorted()).toEqual(['sent', 'stopped'])
})
