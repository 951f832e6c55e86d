/**
 * Behind the gateway an order lies in a queue, where somebody changes it. Whoever carries it out verifies the evidence that came with it:
 * the check of examples/node-accounts.
 */
import { statementPath } from '@holdfast/core'
import { pathToFileURL } from 'node:url'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { approved, mule, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import { json, plain, serviceKey } from '../phone.ts'
import type { Target } from '../target.ts'

type Queued = {
  readonly evidence: string
  readonly method: string
  readonly uri: string
  readonly user: string
  readonly body: string
}

/** As examples/node-accounts/approval.mjs exports it. */
type TokenKeys = ReadonlyMap<string, unknown>
type Check = {
  readonly tokenKeysOf: (
    statement: string,
    service: { issuer: string; pins: string[]; now: number },
  ) => TokenKeys
  readonly checkApproval: (
    field: string,
    request: object,
    known: { tokenKeys: TokenKeys; now: number },
  ) => object
  readonly NotApproved: new () => Error
}

/** Whether the backend would carry it out. */
async function checkOf(target: Target): Promise<(queued: Queued) => boolean> {
  const file = target.neighbour('examples/node-accounts/approval.mjs')
  const { tokenKeysOf, checkApproval, NotApproved } = (await import(pathToFileURL(file).href)) as Check
  const { text } = await target.send(plain(target, statementPath))
  const [issuer, now] = [target.origin, Math.floor(Date.now() / 1000)]
  const tokenKeys = tokenKeysOf(text, { issuer, pins: [await serviceKey(target)], now })
  return ({ evidence, body, ...request }) => {
    try {
      checkApproval(evidence, { issuer, ...request, body: Buffer.from(body) }, { tokenKeys, now })
      return true
    } catch (error) {
      if (error instanceof NotApproved) return false
      throw error
    }
  }
}

export const attack: Attack = {
  id: '73c-changed-in-queue',
  title: 'Change an approved order between gateway and ledger',
  power: 'writes into the queue behind the gateway',
  gain: 'any payment, carried out as if it had been approved',
  requirement: 'X2',
  section: '9.6',
  expect: 'harmless',
  weaken: {
    file: 'examples/node-accounts/approval.mjs',
    text: 'asked.body === digest(body)',
    instead: 'true',
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const queue: Queued[] = []
    for (const payment of [paymentOf('1.00'), paymentOf('2.00')]) {
      json(await sendApproved(target, customer, await approved(target, customer, orderOf(payment))))
      const [seen] = target.backend?.seen(payment.reference) ?? []
      const { body = '', method = '', fields = {} } = seen ?? {}
      const evidence = fields['holdfast-approval'] ?? ''
      queue.push({ evidence, method, uri: `${target.origin}/pay`, user: customer.phone.user, body })
    }
    const [order, other] = queue as [Queued, Queued]
    const carriesOut = await checkOf(target)
    if (!queue.every(carriesOut)) throw new Error('what was approved is not carried out')
    const { body } = order
    const forged: Readonly<Record<string, Queued>> = {
      amount: { ...order, body: body.replace('"1.00"', '"100.00"') },
      account: { ...order, body: body.replace(/DE\d{20}/, mule.iban) },
      'order of members': { ...order, body: JSON.stringify(JSON.parse(body), ['name', 'iban', 'amount']) },
      evidence: { ...order, evidence: other.evidence },
      user: { ...order, user: 'somebody else' },
      address: { ...order, uri: `${target.origin}/slow/pay` },
      method: { ...order, method: 'PUT' },
      'no evidence': { ...order, evidence: '' },
    }
    const passed = Object.entries(forged).find(([, queued]) => carriesOut(queued))
    return harmless(passed !== undefined && `carried out with another ${passed[0]}`)
  },
}
