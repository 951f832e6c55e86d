import { useEffect, useRef, useState } from 'react'

/** Seconds until `until` (milliseconds since 1970), every second; `over` is called once. */
export function useCountdown(until: number, over?: () => void): number {
  const [now, setNow] = useState(() => Date.now())
  const ring = useRef(over)
  ring.current = over
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now())
      if (Date.now() < until) return
      clearInterval(timer)
      ring.current?.()
    }, 1000)
    return () => clearInterval(timer)
  }, [until])
  return Math.max(0, Math.ceil((until - now) / 1000))
}
