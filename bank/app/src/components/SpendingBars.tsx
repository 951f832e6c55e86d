/** Where the money of a month went: one bar a category, the longest as wide as the card. */
import { View } from 'react-native'
import type { Spending } from '../bank/shapes.ts'
import { radius, space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Amount } from './Amount.tsx'
import { categoryIcons } from './category-icons.ts'
import { Disc } from './Disc.tsx'
import { Type } from './Type.tsx'

const useStyles = stylesOf((colors) => ({
  rows: { gap: space.m },
  row: { flexDirection: 'row', alignItems: 'center', gap: space.m },
  words: { flex: 1, gap: 6 },
  line: { flexDirection: 'row', flexWrap: 'wrap', justifyContent: 'space-between', columnGap: space.s },
  track: { height: 8, borderRadius: radius.pill, backgroundColor: colors.sunken, overflow: 'hidden' },
  bar: { height: 8, borderRadius: radius.pill, backgroundColor: colors.brand },
}))

/** In per cent of the largest; what was spent at all can be seen. */
function share(part: bigint, largest: bigint): number {
  if (part <= 0n || largest <= 0n) return 0
  return Math.max(3, Number((part * 100n) / largest))
}

export function SpendingBars({
  categories,
  count = 4,
}: {
  readonly categories: Spending['categories']
  readonly count?: number
}) {
  const styles = useStyles()
  const { daily } = useWords()
  const size = (minor: bigint): bigint => (minor < 0n ? -minor : minor)
  const rows = categories
    .map((row) => ({ ...row, spent: size(row.amount.minor) }))
    .toSorted((one, other) => Number(other.spent - one.spent))
    .slice(0, count)
  const largest = rows[0]?.spent ?? 0n
  return (
    <View style={styles.rows}>
      {rows.map(({ category, amount, spent }) => (
        <View key={category} style={styles.row}>
          <Disc icon={categoryIcons[category]} size={36} />
          <View style={styles.words}>
            <View style={styles.line}>
              <Type kind="small">{daily.categories[category]}</Type>
              <Amount kind="smallStrong" money={{ ...amount, minor: spent }} />
            </View>
            <View aria-hidden style={styles.track}>
              <View style={[styles.bar, { width: `${share(spent, largest)}%` }]} />
            </View>
          </View>
        </View>
      ))}
    </View>
  )
}
