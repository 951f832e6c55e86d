/** Where a passcode is typed: the keypad, a keyboard, or a field for one with letters. It forgets what was typed when it gives it away. */
import { useCallback, useState } from 'react'
import { TextInput, View } from 'react-native'
import { useKeys } from '../device/keys.ts'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Button } from './Button.tsx'
import { useFieldStyles } from './Field.tsx'
import { Keypad, type KeypadProps } from './Keypad.tsx'
import { type Tone, Type } from './Type.tsx'

export type Verdict = { readonly text: string; readonly tone: Tone; readonly weak: boolean }

export type PasscodePadProps = {
  readonly send: string
  readonly busy: boolean
  readonly busyTitle: string
  readonly onGive: (passcode: string) => void
  /** Below the dots, at every change. A weak one is not given away. */
  readonly judge?: (passcode: string) => Verdict
  readonly error: string | null
  readonly onTyping: () => void
  readonly corner?: KeypadProps['corner']
  readonly isNew?: boolean
}

/** The web's names, which phones take, too; the types know older ones. */
const newPasscode: object = { autoComplete: 'new-password' }
const knownPasscode: object = { autoComplete: 'current-password' }

const least = 6
const most = 128

const useStyles = stylesOf((colors) => ({
  pad: { gap: space.m, flexGrow: 1, justifyContent: 'flex-end' },
  top: { flexGrow: 1, justifyContent: 'center', gap: space.m, minHeight: 76 },
  dots: { flexDirection: 'row', flexWrap: 'wrap', justifyContent: 'center', gap: 14 },
  dot: { width: 14, height: 14, borderRadius: 7, borderWidth: 2, borderColor: colors.edge },
  full: { backgroundColor: colors.brand, borderColor: colors.brand },
  buttons: { gap: space.xs, paddingTop: space.xs },
}))

function Dots({ typed }: { readonly typed: number }) {
  const styles = useStyles()
  return (
    <View aria-hidden style={styles.dots}>
      {Array.from({ length: Math.max(least, typed) }, (_, i) => (
        // oxlint-disable-next-line react/no-array-index-key
        <View key={i} style={[styles.dot, i < typed && styles.full]} />
      ))}
    </View>
  )
}

export function PasscodePad(props: PasscodePadProps) {
  const { send, busy, busyTitle, onGive, judge, error, onTyping, corner, isNew = false } = props
  const styles = useStyles()
  const field = useFieldStyles()
  const { parts } = useWords().daily
  const [typed, setTyped] = useState('')
  const [letters, setLetters] = useState(false)
  const [focused, setFocused] = useState(false)
  const verdict = typed === '' ? null : (judge?.(typed) ?? null)
  const ready = typed.length >= least && verdict?.weak !== true

  const type = useCallback(
    (text: string): void => {
      if (busy) return
      setTyped(text.slice(0, most))
      onTyping()
    },
    [busy, onTyping],
  )
  const give = useCallback((): void => {
    if (!ready || busy) return
    setTyped('')
    onGive(typed)
  }, [ready, busy, typed, onGive])
  useKeys(
    useCallback(
      (key) => {
        if (letters) return false
        if (/^\d$/.test(key)) type(typed + key)
        else if (key === 'Backspace') type(typed.slice(0, -1))
        else if (key === 'Enter') give()
        else return false
        return true
      },
      [letters, type, typed, give],
    ),
  )
  const says = error ?? verdict?.text ?? ''
  const tone = error === null ? (verdict?.tone ?? 'soft') : 'bad'

  return (
    <View style={styles.pad}>
      <View style={styles.top}>
        {letters ? (
          <View style={[field.box, focused && field.focused]}>
            <TextInput
              aria-label={parts.passcode}
              value={typed}
              onChangeText={type}
              onSubmitEditing={give}
              onFocus={() => setFocused(true)}
              onBlur={() => setFocused(false)}
              secureTextEntry
              autoFocus
              {...(isNew ? newPasscode : knownPasscode)}
              style={[field.input, field.plain]}
            />
          </View>
        ) : (
          <Dots typed={typed.length} />
        )}
        <Type kind="smallStrong" tone={tone} align="center" live={error === null ? 'polite' : 'assertive'}>
          {says === '' ? ' ' : says}
        </Type>
      </View>
      {letters ? null : (
        <Keypad
          onDigit={(digit) => type(typed + digit)}
          onRemove={() => type(typed.slice(0, -1))}
          {...(corner === undefined ? {} : { corner })}
        />
      )}
      <View style={styles.buttons}>
        <Button title={send} busy={busy} busyTitle={busyTitle} disabled={!ready && !busy} onPress={give} />
        <Button
          kind="quiet"
          title={letters ? parts.numbers : parts.letters}
          onPress={() => {
            setTyped('')
            setLetters(!letters)
          }}
        />
      </View>
    </View>
  )
}
