/** What the client wants of its user in the middle of something: one question after another, each answered by a sheet. */
import type { ApprovalRequest, Factor, Need } from '@holdfast/client'

export type Question =
  | { readonly kind: 'factor'; readonly need: Need }
  | { readonly kind: 'approval'; readonly request: ApprovalRequest }

export type Asked = { readonly question: Question; readonly answer: (factor: Factor | null) => void }

export type Asks = {
  readonly ask: (question: Question) => Promise<Factor | null>
  readonly current: () => Asked | null
  readonly subscribe: (listener: () => void) => () => void
  /** Every open question is answered with no. */
  readonly dismiss: () => void
}

export function createAsks(): Asks {
  const waiting: Asked[] = []
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  return {
    ask: (question) =>
      new Promise((resolve) => {
        const asked: Asked = {
          question,
          answer(factor): void {
            const at = waiting.indexOf(asked)
            if (at === -1) return
            waiting.splice(at, 1)
            tell()
            resolve(factor)
          },
        }
        waiting.push(asked)
        tell()
      }),
    current: () => waiting[0] ?? null,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dismiss(): void {
      while (waiting[0] !== undefined) waiting[0].answer(null)
    },
  }
}
