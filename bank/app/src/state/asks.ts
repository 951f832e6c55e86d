/** What the client wants of its user in the middle of something: one question after another, each answered by a sheet. */
import type { ApprovalRequest, Factor, Need } from '@holdfast/client'

export type Question =
  | { readonly kind: 'factor'; readonly need: Need }
  | { readonly kind: 'approval'; readonly request: ApprovalRequest }

export type Asked = {
  readonly question: Question
  /** It was answered, and nobody knows yet what came of it. */
  readonly busy: boolean
  readonly answer: (factor: Factor | null) => void
}

export type Asks = {
  readonly ask: (question: Question) => Promise<Factor | null>
  readonly current: () => Asked | null
  readonly subscribe: (listener: () => void) => () => void
  /** Every open question is answered with no. */
  readonly dismiss: () => void
  /** What asked for an approval has ended, one way or the other. */
  readonly settle: () => void
  /** How often an approval was given: a call in which that did not grow carried out nothing that needs one. */
  readonly given: () => number
}

export function createAsks(): Asks {
  const waiting: Asked[] = []
  /** An approval that was given stays on the screen until something comes of it. */
  let working: Asked | null = null
  let given = 0
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  function settle(): void {
    if (working === null) return
    working = null
    tell()
  }
  return {
    ask: (question) =>
      new Promise((resolve) => {
        const asked: Asked = {
          question,
          busy: false,
          answer(factor): void {
            const at = waiting.indexOf(asked)
            if (at === -1) return
            waiting.splice(at, 1)
            if (factor !== null && question.kind === 'approval') {
              given++
              working = { question, busy: true, answer: nothing }
            }
            tell()
            resolve(factor)
          },
        }
        waiting.push(asked)
        working = null
        tell()
      }),
    current: () => waiting[0] ?? working,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dismiss(): void {
      while (waiting[0] !== undefined) waiting[0].answer(null)
      settle()
    },
    settle,
    given: () => given,
  }
}

const nothing = (): void => undefined
