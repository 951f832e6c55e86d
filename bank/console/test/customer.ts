/** A customer with a phone and a passcode, who pays. */
import { randomUUID } from 'node:crypto'
import { createClient, HoldfastError } from '@holdfast/client'
import { virtualPhone } from '@holdfast/client/testing'

const passcode = '739264'

export type Payment = {
  readonly amount: { readonly currency: string; readonly value: string }
  readonly name: string
  readonly iban: string
}
/** A payment the gateway keeps back for operators. */
export type Held = {
  readonly id: string
  readonly reasons: readonly string[]
  /** Sends the same once more, under its approval: resolves with the status, or the code it is refused with. */
  sendAgain(): Promise<number | string>
}
export type Customer = {
  readonly device: string
  /** Fails unless the gateway holds it. */
  payHeld(payment: Payment): Promise<Held>
}

const isRefusal = (error: unknown): error is HoldfastError => error instanceof HoldfastError

export const bathroom: Payment = {
  amount: { currency: 'EUR', value: '4800.00' },
  name: 'Rossi Bau GmbH',
  iban: 'DE89370400440532013000',
}

export async function openCustomer(options: {
  readonly origin: string
  readonly trust: readonly string[]
  readonly code: string
  readonly lastDigits: () => string
}): Promise<Customer> {
  const { origin, trust, code: activationCode, lastDigits } = options
  const { platform } = virtualPhone({ insecureFastStretch: true })
  const factor = { passcode }
  const client = createClient({ origin, trust, platform, approve: async () => factor })
  const pending = await client.enrol({ activationCode, deviceName: 'Pixel 8' })
  const { device } = await pending.confirm(lastDigits())
  const first = await client.unlock()
  await first.setPasscode(passcode)
  await first.lock()
  const session = await client.unlock(factor)

  async function send(payment: Payment, idempotencyKey: string, approval?: string): Promise<number> {
    const { status } = await session.fetch('/transfers', {
      method: 'POST',
      body: JSON.stringify(payment),
      headers: { 'content-type': 'application/json' },
      idempotencyKey,
      ...(approval === undefined ? {} : { approval }),
    })
    return status
  }
  return {
    device,
    async payHeld(payment: Payment): Promise<Held> {
      const key = randomUUID()
      const outcome = await send(payment, key).catch((error: unknown) => error)
      if (!isRefusal(outcome) || outcome.code !== 'approval_held' || outcome.approvalId === undefined)
        throw new Error('the payment is not held', { cause: outcome })
      const { approvalId: id, reasons = [] } = outcome
      return {
        id,
        reasons,
        sendAgain: () =>
          send(payment, key, id).catch((error: unknown) => {
            if (isRefusal(error)) return error.code
            throw error
          }),
      }
    },
  }
}
