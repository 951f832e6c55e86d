/** What lies together. `Rows` is a card of rows with hairlines between them. */
import { Children, type ReactNode } from 'react'
import { View } from 'react-native'
import { radius, raised, space, stylesOf } from '../theme.ts'

const useStyles = stylesOf((colors) => ({
  card: {
    backgroundColor: colors.surface,
    borderRadius: radius.l,
    padding: space.l,
    gap: space.m,
    ...raised(colors),
  },
  rows: { padding: 0, gap: 0, overflow: 'hidden' },
  line: { height: 1, backgroundColor: colors.line, marginLeft: space.l },
}))

export function Card({ children }: { readonly children: ReactNode }) {
  return <View style={useStyles().card}>{children}</View>
}

export function Rows({ label, children }: { readonly label?: string; readonly children: ReactNode }) {
  const styles = useStyles()
  return (
    <View
      role="list"
      {...(label === undefined ? {} : { 'aria-label': label })}
      style={[styles.card, styles.rows]}
    >
      {Children.toArray(children).map((row, i) => (
        // Rows have keys of their own; the place only says whether a line stands before.
        // oxlint-disable-next-line react/no-array-index-key
        <View role="listitem" key={i}>
          {i === 0 ? null : <View style={styles.line} />}
          {row}
        </View>
      ))}
    </View>
  )
}
