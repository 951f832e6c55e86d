/** Round marks: an icon, or the initials of somebody. Both say nothing that does not stand beside them in words. */
import { View } from 'react-native'
import { radius, stylesOf, useTheme } from '../theme.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'
import { type Tone, Type } from './Type.tsx'

export type DiscTone = 'brand' | 'good' | 'warn' | 'bad' | 'soft'

const useStyles = stylesOf((colors) => ({
  disc: { alignItems: 'center', justifyContent: 'center', borderRadius: radius.pill },
  brand: { backgroundColor: colors.tint },
  good: { backgroundColor: colors.goodTint },
  warn: { backgroundColor: colors.warnTint },
  bad: { backgroundColor: colors.badTint },
  soft: { backgroundColor: colors.sunken },
}))

type DiscProps = { readonly icon: IconName; readonly tone?: DiscTone; readonly size?: number }

export function Disc({ icon, tone = 'brand', size = 44 }: DiscProps) {
  const styles = useStyles()
  const { colors } = useTheme()
  return (
    <View style={[styles.disc, styles[tone], { width: size, height: size }]}>
      <Icon name={icon} size={Math.round(size * 0.52)} color={colors[tone satisfies Tone]} />
    </View>
  )
}

/** First letters of the first and the last word; any script. */
function initials(name: string): string {
  const words = name.split(/[\s.&/-]+/u).filter((word) => /^\p{L}|\p{N}/u.test(word))
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return ends
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('')
    .toUpperCase()
}

export function Avatar({ name, size = 44 }: { readonly name: string; readonly size?: number }) {
  const styles = useStyles()
  return (
    <View aria-hidden style={[styles.disc, styles.brand, { width: size, height: size }]}>
      <Type kind="smallStrong" tone="brand" small>
        {initials(name)}
      </Type>
    </View>
  )
}
