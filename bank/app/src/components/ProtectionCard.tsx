/** The overall state, calm and large; and the line of it that stands on the first screen. */
import { Pressable, View } from 'react-native'
import { useNav } from '../nav/nav.tsx'
import { type Protection, useProtection } from '../state/use-protection.ts'
import { radius, space, stylesOf, useTheme } from '../theme.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/language.tsx'
import { Icon, Leaf } from './Icon.tsx'
import type { IconName } from './icon-paths.ts'
import { Type } from './Type.tsx'

const useStyles = stylesOf((colors) => ({
  card: {
    flexDirection: 'row',
    alignItems: 'center',
    gap: space.l,
    borderRadius: radius.l,
    padding: space.xl,
    backgroundColor: colors.hero,
    overflow: 'hidden',
  },
  leaf: { position: 'absolute', right: -70, top: -50 },
  words: { flex: 1, gap: 2 },
  look: { backgroundColor: colors.warnTint },
  line: {
    flexDirection: 'row',
    alignItems: 'center',
    alignSelf: 'flex-start',
    gap: space.s,
    minHeight: 32,
    marginTop: space.xs,
    borderRadius: radius.pill,
  },
  lineLook: {
    backgroundColor: colors.warnTint,
    paddingLeft: space.m,
    paddingRight: space.s,
    paddingVertical: space.xs,
  },
  pressed: { opacity: 0.75 },
}))

/** `unsure` is no alarm: a phone without a network is as well protected as before. */
function looksOf({ count, unsure }: CardProps, state: Words['security']['state']): Looks {
  if (count > 0) return { good: false, icon: 'warning', title: state.look(count), text: state.lookText }
  if (unsure) return { good: true, icon: 'offline', title: state.unsure, text: state.unsureText }
  return { good: true, icon: 'shield_check', title: state.good, text: state.goodText }
}

type CardProps = Pick<Protection, 'count' | 'unsure'>
type Looks = {
  readonly good: boolean
  readonly icon: IconName
  readonly title: string
  readonly text: string
}

export function ProtectionCard({ protection }: { readonly protection: CardProps }) {
  const styles = useStyles()
  const { colors } = useTheme()
  const { state } = useWords().security
  const { good, icon, title, text } = looksOf(protection, state)
  return (
    <View aria-live="polite" style={[styles.card, !good && styles.look]}>
      {good ? (
        <View aria-hidden style={styles.leaf}>
          <Leaf size={230} color={colors.heroLeaf} vein={colors.hero} />
        </View>
      ) : null}
      <Icon name={icon} size={44} color={good ? colors.onHero : colors.warn} />
      <View style={styles.words}>
        <Type kind="heading" level={2} tone={good ? 'onHero' : 'ink'}>
          {title}
        </Type>
        <Type kind="small" tone={good ? 'onHeroSoft' : 'ink'}>
          {text}
        </Type>
      </View>
    </View>
  )
}

/** On the green of the first card. While it is not known whether there is news, what holds anyway is said. */
export function ProtectionLine() {
  const styles = useStyles()
  const nav = useNav()
  const { colors } = useTheme()
  const { state } = useWords().security
  const { count } = useProtection()
  const good = count === 0
  return (
    <Pressable
      role="button"
      onPress={() => nav.go('security', {})}
      style={({ pressed }) => [styles.line, !good && styles.lineLook, pressed && styles.pressed]}
    >
      <Icon
        name={good ? 'shield_check' : 'warning'}
        size={18}
        color={good ? colors.onHeroSoft : colors.warn}
      />
      <Type kind="smallStrong" tone={good ? 'onHeroSoft' : 'warn'}>
        {good ? state.line : state.look(count)}
      </Type>
      <Icon name="forward" size={14} color={good ? colors.onHeroSoft : colors.warn} />
    </Pressable>
  )
}
