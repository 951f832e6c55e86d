import type { ReactNode } from 'react'
import { Pressable, View } from 'react-native'
import { isLargeText } from '../rem.ts'
import { space, stylesOf, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import { Type } from './Type.tsx'

export type ListRowProps = {
  readonly title: string
  readonly text?: string
  /** At the left: an avatar, a {@link Disc}. */
  readonly mark?: ReactNode
  /** Under the text: a badge. */
  readonly below?: ReactNode
  /** At the right: an amount, a badge, a toggle. */
  readonly end?: ReactNode
  readonly onPress?: () => void
  /** Instead of what its parts say one after another. */
  readonly label?: string
  /** Two lines of title and text at most, unless it is to be read whole. */
  readonly whole?: boolean
}

const useStyles = stylesOf((colors) => ({
  row: {
    minHeight: 68,
    flexDirection: 'row',
    alignItems: 'center',
    gap: space.m,
    paddingHorizontal: space.l,
    paddingVertical: space.m,
  },
  pressed: { backgroundColor: colors.sunken },
  words: { flex: 1, minWidth: 96, gap: 1 },
  end: { alignItems: 'flex-end', flexShrink: 0, maxWidth: '55%' },
  below: { alignItems: 'flex-start', paddingTop: space.xs },
}))

export function ListRow({ title, text, mark, below, end, onPress, label, whole = false }: ListRowProps) {
  const styles = useStyles()
  const { colors } = useTheme()
  const large = isLargeText()
  const limit = whole || large ? {} : { lines: 2 }
  const parts = (
    <>
      {mark}
      <View style={styles.words}>
        <Type kind="strong" {...limit}>
          {title}
        </Type>
        {text === undefined || text === '' ? null : (
          <Type kind="small" tone="soft" {...limit}>
            {text}
          </Type>
        )}
        {below === undefined ? null : <View style={styles.below}>{below}</View>}
        {large && end !== undefined ? <View style={styles.below}>{end}</View> : null}
      </View>
      {large || end === undefined ? null : <View style={styles.end}>{end}</View>}
      {onPress === undefined || end !== undefined ? null : (
        <Icon name="forward" size={20} color={colors.soft} />
      )}
    </>
  )
  if (onPress === undefined) return <View style={styles.row}>{parts}</View>
  return (
    <Pressable
      role="button"
      {...(label === undefined ? {} : { 'aria-label': label })}
      onPress={onPress}
      style={({ pressed }) => [styles.row, pressed && styles.pressed]}
    >
      {parts}
    </Pressable>
  )
}
