/** One approval and what it is made of, told apart at the platform's own ports: nothing inside the client is touched. */

import type { Factor, Session } from '@holdfast/client'
import { sizeOf, together } from '../phone/order.ts'
import type { Acts } from '../phone/order.ts'
import type { TimedPlatform } from '../phone/timed-platform.ts'
import { cut } from '../phone/times.ts'
import { transferOf } from './payer.ts'
import type { Payer } from './payer.ts'
import { transfersPath, unaskedPath } from './settings.ts'

/** What the time between two calls of a port, or in one, goes to; in order, so that they add up to the whole. */
const ways = {
  plain: ['phone', 'request', 'phone'],
  presence: [
    'phone', // signed and sealed
    'challenge',
    'phone', // opened and compared with what was sent, shown
    'signature',
    'phone',
    'proof',
    'phone',
    'repeated request',
    'phone',
  ],
  passcode: [
    'phone',
    'challenge',
    'phone',
    'first message',
    'phone',
    'Argon2id',
    'phone',
    'proof',
    'phone',
    'repeated request',
    'phone',
  ],
} as const
type Way = keyof typeof ways
type Piece = (typeof ways)[Way][number]

const waits: ReadonlySet<Piece> = new Set([
  'request',
  'challenge',
  'first message',
  'proof',
  'repeated request',
])

/** In one round, so that 95 % of them are some. */
const leastPayments = 20

export interface Asking {
  readonly session: Session
  readonly timer: TimedPlatform
  readonly payer: Payer
  /** What the user gives when he is asked. */
  readonly give: (factor: Factor | null) => void
}

async function pay({ session, timer, payer, give }: Asking, way: Way, factor: Factor | null) {
  give(factor)
  const init = {
    method: 'POST',
    body: transferOf(payer),
    headers: { 'content-type': 'application/json' },
  }
  timer.marks()
  const begun = performance.now()
  const answer = await session.fetch(factor === null ? unaskedPath : transfersPath, init)
  await answer.arrayBuffer()
  const done = performance.now()
  if (!answer.ok) throw new Error(`the payment was answered ${answer.status}`)
  const marks = [begun, ...timer.marks(), done]
  // A call that renews a token first is another thing.
  return marks.length === ways[way].length + 1
    ? { ms: done - begun, pieces: cut<Piece>(ways[way], marks) }
    : null
}

export function approvalActs(asking: Asking, way: Way, factor: Factor | null): Acts {
  const names = ['whole', 'service', ...new Set<Piece>(ways[way])] as const
  return together(names, async (times, order) => {
    const end = performance.now() + order.durationMs
    for (let paid = 0; paid < sizeOf(leastPayments, order) || performance.now() < end; ) {
      const payment = await pay(asking, way, factor)
      if (payment === null) continue
      paid += 1
      let service = 0
      for (const [piece, ms] of payment.pieces) {
        times[piece].add(ms)
        if (waits.has(piece)) service += ms
      }
      times.whole.add(payment.ms)
      times.service.add(service)
    }
  })
}
