import { useEffect, useState } from 'react'
import { ActivityIndicator } from 'react-native'
import { useStillness } from '../device/motion.ts'
import { Icon } from './Icon.tsx'

/** Nobody needs to be told of less, in milliseconds. */
const noticed = 500

/** True once `busy` has lasted long enough to be told. */
export function useSlow(busy: boolean): boolean {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    if (!busy) return undefined
    const timer = setTimeout(() => setSlow(true), noticed)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [busy])
  return slow
}

export function Spinner({ color, size = 20 }: { readonly color: string; readonly size?: number }) {
  const still = useStillness()
  return still ? (
    <Icon name="clock" size={size} color={color} />
  ) : (
    <ActivityIndicator color={color} size={size} />
  )
}
