/** Whether the user wants things to move. */
import { useEffect, useState } from 'react'
import { AccessibilityInfo } from 'react-native'

export function useStillness(): boolean {
  const [still, setStill] = useState(false)
  useEffect(() => {
    let gone = false
    async function ask(): Promise<void> {
      const reduced = await AccessibilityInfo.isReduceMotionEnabled()
      if (!gone) setStill(reduced)
    }
    void ask()
    const listening = AccessibilityInfo.addEventListener('reduceMotionChanged', setStill)
    return () => {
      gone = true
      listening?.remove()
    }
  }, [])
  return still
}
