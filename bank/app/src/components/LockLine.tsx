/** One quiet line with a sign before it: where something lies, or what holds. */
import { View } from 'react-native'
import { space, stylesOf, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'
import { Type } from './Type.tsx'

const useStyles = stylesOf(() => ({
  line: { flexDirection: 'row', alignItems: 'center', gap: space.s },
  words: { flexShrink: 1 },
}))

export function LockLine({ icon = 'lock', text }: { readonly icon?: IconName; readonly text: string }) {
  const styles = useStyles()
  const { colors } = useTheme()
  return (
    <View style={styles.line}>
      <Icon name={icon} size={18} color={colors.soft} />
      <View style={styles.words}>
        <Type kind="small" tone="soft">
          {text}
        </Type>
      </View>
    </View>
  )
}
