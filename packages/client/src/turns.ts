/** One act at a time, for platforms whose storage no other process shares. */
import type { Exclusive } from './ports.ts'

export function createTurns(): Exclusive {
  const last = new Map<string, Promise<unknown>>()
  return <Result>(name: string, act: () => Promise<Result>): Promise<Result> => {
    const run = (last.get(name) ?? Promise.resolve()).then(act)
    last.set(
      name,
      run.catch(() => undefined),
    )
    return run
  }
}
