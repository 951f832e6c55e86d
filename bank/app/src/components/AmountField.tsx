/** How much: one large amount, typed on the keypad below it or any other keyboard. Cents nobody typed yet are there already, pale. */
import { useCallback, useState } from 'react'
import { Text, TextInput, View } from 'react-native'
import { typeKey, typeText } from '../bank/amount-typing.ts'
import { parseTyped } from '../bank/money.ts'
import { useKeys } from '../device/keys.ts'
import { isLargeText, rem } from '../rem.ts'
import { radius, space, stylesOf, type as kinds, useTheme } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { describedBy } from './Field.tsx'
import { Keypad } from './Keypad.tsx'
import { Type } from './Type.tsx'

export type AmountFieldProps = {
  readonly currency: string
  readonly typed: string
  readonly onChange: (typed: string) => void
  readonly hint: string
  readonly error: string | null
}

const useStyles = stylesOf((colors) => ({
  all: { gap: space.l, flexGrow: 1, justifyContent: 'space-between' },
  middle: { flexGrow: 1, justifyContent: 'center', gap: space.xs },
  box: {
    minHeight: 76,
    borderRadius: radius.m,
    borderWidth: 2,
    borderColor: 'transparent',
    alignItems: 'center',
    justifyContent: 'center',
  },
  focused: { borderColor: colors.brand },
  amount: { fontSize: rem(48), lineHeight: rem(58), fontWeight: '700', letterSpacing: -1 },
  // Over the amount: a finger anywhere hits it, and whatever reads the screen finds a field.
  over: {
    position: 'absolute',
    top: 0,
    left: 0,
    right: 0,
    bottom: 0,
    color: 'transparent',
    caretColor: 'transparent',
    textAlign: 'center',
    fontSize: rem(16),
    borderRadius: radius.m,
    outlineStyle: 'none',
  } as object,
}))

/** The keypad of the app is there: another one would cover it. */
const ownKeypad: object = { inputMode: 'none', showSoftInputOnFocus: false }

export function AmountField({ currency, typed, onChange, hint, error }: AmountFieldProps) {
  const styles = useStyles()
  const { decimal } = useFormat()
  const { amount } = useWords().transfer
  const [focused, setFocused] = useState(false)
  const press = useCallback(
    (key: string) => onChange(typeKey(typed, key, decimal)),
    [onChange, typed, decimal],
  )
  const remove = useCallback(() => onChange(typed.slice(0, -1)), [onChange, typed])
  useKeys(
    useCallback(
      (key) => {
        if (/^[\d.,]$/.test(key)) press(key)
        else if (key === 'Backspace') remove()
        else return false
        return true
      },
      [press, remove],
    ),
  )
  return (
    <View style={styles.all}>
      <View style={styles.middle}>
        <View style={[styles.box, focused && styles.focused]}>
          <Shown currency={currency} typed={typed} wrong={error !== null} />
          <TextInput
            {...ownKeypad}
            {...describedBy('amount-hint', error !== null)}
            aria-label={amount.label(currency)}
            value={typed}
            onChangeText={(text) => onChange(typeText(typed, text, decimal))}
            onFocus={() => setFocused(true)}
            onBlur={() => setFocused(false)}
            autoComplete="off"
            caretHidden
            style={styles.over}
          />
        </View>
        <Type
          id="amount-hint"
          kind="small"
          tone={error === null ? 'soft' : 'bad'}
          align="center"
          live={error === null ? 'polite' : 'assertive'}
        >
          {error ?? hint}
        </Type>
      </View>
      <Keypad
        onDigit={press}
        onRemove={remove}
        corner={{ label: amount.decimal, text: decimal, onPress: () => press(decimal) }}
      />
    </View>
  )
}

function Shown({
  currency,
  typed,
  wrong,
}: Pick<AmountFieldProps, 'currency' | 'typed'> & { readonly wrong: boolean }) {
  const styles = useStyles()
  const { colors } = useTheme()
  const format = useFormat()
  const { decimal } = format
  const [, cents] = typed.split(decimal)
  const minor = parseTyped(typed.replace(/[.,]$/, ''), decimal) ?? 0n
  const { whole, rest } = format.split({ currency, minor })
  const ink = { color: wrong ? colors.bad : colors.ink }
  const pale = { color: colors.edge }
  // The decimal sign and the digits that were typed; then those still to come, and a currency that stands behind.
  const there = cents === undefined ? 0 : 1 + cents.length
  return (
    <Text
      aria-hidden
      style={[isLargeText() ? kinds.hero : styles.amount, typed === '' ? pale : ink, tabular]}
    >
      {whole}
      {rest.slice(0, there)}
      <Text style={pale}>{rest.slice(there, 3)}</Text>
      {rest.slice(3)}
    </Text>
  )
}

const tabular: object = { fontVariant: ['tabular-nums'] }
