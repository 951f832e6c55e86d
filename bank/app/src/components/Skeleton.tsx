/** The shape of what is still on its way. */
import { useEffect, useRef } from 'react'
import { Animated, View } from 'react-native'
import { useStillness } from '../device/motion.ts'
import { radius, space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Card } from './Card.tsx'

const useStyles = stylesOf((colors) => ({
  bone: { backgroundColor: colors.line, borderRadius: radius.s },
  row: { flexDirection: 'row', alignItems: 'center', gap: space.m, minHeight: 44 },
  words: { flex: 1, gap: space.s },
}))

export type SkeletonProps = {
  readonly width?: number | `${number}%`
  readonly height?: number
  readonly round?: boolean
}

export function Skeleton({ width = '100%', height = 16, round = false }: SkeletonProps) {
  const styles = useStyles()
  const still = useStillness()
  const glow = useRef(new Animated.Value(1)).current
  useEffect(() => {
    if (still) return undefined
    const steps = [0.45, 1].map((toValue) =>
      Animated.timing(glow, { toValue, duration: 700, useNativeDriver: false }),
    )
    const pulse = Animated.loop(Animated.sequence(steps))
    pulse.start()
    return () => pulse.stop()
  }, [glow, still])
  return (
    <Animated.View
      style={[styles.bone, { width, height, opacity: glow }, round && { borderRadius: height / 2 }]}
    />
  )
}

export function SkeletonRows({ count = 4 }: { readonly count?: number }) {
  const styles = useStyles()
  const { loading } = useWords().daily.parts
  return (
    <View role="status" aria-label={loading}>
      <Card>
        {Array.from({ length: count }, (_, i) => (
          // oxlint-disable-next-line react/no-array-index-key
          <View key={i} style={styles.row}>
            <Skeleton width={44} height={44} round />
            <View style={styles.words}>
              <Skeleton width="62%" />
              <Skeleton width="38%" height={12} />
            </View>
            <Skeleton width={64} />
          </View>
        ))}
      </Card>
    </View>
  )
}
