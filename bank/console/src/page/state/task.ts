/** One thing that is sent: busy while it is, and in words when it was refused. */
import { useCallback, useState } from 'react'
import { Refused } from '../api/call.ts'
import { words } from '../words.ts'

export type Task = {
  readonly busy: boolean
  readonly problem: string | null
  /** True when it went through. Only one runs at a time. */
  readonly run: (act: () => Promise<void>) => Promise<boolean>
  readonly setProblem: (problem: string | null) => void
}

export function sayRefusal(code: string): string {
  return Object.hasOwn(words.refusals, code) ? (words.refusals[code] as string) : words.refused(code)
}

export function useTask(): Task {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const run = useCallback(async (act: () => Promise<void>): Promise<boolean> => {
    setBusy(true)
    setProblem(null)
    try {
      await act()
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setProblem(sayRefusal(error.code))
      return false
    } finally {
      setBusy(false)
    }
  }, [])
  return { busy, problem, run, setProblem }
}
