/** What becomes of an approval whose request goes to a backend (docs/protocol.md 9.4): it follows the claim. */
import type { Approved } from '@holdfast/server'
import type { Outcome } from './outcome.ts'

/** The approval first: money that may have moved is counted before anybody hears of it. */
export function withApproval(outcome: Outcome, approved: Approved): Outcome {
  let status = 0
  return {
    start(answerStatus, list): void {
      status = answerStatus
      outcome.start(answerStatus, list)
    },
    receive: (chunk) => outcome.receive(chunk),
    async complete(): Promise<void> {
      await approved.settle(status)
      await outcome.complete()
    },
    async unknown(): Promise<void> {
      await approved.unknown()
      await outcome.unknown()
    },
    async release(): Promise<void> {
      await approved.unsent()
      await outcome.release()
    },
  }
}
