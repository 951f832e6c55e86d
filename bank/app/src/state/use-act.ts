/** What a press sets off: one at a time, its error told in words. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { tell } from '../errors.ts'
import { useWords } from '../words/language.tsx'
import { useApp } from './use-app.tsx'

export type Act = {
  readonly busy: boolean
  readonly error: string | null
  readonly run: (act: () => Promise<unknown>) => void
  /** For what goes wrong before anything is sent. */
  readonly complain: (text: string | null) => void
}

export function useAct(): Act {
  const app = useApp()
  const words = useWords()
  const [busy, setBusy] = useState(false)
  const [error, complain] = useState<string | null>(null)
  const running = useRef(false)
  const gone = useRef(false)
  useEffect(() => {
    gone.current = false
    return () => {
      gone.current = true
    }
  }, [])

  const run = useCallback(
    (act: () => Promise<unknown>): void => {
      if (running.current) return
      running.current = true
      setBusy(true)
      complain(null)
      void act()
        .catch(async (caught: unknown) => {
          await app.failed(caught)
          if (!gone.current) complain(tell(caught, words))
        })
        .finally(() => {
          running.current = false
          if (!gone.current) setBusy(false)
        })
    },
    [app, words],
  )
  return { busy, error, run, complain }
}
