/** Whether the user wants things to move. */
import { useEffect, useState } from 'react'
import { AccessibilityInfo } from 'react-native'

/** As last heard: what comes up later need not change its mind in the middle of a movement. */
let known = false

export function useStillness(): boolean {
  const [still, setStill] = useState(known)
  useEffect(() => {
    let gone = false
    function hear(reduced: boolean): void {
      known = reduced
      if (!gone) setStill(reduced)
    }
    async function ask(): Promise<void> {
      hear(await AccessibilityInfo.isReduceMotionEnabled())
    }
    void ask()
    const listening = AccessibilityInfo.addEventListener('reduceMotionChanged', hear)
    return () => {
      gone = true
      listening?.remove()
    }
  }, [])
  return still
}
