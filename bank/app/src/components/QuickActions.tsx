/** What most people come for, one press away. */
import { Pressable, View } from 'react-native'
import { useNav } from '../nav/nav.tsx'
import { isLargeText } from '../rem.ts'
import { radius, space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Disc } from './Disc.tsx'
import type { IconName } from './icon-paths.ts'
import { Type } from './Type.tsx'

const useStyles = stylesOf((colors) => ({
  row: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s },
  action: {
    flexGrow: 1,
    flexBasis: 76,
    alignItems: 'center',
    gap: space.s,
    paddingVertical: space.s,
    borderRadius: radius.m,
  },
  wide: { flexBasis: '45%' },
  pressed: { backgroundColor: colors.sunken },
}))

export function QuickActions() {
  const styles = useStyles()
  const nav = useNav()
  const { actions } = useWords().daily.home
  const all: ReadonlyArray<{ icon: IconName; text: string; go: () => void }> = [
    { icon: 'send', text: actions.transfer, go: () => nav.go('transfer', {}) },
    { icon: 'people', text: actions.payees, go: () => nav.go('payees', {}) },
    { icon: 'pause', text: actions.held, go: () => nav.go('held', {}) },
    { icon: 'document', text: actions.documents, go: () => nav.go('documents', {}) },
  ]
  return (
    <View style={styles.row}>
      {all.map(({ icon, text, go }) => (
        <Pressable
          key={icon}
          role="button"
          aria-label={text}
          onPress={go}
          style={({ pressed }) => [styles.action, isLargeText() && styles.wide, pressed && styles.pressed]}
        >
          <Disc icon={icon} size={52} />
          <Type kind="tiny" align="center">
            {text}
          </Type>
        </Pressable>
      ))}
    </View>
  )
}
