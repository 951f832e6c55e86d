/** Many small payments at once, sent until they are answered, while the bank they are sent to dies and comes back. */
import { foreign } from './books.ts'
import { firstAccount, gatewayFor, type Heard } from './gateway.ts'
import type { Serving } from './process.ts'

export type Storm = {
  readonly payments: number
  readonly senders: number
  /** Answers a process gives before it is killed, in the middle of the others. */
  readonly answersEach: number
  readonly kills: number
  readonly start: () => Promise<Serving>
}

export type Outcome = {
  /** Still running. */
  readonly serving: Serving
  /** By payment: what was answered, byte for byte. */
  readonly heard: ReadonlyMap<number, string>
  /** How often nobody answered. */
  readonly cut: number
  /** Sends a payment once more. */
  readonly again: (i: number) => Promise<Heard | null>
}

const now = (): Date => new Date()

export async function storm({ payments, senders, answersEach, kills, start }: Storm): Promise<Outcome> {
  let serving = await start()
  const from = await firstAccount(gatewayFor(serving.origin, 'maria', now))
  const left = Array.from({ length: payments }, (_, i) => i)
  const heard = new Map<number, string>()
  let replaced = Promise.resolve()
  let [killed, answers, cut] = [0, 0, 0]

  /** Null when the process died before it answered. */
  async function send(i: number): Promise<Heard | null> {
    const amount = { currency: 'EUR', value: '0.01' }
    const body = { from, name: 'Storm', iban: foreign, amount, reference: `storm ${i}` }
    const fields = { 'idempotency-key': `storm-order-${String(i).padStart(8, '0')}` }
    const sent = { method: 'POST', body, fields }
    return gatewayFor(serving.origin, 'maria', now)('/transfers', sent).catch(() => null)
  }

  async function replace(): Promise<void> {
    const how = await serving.stop('SIGKILL')
    if (how !== 'SIGKILL') throw new Error(`it ended with ${how} before it was killed`)
    serving = await start()
    answers = 0
  }

  async function settle(i: number): Promise<void> {
    for (;;) {
      const answer = await send(i)
      if (answer?.status === 201) return void heard.set(i, answer.bytes.toString())
      // The books cannot be reached for a moment: the same again, as the answer says.
      if (answer?.status === 503) continue
      if (answer !== null) throw new Error(`payment ${i}: ${answer.bytes.toString()}`)
      cut++
      await replaced
    }
  }

  async function sender(): Promise<void> {
    for (let i = left.shift(); i !== undefined; i = left.shift()) {
      await settle(i)
      answers++
      if (answers < answersEach || killed === kills) continue
      answers = 0
      killed++
      replaced = replaced.then(replace)
    }
  }
  await Promise.all(Array.from({ length: senders }, sender))
  await replaced
  if (killed < kills) throw new Error(`killed ${killed} times only`)
  return { serving, heard, cut, again: send }
}
