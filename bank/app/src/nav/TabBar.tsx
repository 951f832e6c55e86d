import { Pressable, SafeAreaView, View } from 'react-native'
import { Icon } from '../components/Icon.tsx'
import type { IconName } from '../components/icon-paths.ts'
import { Type } from '../components/Type.tsx'
import { column, radius, space, stylesOf, useTheme } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { type Tab, tabs } from './routes.ts'

const icons = { home: 'home', payments: 'swap', cards: 'card', more: 'more' } as const satisfies Record<
  Tab,
  IconName
>

const useStyles = stylesOf((colors) => ({
  bar: { backgroundColor: colors.surface, borderTopWidth: 1, borderTopColor: colors.line },
  row: {
    flexDirection: 'row',
    width: '100%',
    maxWidth: column,
    alignSelf: 'center',
    paddingHorizontal: space.s,
    paddingVertical: 6,
  },
  tab: {
    flex: 1,
    minHeight: 52,
    minWidth: 0,
    alignItems: 'center',
    justifyContent: 'center',
    gap: 2,
    borderRadius: radius.m,
  },
  mark: { paddingHorizontal: space.l, paddingVertical: 3, borderRadius: radius.pill },
  on: { backgroundColor: colors.tint },
}))

export function TabBar({ tab, onTab }: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }) {
  const styles = useStyles()
  const { colors } = useTheme()
  const words = useWords().daily.tabs
  return (
    <SafeAreaView role="navigation" aria-label={words.label} style={styles.bar}>
      <View role="tablist" style={styles.row}>
        {tabs.map((name) => {
          const on = name === tab
          return (
            <Pressable
              key={name}
              role="tab"
              aria-selected={on}
              aria-label={words[name]}
              onPress={() => onTab(name)}
              style={styles.tab}
            >
              <View style={[styles.mark, on && styles.on]}>
                <Icon name={icons[name]} size={22} color={on ? colors.brand : colors.soft} />
              </View>
              <Type kind="tiny" tone={on ? 'brand' : 'soft'} lines={1} small>
                {words[name]}
              </Type>
            </Pressable>
          )
        })}
      </View>
    </SafeAreaView>
  )
}
