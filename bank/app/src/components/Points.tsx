/** A few points, ticked off or numbered. */
import { View } from 'react-native'
import { radius, space, stylesOf, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'
import { Type } from './Type.tsx'

const useStyles = stylesOf((colors) => ({
  list: { gap: space.m },
  row: { flexDirection: 'row', alignItems: 'center', gap: space.m },
  mark: {
    minWidth: 28,
    minHeight: 28,
    borderRadius: radius.pill,
    alignItems: 'center',
    justifyContent: 'center',
    backgroundColor: colors.tint,
  },
  words: { flex: 1 },
}))

export function Points({
  items,
  numbered = false,
  icon = 'check',
}: {
  readonly items: readonly string[]
  readonly numbered?: boolean
  readonly icon?: IconName
}) {
  const styles = useStyles()
  const { colors } = useTheme()
  return (
    <View role="list" style={styles.list}>
      {items.map((text, i) => (
        <View key={text} role="listitem" style={styles.row}>
          <View style={styles.mark}>
            {numbered ? (
              <Type kind="smallStrong" tone="brand">
                {i + 1}
              </Type>
            ) : (
              <Icon name={icon} size={18} color={colors.brand} />
            )}
          </View>
          <View style={styles.words}>
            <Type>{text}</Type>
          </View>
        </View>
      ))}
    </View>
  )
}
