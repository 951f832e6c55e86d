/** An activation code, in groups as it is typed; and six digits from a text, one box each. */
import { useState } from 'react'
import { TextInput, View } from 'react-native'
import { capped, rem } from '../rem.ts'
import { radius, space, stylesOf, type as kinds, useTheme } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { useFieldStyles } from './Field.tsx'
import { Type } from './Type.tsx'

export type CodeFieldProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly onSubmit: () => void
  readonly wrong?: boolean
}

const group = 4
const groups = 5

const useStyles = stylesOf((colors) => ({
  code: {
    ...kinds.strong,
    // All of it has to be seen at once, to be compared.
    fontSize: capped(17, 21),
    fontFamily: 'monospace',
    letterSpacing: 0.4,
    textTransform: 'uppercase',
  },
  bars: { flexDirection: 'row', gap: space.s },
  bar: { flex: 1, height: 4, borderRadius: 2, backgroundColor: colors.line },
  full: { backgroundColor: colors.brand },
  part: { backgroundColor: colors.edge },
  boxes: { flexDirection: 'row', gap: space.s },
  box: {
    flex: 1,
    minHeight: 60,
    borderRadius: radius.m,
    borderWidth: 1,
    borderColor: colors.edge,
    backgroundColor: colors.surface,
    alignItems: 'center',
    justifyContent: 'center',
  },
  next: { borderWidth: 2, borderColor: colors.brand },
  wrong: { borderColor: colors.bad },
  // Over the boxes, so that whatever fills fields finds one, and a finger anywhere hits it.
  over: {
    position: 'absolute',
    top: 0,
    left: 0,
    right: 0,
    bottom: 0,
    color: 'transparent',
    fontSize: rem(16),
    textAlign: 'center',
    borderRadius: radius.m,
    caretColor: 'transparent',
    // The boxes show where it is.
    outlineStyle: 'none',
  } as object,
}))

/** `7K3M-9QXT-…`, however it was typed or pasted. */
function grouped(text: string): string {
  const plain = text
    .replaceAll(/[^0-9a-z]/gi, '')
    .toUpperCase()
    .slice(0, group * groups)
  return (plain.match(/.{1,4}/g) ?? []).join('-')
}

export function CodeField({ label, value, onChange, onSubmit, wrong = false }: CodeFieldProps) {
  const field = useFieldStyles()
  const styles = useStyles()
  const { colors } = useTheme()
  const words = useWords()
  const [focused, setFocused] = useState(false)
  const count = value.replaceAll('-', '').length
  return (
    <View style={field.field}>
      <View aria-hidden>
        <Type kind="smallStrong">{label}</Type>
      </View>
      <View style={[field.box, focused && field.focused, wrong && field.wrong]}>
        <TextInput
          aria-label={label}
          value={value}
          onChangeText={(text) => onChange(grouped(text))}
          onSubmitEditing={onSubmit}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          autoCapitalize="characters"
          autoComplete="off"
          autoCorrect={false}
          spellCheck={false}
          placeholder="XXXX-XXXX-XXXX-XXXX-XXXX"
          placeholderTextColor={colors.edge}
          selectionColor={colors.brand}
          style={[field.input, field.plain, styles.code]}
        />
      </View>
      <View
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={20}
        aria-valuenow={count}
        aria-valuetext={words.daily.parts.codeGroup(count)}
        style={styles.bars}
      >
        {Array.from({ length: groups }, (_, i) => {
          const filled = count - i * group
          // oxlint-disable-next-line react/no-array-index-key
          return (
            <View key={i} style={[styles.bar, filled > 0 && styles.part, filled >= group && styles.full]} />
          )
        })}
      </View>
    </View>
  )
}

const length = 6
/** The web's name for it, which phones take, too; the types know an older one. */
const fromText: object = { autoComplete: 'one-time-code' }

export function DigitsField({ label, value, onChange, onSubmit, wrong = false }: CodeFieldProps) {
  const field = useFieldStyles()
  const styles = useStyles()
  const [focused, setFocused] = useState(false)
  const at = Math.min(value.length, length - 1)
  return (
    <View style={field.field}>
      <View aria-hidden>
        <Type kind="smallStrong">{label}</Type>
      </View>
      <View>
        <View aria-hidden style={styles.boxes}>
          {Array.from({ length }, (_, i) => (
            // oxlint-disable-next-line react/no-array-index-key
            <View key={i} style={[styles.box, focused && i === at && styles.next, wrong && styles.wrong]}>
              <Type kind="title" tabular>
                {value[i] ?? ' '}
              </Type>
            </View>
          ))}
        </View>
        <TextInput
          aria-label={label}
          value={value}
          onChangeText={(text) => onChange(text.replaceAll(/[^0-9]/g, '').slice(0, length))}
          onSubmitEditing={onSubmit}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          inputMode="numeric"
          {...fromText}
          textContentType="oneTimeCode"
          maxLength={length}
          caretHidden
          style={styles.over}
        />
      </View>
    </View>
  )
}
