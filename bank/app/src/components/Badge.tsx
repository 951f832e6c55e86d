import { View } from 'react-native'
import { radius, space, stylesOf, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'
import { Type } from './Type.tsx'

export type BadgeProps = {
  readonly text: string
  readonly tone?: 'brand' | 'good' | 'warn' | 'bad' | 'soft'
  readonly icon?: IconName
}

const useStyles = stylesOf((colors) => ({
  base: {
    flexDirection: 'row',
    alignItems: 'center',
    alignSelf: 'flex-start',
    gap: space.xs,
    borderRadius: radius.pill,
    paddingHorizontal: 10,
    paddingVertical: space.xs,
  },
  brand: { backgroundColor: colors.tint },
  good: { backgroundColor: colors.goodTint },
  warn: { backgroundColor: colors.warnTint },
  bad: { backgroundColor: colors.badTint },
  soft: { backgroundColor: colors.sunken },
}))

export function Badge({ text, tone = 'brand', icon }: BadgeProps) {
  const styles = useStyles()
  const { colors } = useTheme()
  return (
    <View style={[styles.base, styles[tone]]}>
      {icon === undefined ? null : <Icon name={icon} size={14} color={colors[tone]} />}
      <Type kind="tiny" tone={tone}>
        {text}
      </Type>
    </View>
  )
}
