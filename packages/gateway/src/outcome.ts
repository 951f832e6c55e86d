/** What becomes of the claim of an unsafe request (docs/protocol.md 3.7). Nothing here rejects: failures go to the log. */
import type { Claim } from '@holdfast/server'

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
  let chunks: Uint8Array[] = []
  let length = 0

  return {
    start(answerStatus: number, list: readonly string[]): void {
      status = answerStatus
      fields = pairsOf(list)
    },
    receive(chunk: Uint8Array): void {
      length += chunk.length
      if (length <= options.answerBytes) chunks.push(chunk)
      else chunks = []
    },
    async complete(): Promise<void> {
      try {
        if (length > options.answerBytes) await claim.executed()
        else await claim.settle({ status, fields, body: Buffer.concat(chunks, length) })
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
