import { View } from 'react-native'
import { space, stylesOf, useTheme } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { Icon } from './Icon.tsx'
import { Type } from './Type.tsx'

const useStyles = stylesOf(() => ({
  line: { flexDirection: 'row', alignItems: 'center', gap: space.s, marginTop: space.s },
}))

/** On the green of the first card: of when that is; milliseconds since 1970. */
export function OfflineLine({ at }: { readonly at: number }) {
  const styles = useStyles()
  const { colors } = useTheme()
  const { offline } = useWords()
  const format = useFormat()
  return (
    <View style={styles.line}>
      <Icon name="offline" size={18} color={colors.onHeroSoft} />
      <Type kind="smallStrong" tone="onHeroSoft">
        {offline.asOf(format.moment(at))}
      </Type>
    </View>
  )
}
