/** A PIN for as long as it is shown: ten seconds, as bytes that are overwritten, in this one place. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useAct, type Act } from './use-act.ts'
import { useOpen } from './use-app.tsx'

export const pinSeconds = 10

export type ShownPin = Pick<Act, 'busy' | 'error'> & {
  /** The card whose PIN was asked for last. */
  readonly card: string | null
  readonly digits: Uint8Array | null
  readonly show: (card: string) => void
  readonly hide: () => void
}

export function usePin(): ShownPin {
  const { bank } = useOpen()
  const { busy, error, run } = useAct()
  const [digits, setDigits] = useState<Uint8Array | null>(null)
  const [card, setCard] = useState<string | null>(null)
  const held = useRef<Uint8Array | null>(null)
  const gone = useRef(false)

  const hide = useCallback((): void => {
    held.current?.fill(0)
    held.current = null
    setDigits(null)
  }, [])
  // A screen that goes away, by a lock for one, takes it along.
  useEffect(() => {
    gone.current = false
    return () => {
      gone.current = true
      held.current?.fill(0)
      held.current = null
    }
  }, [])
  const show = useCallback(
    (of: string): void =>
      run(async () => {
        setCard(of)
        const pin = await bank.cardPin(of)
        hide()
        if (gone.current) {
          pin.fill(0)
          return
        }
        held.current = pin
        setDigits(pin)
      }),
    [bank, hide, run],
  )
  return { card, busy, error, digits, show, hide }
}
