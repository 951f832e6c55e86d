import { useEffect, useState } from 'react'
import { useApp } from './use-app.tsx'

/** Whether finger or face opens this device; null until that is known, a moment later. */
export function useFinger(): boolean | null {
  const { client } = useApp()
  const [finger, setFinger] = useState<boolean | null>(null)
  useEffect(() => {
    async function look(): Promise<void> {
      setFinger((await client.ways()).presence)
    }
    // Where it cannot be known the passcode does.
    look().catch(() => setFinger(false))
  }, [client])
  return finger
}
