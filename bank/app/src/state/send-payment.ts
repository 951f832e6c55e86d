/** Sends a payment so that it is carried out once at most, whatever becomes of network, phone and app meanwhile. */
import { type ErrorCode, HoldfastError } from '@holdfast/client'
import { BankError } from '../bank/bank.ts'
import type { Transfer } from '../bank/shapes.ts'
import type { App } from './app.ts'
import { type KeptPayment, keptPayments } from './kept-payments.ts'
import type { Open } from './standing.ts'

/** `unknown`: it may have been carried out. It stays kept, and is to be sent again under its key. */
export type Sent =
  | { readonly kind: 'paid'; readonly transfer: Transfer }
  | { readonly kind: 'held'; readonly approval: string }
  | { readonly kind: 'unknown'; readonly error: unknown }

/** After these nothing was done, and nothing will be: the service looks for an earlier outcome of the same key before it says so. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'approval_declined',
  'approval_expired',
  'approval_refused',
  'approval_body_refused',
  'transfer_refused',
])

/** The service keeps an outcome for 24 hours (docs/protocol.md 3.7): after that the same key would pay once more. */
export const repeatableMs = 20 * 3_600_000

function isRefusal(error: unknown): boolean {
  if (error instanceof HoldfastError) return refusals.has(error.code)
  return error instanceof BankError && error.status >= 400 && error.status < 500
}

export type Sender = Pick<App, 'asks'> & Pick<Open, 'session' | 'bank'>

/** Rejects when nothing was done; the payment is kept no longer then. */
export async function sendPayment({ asks, session, bank }: Sender, payment: KeptPayment): Promise<Sent> {
  const kept = keptPayments(session)
  const { key, order, approval } = payment
  const known = (await kept.list()).some((one) => one.key === key)
  await kept.keep(payment)
  const given = asks.given()
  try {
    const transfer = await bank.transfer(order, {
      idempotencyKey: key,
      ...(approval === null ? {} : { approval }),
    })
    await kept.drop(key).catch(() => undefined)
    return { kind: 'paid', transfer }
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'approval_held' && error.approvalId !== undefined) {
      await kept.keep({ ...payment, approval: error.approvalId })
      return { kind: 'held', approval: error.approvalId }
    }
    // What nobody ever approved was not carried out.
    const untouched = !known && approval === null && asks.given() === given
    if (!untouched && !isRefusal(error)) return { kind: 'unknown', error }
    await kept.drop(key).catch(() => undefined)
    throw error
  }
}
