/** What becomes of the claim of an unsafe request (docs/protocol.md 3.7). Nothing here rejects: failures go to the log. */
import type { Claim } from '@holdfast/server'
import { createGathering, type Gathering } from './gathering.ts'

export type RunClaim = Extract<Claim, { kind: 'run' }>

export interface Outcome {
  /** The head of the answer; fields as a flat list. */
  start(status: number, list: readonly string[]): void
  receive(chunk: Uint8Array): void
  /** The backend's answer is whole. */
  complete(): Promise<void>
  /** Nobody knows how it ended. */
  unknown(): Promise<void>
  /** Nothing was sent, or sending it again does no harm. */
  release(): Promise<void>
}

/** Keeps answers of up to `answerBytes`. A claim that cannot be settled stays as it is: it is never run again. */
export function createOutcome(
  claim: RunClaim,
  options: { readonly answerBytes: number; readonly onFailure: (error: unknown) => void },
): Outcome {
  let status = 0
  let fields: ReadonlyArray<readonly [string, string]> = []
  /** Null once the answer is too large to keep. */
  let body: Gathering | null = createGathering({ atMostBytes: options.answerBytes })

  return {
    start(answerStatus: number, list: readonly string[]): void {
      status = answerStatus
      fields = pairsOf(list)
    },
    receive(chunk: Uint8Array): void {
      if (body !== null && body.length + chunk.length > options.answerBytes) body = null
      body?.append(chunk)
    },
    async complete(): Promise<void> {
      try {
        if (body === null) await claim.executed()
        else await claim.settle({ status, fields, body: body.take() })
      } catch (error) {
        options.onFailure(error)
      }
    },
    unknown: (): Promise<void> => claim.unknown().catch(options.onFailure),
    release: (): Promise<void> => claim.release().catch(options.onFailure),
  }
}

function pairsOf(list: readonly string[]): Array<readonly [string, string]> {
  const pairs: Array<readonly [string, string]> = []
  for (let i = 0; i + 1 < list.length; i += 2) pairs.push([list[i] as string, list[i + 1] as string])
  return pairs
}
