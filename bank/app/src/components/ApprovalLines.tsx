/** What is approved, every line of it as it is signed: in this order, whole, and nothing beside. */
import type { ApprovalLine } from '@holdfast/client'
import type { ReactNode } from 'react'
import { View } from 'react-native'
import { type Kind, space, stylesOf } from '../theme.ts'
import { Card } from './Card.tsx'
import { Disc } from './Disc.tsx'
import { Type } from './Type.tsx'

const useStyles = stylesOf((colors) => ({
  head: { flexDirection: 'row', alignItems: 'center', gap: space.m, paddingBottom: space.xs },
  title: { flex: 1 },
  line: { paddingTop: space.m, gap: 2, borderTopWidth: 1, borderTopColor: colors.line },
}))

/** How much and to whom is read first. */
const kinds: Readonly<Record<string, Kind>> = { amount: 'hero', name: 'heading' }

export type ApprovalLinesProps = {
  readonly title: string
  readonly lines: readonly ApprovalLine[]
  /** Beside the title: how long it can be approved. */
  readonly end?: ReactNode
}

/** Text is text: never cut, never put together with other text. */
export function ApprovalLines({ title, lines, end }: ApprovalLinesProps) {
  const styles = useStyles()
  return (
    <Card>
      <View style={styles.head}>
        <Disc icon="shield_check" size={36} />
        <View style={styles.title}>
          <Type kind="heading" level={3}>
            {title}
          </Type>
        </View>
        {end}
      </View>
      {lines.map(({ name, label, value }, i) => (
        // Two lines of a batch may be alike; their place never changes.
        // oxlint-disable-next-line react/no-array-index-key
        <View key={i} style={styles.line}>
          <Type kind="small" tone="soft">
            {label}
          </Type>
          <Type kind={kinds[name] ?? 'strong'} tabular>
            {value}
          </Type>
        </View>
      ))}
    </Card>
  )
}

/** Beside the keypad: how much to whom, once more. */
export function ApprovalSummary({ lines }: Pick<ApprovalLinesProps, 'lines'>) {
  const first = lines.slice(0, 2)
  return (
    <View>
      {first.map(({ name, value }, i) => (
        <Type
          key={name}
          kind={i === 0 ? 'title' : 'body'}
          tone={i === 0 ? 'ink' : 'soft'}
          align="center"
          tabular
        >
          {value}
        </Type>
      ))}
    </View>
  )
}
