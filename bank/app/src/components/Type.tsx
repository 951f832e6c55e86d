/** All text of the app: one of a few kinds, in one of a few tones. */
import type { ReactNode } from 'react'
import { StyleSheet, Text, type TextStyle } from 'react-native'
import { capped } from '../rem.ts'
import { type Kind, type Palette, type as kinds, useTheme } from '../theme.ts'

export type Tone = keyof Pick<
  Palette,
  'ink' | 'soft' | 'brand' | 'onBrand' | 'good' | 'warn' | 'bad' | 'onHero' | 'onHeroSoft'
>

export type TypeProps = {
  readonly kind?: Kind
  readonly tone?: Tone
  readonly align?: 'left' | 'center' | 'right'
  /** A heading of this level, for who moves by headings. */
  readonly level?: 1 | 2 | 3
  /** Digits of one width, for columns and clocks. */
  readonly tabular?: boolean
  readonly lines?: number
  /** Where there is no room to grow. */
  readonly small?: boolean
  /** Read out when it changes: at once, or when there is a pause. */
  readonly live?: 'assertive' | 'polite'
  readonly id?: string
  readonly testID?: string
  readonly style?: TextStyle
  readonly children: ReactNode
}

const styles = StyleSheet.create({
  tabular: { fontVariant: ['tabular-nums'] },
  small: { fontSize: capped(12.5, 15), lineHeight: capped(17, 20) },
})

export function Type(props: TypeProps) {
  const {
    kind = 'body',
    tone = 'ink',
    align = 'left',
    level,
    tabular = false,
    lines,
    small = false,
    live,
    style,
    children,
    ...ids
  } = props
  const { colors } = useTheme()
  return (
    <Text
      {...ids}
      {...(level === undefined ? {} : { role: 'heading', 'aria-level': level })}
      {...(live === undefined ? {} : { 'aria-live': live })}
      {...(lines === undefined ? {} : { numberOfLines: lines })}
      style={[
        kinds[kind],
        { color: colors[tone], textAlign: align },
        tabular && styles.tabular,
        small && styles.small,
        style,
      ]}
    >
      {children}
    </Text>
  )
}
