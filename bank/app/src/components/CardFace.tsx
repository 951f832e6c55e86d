/** The front of a card, as it lies in a wallet. */
import { View } from 'react-native'
import type { Card } from '../bank/shapes.ts'
import { capped } from '../rem.ts'
import { radius, space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Icon, Leaf } from './Icon.tsx'
import { Type } from './Type.tsx'

/** Plastic looks the same by day and by night. */
const plastics = [
  { ground: '#174a35', leaf: '#1f5a41', soft: '#cfe3d8' },
  { ground: '#1f3147', leaf: '#2a405b', soft: '#cdd9e6' },
  { ground: '#4a2f3d', leaf: '#5c3c4d', soft: '#e8d6df' },
] as const
const frozenPlastic = { ground: '#4b5560', leaf: '#5a6570', soft: '#dfe4e8' } as const
const white = '#ffffff'
const gold = '#d9c07a'
const goldLine = '#8f7a3a'

const useStyles = stylesOf(() => ({
  card: {
    width: '100%',
    // ISO/IEC 7810 ID-1: 85.60 mm × 53.98 mm.
    aspectRatio: 1.586,
    borderRadius: radius.l,
    padding: space.xl,
    overflow: 'hidden',
    justifyContent: 'space-between',
  },
  leaf: { position: 'absolute', right: -72, bottom: -84 },
  row: { flexDirection: 'row', alignItems: 'center', justifyContent: 'space-between', gap: space.m },
  name: { flexDirection: 'row', alignItems: 'center', gap: space.s },
  chip: {
    width: 42,
    height: 32,
    borderRadius: 7,
    backgroundColor: gold,
    justifyContent: 'space-evenly',
  },
  line: { height: 1, backgroundColor: goldLine },
  split: { position: 'absolute', left: 14, right: 14, top: 6, bottom: 6, borderWidth: 1, borderRadius: 4 },
  frozen: {
    flexDirection: 'row',
    alignItems: 'center',
    gap: space.xs,
    backgroundColor: white,
    borderRadius: radius.pill,
    paddingHorizontal: 10,
    paddingVertical: space.xs,
  },
  bottom: { flexDirection: 'row', alignItems: 'flex-end', justifyContent: 'space-between', gap: space.m },
  under: { gap: space.s },
  holder: { flexShrink: 1 },
}))

/** Drawn, not read: its label says in one sentence what is on it. `place`: which of its holder's cards it is, for its colour. */
export function CardFace({ card, place }: { readonly card: Card; readonly place: number }) {
  const styles = useStyles()
  const { cards } = useWords()
  const { label, masked, holder, expires, scheme, state } = card
  const frozen = state === 'frozen'
  const plastic = frozen ? frozenPlastic : (plastics[place % plastics.length] ?? plastics[0])
  const ink = { color: white }
  const soft = { color: plastic.soft }
  const says = `${cards.face(label, masked.slice(-4), expires)}${frozen ? `, ${cards.frozen}` : ''}`
  return (
    <View role="img" aria-label={says} style={[styles.card, { backgroundColor: plastic.ground }]}>
      <View style={styles.leaf}>
        <Leaf size={260} color={plastic.leaf} vein={plastic.ground} />
      </View>
      <View style={styles.row}>
        <View style={styles.name}>
          <Leaf size={26} color={white} vein={plastic.ground} />
          <Type kind="strong" small style={ink}>
            Alder Bank
          </Type>
        </View>
        {frozen ? (
          <View style={styles.frozen}>
            <Icon name="snow" size={14} color={plastic.ground} />
            <Type kind="tiny" small style={{ color: plastic.ground }}>
              {cards.frozen}
            </Type>
          </View>
        ) : (
          <Type kind="tiny" small style={soft}>
            {label}
          </Type>
        )}
      </View>
      <View style={styles.chip}>
        <View style={styles.line} />
        <View style={styles.line} />
        <View style={[styles.split, { borderColor: goldLine }]} />
      </View>
      <View style={styles.under}>
        <Type kind="heading" tabular lines={1} style={{ ...ink, ...embossed }}>
          {`•••• •••• ${masked}`}
        </Type>
        <View style={styles.bottom}>
          <View style={styles.holder}>
            <Type kind="tiny" small lines={1} style={soft}>
              {holder}
            </Type>
          </View>
          <Type kind="tiny" small tabular style={soft}>
            {expires}
          </Type>
          <Type kind="strong" small style={ink}>
            {scheme}
          </Type>
        </View>
      </View>
    </View>
  )
}

/** As large as plastic has room for. */
const embossed = { fontSize: capped(19, 21), lineHeight: capped(26, 28), letterSpacing: 1.5 }
