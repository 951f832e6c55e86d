/** What all accounts hold together, on the bank's own green, and a line below: how it is protected, or of when it is. */
import type { ReactNode } from 'react'
import { View } from 'react-native'
import { sumOf } from '../bank/money.ts'
import type { Account } from '../bank/shapes.ts'
import { radius, space, stylesOf, useTheme } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { BigAmount } from './BigAmount.tsx'
import { Leaf } from './Icon.tsx'
import { Type } from './Type.tsx'

const useStyles = stylesOf((colors) => ({
  card: {
    backgroundColor: colors.hero,
    borderRadius: radius.l,
    padding: space.xl,
    gap: space.s,
    overflow: 'hidden',
  },
  leaf: { position: 'absolute', right: -64, top: -40 },
}))

export type TotalCardProps = { readonly accounts: readonly Account[]; readonly children: ReactNode }

export function TotalCard({ accounts, children }: TotalCardProps) {
  const styles = useStyles()
  const { colors } = useTheme()
  const { home } = useWords().daily
  const total = sumOf(accounts.map(({ balance }) => balance))
  return (
    <View style={styles.card}>
      <View aria-hidden style={styles.leaf}>
        <Leaf size={230} color={colors.heroLeaf} vein={colors.hero} />
      </View>
      <Type kind="small" tone="onHeroSoft">
        {home.total}
      </Type>
      {total === null ? null : <BigAmount money={total} tone="onHero" />}
      {children}
    </View>
  )
}
