/** What a screen shows of the bank: what was loaded before at once, and anew whenever the screen comes up. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Bank } from '../bank/bank.ts'
import { tell } from '../errors.ts'
import { useShown } from '../nav/nav.tsx'
import { useWords } from '../words/language.tsx'
import { useApp, useOpen } from './use-app.tsx'

export type Loaded<Value> = {
  /** Null until it has come for the first time. */
  readonly value: Value | null
  readonly error: string | null
  readonly loading: boolean
  readonly reload: () => void
}

/** `name` says which answer it is, parameters included. */
export function useLoad<Value>(name: string, load: (bank: Bank) => Promise<Value>): Loaded<Value> {
  const app = useApp()
  const words = useWords()
  const { bank, loaded } = useOpen()
  const shown = useShown()
  const [failure, setFailure] = useState<unknown>(null)
  const [loading, setLoading] = useState(true)
  const latest = useRef(load)
  latest.current = load
  const turn = useRef(0)

  const reload = useCallback((): void => {
    turn.current++
    const mine = turn.current
    async function fetchIt(): Promise<unknown> {
      try {
        loaded.set(name, await latest.current(bank))
        return null
      } catch (error) {
        await app.failed(error)
        return error
      }
    }
    async function show(): Promise<void> {
      const error = await fetchIt()
      // A later load has the word.
      if (turn.current !== mine) return
      setFailure(error)
      setLoading(false)
    }
    setLoading(true)
    void show()
  }, [app, bank, loaded, name])

  useEffect(() => {
    if (!shown) return undefined
    reload()
    return () => {
      turn.current++
    }
  }, [shown, reload])

  const value = (loaded.get(name) as Value | undefined) ?? null
  return { value, error: failure === null ? null : tell(failure, words), loading, reload }
}
