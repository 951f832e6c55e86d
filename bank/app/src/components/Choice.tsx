/** One of a few: a row of equal parts (`Tabs`), or as many as there are, to be pushed aside (`Chips`). */
import { Pressable, ScrollView, View } from 'react-native'
import { radius, space, stylesOf, touch } from '../theme.ts'
import { Type } from './Type.tsx'

export type ChoiceProps<Value extends string> = {
  readonly label: string
  readonly options: ReadonlyArray<{ readonly value: Value; readonly text: string }>
  readonly value: Value
  readonly onChange: (value: Value) => void
}

const useStyles = stylesOf((colors) => ({
  bar: { flexDirection: 'row', backgroundColor: colors.sunken, borderRadius: radius.m, padding: 3 },
  tab: {
    flex: 1,
    minHeight: touch - 4,
    borderRadius: radius.m - 3,
    alignItems: 'center',
    justifyContent: 'center',
    paddingHorizontal: space.s,
  },
  tabOn: { backgroundColor: colors.surface },
  chips: { flexDirection: 'row', gap: space.s, paddingHorizontal: space.l },
  chip: {
    minHeight: 44,
    borderRadius: radius.pill,
    borderWidth: 1,
    borderColor: colors.line,
    backgroundColor: colors.surface,
    paddingHorizontal: space.l,
    justifyContent: 'center',
  },
  chipOn: { backgroundColor: colors.brand, borderColor: colors.brand },
}))

export function Tabs<Value extends string>({ label, options, value, onChange }: ChoiceProps<Value>) {
  const styles = useStyles()
  return (
    <View role="radiogroup" aria-label={label} style={styles.bar}>
      {options.map((option) => {
        const on = option.value === value
        return (
          <Pressable
            key={option.value}
            role="radio"
            aria-checked={on}
            aria-label={option.text}
            onPress={() => onChange(option.value)}
            style={[styles.tab, on && styles.tabOn]}
          >
            <Type kind="smallStrong" tone={on ? 'brand' : 'soft'} align="center">
              {option.text}
            </Type>
          </Pressable>
        )
      })}
    </View>
  )
}

export function Chips<Value extends string>({ label, options, value, onChange }: ChoiceProps<Value>) {
  const styles = useStyles()
  return (
    <ScrollView
      horizontal
      showsHorizontalScrollIndicator={false}
      role="radiogroup"
      aria-label={label}
      contentContainerStyle={styles.chips}
    >
      {options.map((option) => {
        const on = option.value === value
        return (
          <Pressable
            key={option.value}
            role="radio"
            aria-checked={on}
            aria-label={option.text}
            onPress={() => onChange(option.value)}
            style={[styles.chip, on && styles.chipOn]}
          >
            <Type kind="smallStrong" tone={on ? 'onBrand' : 'ink'}>
              {option.text}
            </Type>
          </Pressable>
        )
      })}
    </ScrollView>
  )
}
