/** The title of a screen or sheet: what reads the screen begins here when it comes up. */
import { useEffect, useRef } from 'react'
import { Text, type TextStyle } from 'react-native'
import { focusOn } from '../device/focus.ts'
import { type Kind, type as kinds, useTheme } from '../theme.ts'

export type TitleProps = {
  readonly text: string
  /** Whether it is on top now. */
  readonly shown: boolean
  readonly kind?: Kind
  readonly level?: 1 | 2
  readonly style?: TextStyle
}

/** Reached by code alone. */
const reachable: object = { tabIndex: -1 }

export function Title({ text, shown, kind = 'title', level = 1, style }: TitleProps) {
  const { colors } = useTheme()
  const ref = useRef<Text>(null)
  useEffect(() => {
    if (shown) focusOn(ref.current)
  }, [shown, text])
  return (
    <Text
      ref={ref}
      role="heading"
      {...{ 'aria-level': level }}
      {...reachable}
      style={[kinds[kind], { color: colors.ink }, style]}
    >
      {text}
    </Text>
  )
}
