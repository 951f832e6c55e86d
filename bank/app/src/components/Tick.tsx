/** It worked: a tick that springs up, unless its user wants things to stand still. */
import { useEffect, useRef } from 'react'
import { Animated } from 'react-native'
import { useStillness } from '../device/motion.ts'
import { Disc } from './Disc.tsx'

export function Tick({ size = 88 }: { readonly size?: number }) {
  const still = useStillness()
  const scale = useRef(new Animated.Value(0.6)).current
  useEffect(() => {
    const spring = Animated.spring(scale, { toValue: 1, friction: 5, tension: 120, useNativeDriver: false })
    if (still) scale.setValue(1)
    else spring.start()
    return () => spring.stop()
  }, [scale, still])
  return (
    <Animated.View aria-hidden style={{ transform: [{ scale }] }}>
      <Disc icon="check" tone="good" size={size} />
    </Animated.View>
  )
}
