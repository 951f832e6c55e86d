/** Digits under the thumb. */
import { Pressable, View } from 'react-native'
import { radius, stylesOf, useTheme } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Icon } from './Icon.tsx'
import { Type } from './Type.tsx'

export type KeypadProps = {
  readonly onDigit: (digit: string) => void
  readonly onRemove: () => void
  /** In the corner: finger or face, or a sign. */
  readonly corner?: { readonly label: string; readonly text?: string; readonly onPress: () => void }
}

const useStyles = stylesOf((colors) => ({
  rows: { gap: 10 },
  row: { flexDirection: 'row', gap: 10 },
  key: {
    flex: 1,
    minHeight: 58,
    borderRadius: radius.m,
    alignItems: 'center',
    justifyContent: 'center',
    backgroundColor: colors.surface,
  },
  pressed: { backgroundColor: colors.tint },
  bare: { backgroundColor: 'transparent' },
}))

const rows = [
  ['1', '2', '3'],
  ['4', '5', '6'],
  ['7', '8', '9'],
] as const

export function Keypad({ onDigit, onRemove, corner }: KeypadProps) {
  const styles = useStyles()
  const { colors } = useTheme()
  const { parts } = useWords().daily
  const digit = (text: string) => (
    <Pressable
      key={text}
      role="button"
      aria-label={text}
      onPress={() => onDigit(text)}
      style={({ pressed }) => [styles.key, pressed && styles.pressed]}
    >
      <Type kind="title" tabular>
        {text}
      </Type>
    </Pressable>
  )
  return (
    <View role="group" aria-label={parts.digits} style={styles.rows}>
      {rows.map((row) => (
        <View key={row[0]} style={styles.row}>
          {row.map(digit)}
        </View>
      ))}
      <View style={styles.row}>
        {corner === undefined ? (
          <View style={[styles.key, styles.bare]} />
        ) : (
          <Pressable
            role="button"
            aria-label={corner.label}
            onPress={corner.onPress}
            style={({ pressed }) => [styles.key, styles.bare, pressed && styles.pressed]}
          >
            {corner.text === undefined ? (
              <Icon name="finger" size={34} color={colors.brand} />
            ) : (
              <Type kind="title">{corner.text}</Type>
            )}
          </Pressable>
        )}
        {digit('0')}
        <Pressable
          role="button"
          aria-label={parts.remove}
          onPress={onRemove}
          style={({ pressed }) => [styles.key, styles.bare, pressed && styles.pressed]}
        >
          <Icon name="backspace" size={30} color={colors.ink} />
        </Pressable>
      </View>
    </View>
  )
}
