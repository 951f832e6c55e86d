import { type ReactNode, useId, useState } from 'react'
import { TextInput, type TextInputProps, View } from 'react-native'
import { radius, space, stylesOf, type as kinds, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'
import { Type } from './Type.tsx'

export type FieldProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly hint?: string
  readonly error?: string | null
  readonly icon?: IconName
  /** At the right, inside. */
  readonly end?: ReactNode
  /** Only a screen reader reads the label: what the field is for shows by itself. */
  readonly unlabelled?: boolean
  readonly onSubmit?: () => void
  readonly input?: Omit<TextInputProps, 'value' | 'onChangeText' | 'style'>
}

export const useFieldStyles = stylesOf((colors) => ({
  field: { gap: space.s },
  box: {
    flexDirection: 'row',
    alignItems: 'center',
    gap: space.s,
    minHeight: 52,
    borderRadius: radius.m,
    borderWidth: 1,
    borderColor: colors.edge,
    backgroundColor: colors.surface,
    paddingHorizontal: space.m,
  },
  focused: { borderColor: colors.brand, borderWidth: 2, paddingHorizontal: space.m - 1 },
  wrong: { borderColor: colors.bad },
  input: {
    ...kinds.body,
    flex: 1,
    minWidth: 0,
    color: colors.ink,
    paddingVertical: space.m,
    paddingHorizontal: space.xs,
  },
  plain: { outlineStyle: 'none' } as object,
}))

/** What describes a field to a screen reader; React Native's types do not know it. */
export function describedBy(id: string, wrong: boolean): object {
  return { 'aria-describedby': id, 'aria-invalid': wrong }
}

export function Field(props: FieldProps) {
  const { label, value, onChange, hint, error = null, icon, end, unlabelled = false, onSubmit, input } = props
  const styles = useFieldStyles()
  const { colors } = useTheme()
  const [focused, setFocused] = useState(false)
  const id = useId()
  const below = error ?? hint
  return (
    <View style={styles.field}>
      {unlabelled ? null : (
        <View aria-hidden>
          <Type kind="smallStrong">{label}</Type>
        </View>
      )}
      <View style={[styles.box, focused && styles.focused, error !== null && styles.wrong]}>
        {icon === undefined ? null : <Icon name={icon} size={20} color={colors.soft} />}
        <TextInput
          {...input}
          {...describedBy(id, error !== null)}
          aria-label={label}
          value={value}
          onChangeText={onChange}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          placeholderTextColor={colors.soft}
          selectionColor={colors.brand}
          {...(onSubmit === undefined ? {} : { onSubmitEditing: onSubmit })}
          style={[styles.input, styles.plain]}
        />
        {end}
      </View>
      {below === undefined || below === '' ? null : (
        <Type
          id={id}
          kind="small"
          tone={error === null ? 'soft' : 'bad'}
          {...(error === null ? {} : { live: 'assertive' as const })}
        >
          {below}
        </Type>
      )}
    </View>
  )
}
