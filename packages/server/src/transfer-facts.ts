/** What the rules of transfers look at (docs/protocol.md 9.5), and what follows from it. */
import type { Payment } from './approval-form.ts'
import type { DeviceRecord } from './store-records.ts'
import type { TransferHabits } from './store-approvals.ts'
import type { ExpressionFacts } from './transfer-expression.ts'

export type TransferFacts = {
  readonly now: number
  readonly payments: readonly Payment[]
  /** `createdAt`: since when it is the same, passcode and presence key included. */
  readonly device: DeviceRecord
  /** One for each payment. */
  readonly habits: readonly TransferHabits[]
  /** Wrong passcodes of this user that are still counted. */
  readonly failures: number
}

/** Of whom nothing is known: a payee never paid, from a network never seen. */
const nothing: TransferHabits = { payeeSince: null, networkSince: null, count: 0, largestMinor: 0n }

/** The habits of the user himself, alike for each of his payments. */
export function habitsOf({ habits }: Pick<TransferFacts, 'habits'>): TransferHabits {
  return habits[0] ?? nothing
}

export function sumOf(payments: readonly Payment[]): bigint {
  return payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
}

/** True for what never was, too, and for what other clocks put into the future. */
export function isNewer(since: number | null, seconds: number, now: number): boolean {
  return since === null || now - since < seconds * 1000
}

/** Those to a payee first paid less than `seconds` ago, or never. */
export function toNewPayees({ now, payments, habits }: TransferFacts, seconds: number): Payment[] {
  return payments.filter((_, i) => isNewer((habits[i] ?? nothing).payeeSince, seconds, now))
}

/** Whole seconds; -1: never. */
function ageOf(since: number | null, now: number): bigint {
  return since === null ? -1n : BigInt(Math.max(0, Math.floor((now - since) / 1000)))
}

export function expressionFacts(facts: TransferFacts): ExpressionFacts {
  const { now, payments, device, failures } = facts
  const time = new Date(now)
  const { networkSince, count, largestMinor } = habitsOf(facts)
  const payees = payments.map((_, i) => ageOf((facts.habits[i] ?? nothing).payeeSince, now))
  return {
    amount: sumOf(payments),
    payments: BigInt(payments.length),
    device_age_seconds: ageOf(device.createdAt, now),
    payee_age_seconds: payees.reduce((newest, age) => (age < newest ? age : newest), payees[0] ?? -1n),
    network_age_seconds: ageOf(networkSince, now),
    hour: BigInt(time.getUTCHours()),
    weekday: BigInt(time.getUTCDay() || 7),
    largest: largestMinor,
    count: BigInt(count),
    failures: BigInt(failures),
  }
}
