/** A PIN, for ten seconds, with what is left of them; gone at once when the app is not in front any more. */
import { useEffect, useRef, useState } from 'react'
import { Animated, Easing, View } from 'react-native'
import { useCountdown } from '../device/countdown.ts'
import { useStillness } from '../device/motion.ts'
import { useSecretScreen } from '../device/secret-screen.ts'
import { pinSeconds } from '../state/use-pin.ts'
import { radius, space, stylesOf, touch } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Button } from './Button.tsx'
import { Sheet } from './Sheet.tsx'
import { Type } from './Type.tsx'

export type PinSheetProps = {
  /** ASCII. */
  readonly digits: Uint8Array
  readonly onHide: () => void
}

const useStyles = stylesOf((colors) => ({
  digits: { flexDirection: 'row', justifyContent: 'center', gap: space.m, paddingVertical: space.m },
  digit: {
    minWidth: touch + space.s,
    minHeight: 72,
    borderRadius: radius.m,
    backgroundColor: colors.surface,
    alignItems: 'center',
    justifyContent: 'center',
    paddingHorizontal: space.s,
  },
  track: { height: 6, borderRadius: 3, backgroundColor: colors.line, overflow: 'hidden' },
  bar: { height: 6, borderRadius: 3, backgroundColor: colors.brand },
}))

export function PinSheet({ digits, onHide }: PinSheetProps) {
  const styles = useStyles()
  const { cards } = useWords()
  const [until] = useState(() => Date.now() + pinSeconds * 1000)
  const seconds = useCountdown(until, onHide)
  useSecretScreen(onHide)
  const each = Array.from(digits, (code) => String.fromCharCode(code))
  return (
    <Sheet
      title={cards.pinTitle}
      onClose={onHide}
      footer={<Button kind="secondary" title={cards.hide} onPress={onHide} />}
    >
      <Type tone="soft">{cards.pinText}</Type>
      <View role="img" aria-label={cards.pinSays(each.join(' '))} style={styles.digits}>
        {each.map((digit, i) => (
          // oxlint-disable-next-line react/no-array-index-key
          <View key={i} style={styles.digit}>
            <Type kind="hero" tabular>
              {digit}
            </Type>
          </View>
        ))}
      </View>
      <TimeLeft seconds={seconds} />
      <Type kind="small" tone="soft" align="center">
        {cards.never}
      </Type>
    </Sheet>
  )
}

/** It shrinks from the first moment to the last; for who does not want things to move, by a second at a time. */
function TimeLeft({ seconds }: { readonly seconds: number }) {
  const styles = useStyles()
  const { cards } = useWords()
  const still = useStillness()
  const left = useRef(new Animated.Value(1)).current
  useEffect(() => {
    const duration = pinSeconds * 1000
    const shrinking = Animated.timing(left, {
      toValue: 0,
      duration,
      easing: Easing.linear,
      useNativeDriver: false,
    })
    shrinking.start()
    return () => shrinking.stop()
  }, [left])
  const width = left.interpolate({ inputRange: [0, 1], outputRange: ['0%', '100%'] })
  return (
    <View style={{ gap: space.s }}>
      <View
        role="progressbar"
        aria-label={cards.time}
        aria-valuemin={0}
        aria-valuemax={pinSeconds}
        aria-valuenow={seconds}
        aria-valuetext={cards.gone(seconds)}
        style={styles.track}
      >
        {still ? (
          <View style={[styles.bar, { width: `${(seconds * 100) / pinSeconds}%` }]} />
        ) : (
          <Animated.View style={[styles.bar, { width }]} />
        )}
      </View>
      <Type kind="small" tone="soft" align="center" tabular>
        {cards.gone(seconds)}
      </Type>
    </View>
  )
}
