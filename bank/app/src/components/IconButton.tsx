import { Pressable } from 'react-native'
import { radius, stylesOf, touch, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'

const useStyles = stylesOf((colors) => ({
  base: {
    width: touch,
    height: touch,
    borderRadius: radius.pill,
    alignItems: 'center',
    justifyContent: 'center',
  },
  pressed: { backgroundColor: colors.sunken },
}))

export type IconButtonProps = {
  readonly icon: IconName
  /** What it does, in words. */
  readonly label: string
  readonly onPress: () => void
}

export function IconButton({ icon, label, onPress }: IconButtonProps) {
  const styles = useStyles()
  const { colors } = useTheme()
  return (
    <Pressable
      role="button"
      aria-label={label}
      onPress={onPress}
      style={({ pressed }) => [styles.base, pressed && styles.pressed]}
    >
      <Icon name={icon} color={colors.ink} />
    </Pressable>
  )
}
