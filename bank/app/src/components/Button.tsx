import { Pressable, View } from 'react-native'
import { radius, space, stylesOf, touch, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'
import { Spinner, useSlow } from './Spinner.tsx'
import { type Tone, Type } from './Type.tsx'

export type ButtonProps = {
  readonly title: string
  readonly onPress: () => void
  readonly kind?: 'primary' | 'secondary' | 'quiet' | 'danger'
  readonly icon?: IconName
  /** It does nothing then, and says so after half a second. */
  readonly busy?: boolean
  readonly busyTitle?: string
  readonly disabled?: boolean
  /** As wide as its words; else as its column. */
  readonly fits?: boolean
}

const useStyles = stylesOf((colors) => ({
  base: {
    minHeight: 52,
    borderRadius: radius.m,
    paddingHorizontal: space.l,
    paddingVertical: space.m,
    flexDirection: 'row',
    alignItems: 'center',
    justifyContent: 'center',
    gap: space.s,
  },
  fits: { alignSelf: 'flex-start' },
  primary: { backgroundColor: colors.brand },
  primaryPressed: { backgroundColor: colors.brandPressed },
  secondary: { backgroundColor: colors.tint },
  quiet: { minHeight: touch },
  danger: { backgroundColor: colors.badTint },
  pressed: { opacity: 0.75 },
  disabled: { backgroundColor: colors.line },
  words: { flexShrink: 1 },
}))

const tones = {
  primary: 'onBrand',
  secondary: 'brand',
  quiet: 'brand',
  danger: 'bad',
} as const satisfies Record<string, Tone>

export function Button(props: ButtonProps) {
  const {
    title,
    onPress,
    kind = 'primary',
    icon,
    busy = false,
    busyTitle,
    disabled = false,
    fits = false,
  } = props
  const styles = useStyles()
  const { colors } = useTheme()
  const slow = useSlow(busy)
  const tone = disabled ? 'soft' : tones[kind]
  const words = slow && busyTitle !== undefined ? busyTitle : title
  return (
    <Pressable
      role="button"
      aria-label={words}
      aria-busy={busy}
      aria-disabled={disabled || busy}
      disabled={disabled}
      onPress={() => {
        if (!busy) onPress()
      }}
      style={({ pressed }) => [
        styles.base,
        styles[kind],
        fits && styles.fits,
        disabled && kind !== 'quiet' && styles.disabled,
        pressed && (kind === 'primary' ? styles.primaryPressed : styles.pressed),
      ]}
    >
      {slow ? (
        <Spinner color={colors[tone]} />
      ) : icon === undefined ? null : (
        <Icon name={icon} size={20} color={colors[tone]} />
      )}
      <View style={styles.words}>
        <Type kind="strong" tone={tone} align="center">
          {words}
        </Type>
      </View>
    </Pressable>
  )
}
