/** Answers of a backend that leave in one piece (docs/protocol.md 3.8, 8): sealed as their request was, or signed where the route says so. */
import type { HoldfastServer, KeptAnswer } from '@holdfast/server'
import type { Exchange } from './exchange.ts'
import type { Refusal } from './refusal.ts'
import type { Destination } from './route.ts'

/** Of a new answer or one kept for repetition: each is signed or sealed for the request at hand. Never rejects. */
export type WriteWhole = (exchange: Exchange, destination: Destination, answer: KeptAnswer) => Promise<void>

export function leavesWhole({ opened }: Exchange, { signsAnswers }: Destination): boolean {
  return opened !== null || signsAnswers
}

export function createWriteWhole(options: {
  readonly server: Pick<HoldfastServer, 'sign'>
  readonly refusal: Refusal
}): WriteWhole {
  const { server, refusal } = options

  /** The seal already says who made the answer, and for which request. */
  async function signedUnlessSealed({ opened, verified }: Exchange, answer: KeptAnswer): Promise<KeptAnswer> {
    return opened === null && verified !== null ? server.sign(verified, answer) : answer
  }

  return async (exchange, { signsAnswers }, answer) => {
    try {
      await refusal.write(exchange, signsAnswers ? await signedUnlessSealed(exchange, answer) : answer)
    } catch (error) {
      await refusal.refuse(exchange, error)
    }
  }
}
