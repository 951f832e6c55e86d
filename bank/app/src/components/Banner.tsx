import type { ReactNode } from 'react'
import { View } from 'react-native'
import { radius, space, stylesOf, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'
import { Type } from './Type.tsx'

export type BannerProps = {
  readonly tone?: 'brand' | 'good' | 'warn' | 'bad'
  readonly title?: string
  readonly text: string
  readonly children?: ReactNode
}

const icons = { brand: 'info', good: 'check', warn: 'warning', bad: 'warning' } as const satisfies Record<
  string,
  IconName
>

const useStyles = stylesOf((colors) => ({
  base: { flexDirection: 'row', gap: space.m, borderRadius: radius.m, padding: space.l },
  brand: { backgroundColor: colors.tint },
  good: { backgroundColor: colors.goodTint },
  warn: { backgroundColor: colors.warnTint },
  bad: { backgroundColor: colors.badTint },
  words: { flex: 1, gap: space.xs },
}))

/** What is wrong is read out at once, all else when there is a pause. */
export function Banner({ tone = 'brand', title, text, children }: BannerProps) {
  const styles = useStyles()
  const { colors } = useTheme()
  const role = tone === 'bad' ? { role: 'alert' as const } : { 'aria-live': 'polite' as const }
  return (
    <View {...role} style={[styles.base, styles[tone]]}>
      <Icon name={icons[tone]} size={22} color={colors[tone]} />
      <View style={styles.words}>
        {title === undefined ? null : <Type kind="strong">{title}</Type>}
        <Type kind="small">{text}</Type>
        {children}
      </View>
    </View>
  )
}

/** For what went wrong with a press; nothing without words. */
export function Complaint({ text }: { readonly text: string | null }) {
  return text === null ? null : <Banner tone="bad" text={text} />
}
