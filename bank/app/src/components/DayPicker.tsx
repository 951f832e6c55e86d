/** One day of a calendar. */
import { useState } from 'react'
import { Pressable, View } from 'react-native'
import { type Day, dayOf, firstOfMonth, noonOf, weeksOf } from '../bank/day.ts'
import { radius, space, stylesOf, touch } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { Card } from './Card.tsx'
import { IconButton } from './IconButton.tsx'
import { Type } from './Type.tsx'

export type DayPickerProps = {
  readonly day: Day
  /** No day before it, and none after. */
  readonly first: Day
  readonly last: Day
  readonly onChange: (day: Day) => void
}

const useStyles = stylesOf((colors) => ({
  head: { flexDirection: 'row', alignItems: 'center', justifyContent: 'space-between' },
  week: { flexDirection: 'row' },
  cell: { flex: 1, alignItems: 'center', justifyContent: 'center', minHeight: 44 },
  day: {
    flex: 1,
    minHeight: 44,
    borderRadius: radius.pill,
    alignItems: 'center',
    justifyContent: 'center',
  },
  on: { backgroundColor: colors.brand },
  pressed: { backgroundColor: colors.tint },
  away: { width: touch },
  weeks: { gap: space.xs },
}))

export function DayPicker({ day, first, last, onChange }: DayPickerProps) {
  const styles = useStyles()
  const format = useFormat()
  const { review } = useWords().orders
  const [month, setMonth] = useState(firstOfMonth(day, 0))
  const earlier = month > first
  const later = firstOfMonth(month, 1) <= last
  return (
    <Card>
      <View style={styles.head}>
        {earlier ? (
          <IconButton icon="back" label={review.earlier} onPress={() => setMonth(firstOfMonth(month, -1))} />
        ) : (
          <View style={styles.away} />
        )}
        <Type kind="strong" live="polite">
          {format.month(noonOf(month))}
        </Type>
        {later ? (
          <IconButton icon="forward" label={review.later} onPress={() => setMonth(firstOfMonth(month, 1))} />
        ) : (
          <View style={styles.away} />
        )}
      </View>
      <View style={styles.weeks}>
        <View aria-hidden style={styles.week}>
          {format.weekdays.map((name) => (
            <View key={name} style={styles.cell}>
              <Type kind="tiny" tone="soft" small>
                {name}
              </Type>
            </View>
          ))}
        </View>
        {weeksOf(month).map((week, i) => (
          // oxlint-disable-next-line react/no-array-index-key
          <View key={i} style={styles.week}>
            {week.map((each, weekday) =>
              each === null || each < first || each > last ? (
                <NoDay key={weekday} day={each} />
              ) : (
                <OneDay key={each} day={each} on={each === day} onPress={() => onChange(each)} />
              ),
            )}
          </View>
        ))}
      </View>
    </Card>
  )
}

const numberOf = (day: Day): string => String(Number(day.slice(8)))

function NoDay({ day }: { readonly day: Day | null }) {
  const styles = useStyles()
  return (
    <View aria-hidden style={[styles.cell, { opacity: 0.4 }]}>
      {day === null ? null : (
        <Type tone="soft" small>
          {numberOf(day)}
        </Type>
      )}
    </View>
  )
}

type OneDayProps = { readonly day: Day; readonly on: boolean; readonly onPress: () => void }

function OneDay({ day, on, onPress }: OneDayProps) {
  const styles = useStyles()
  const format = useFormat()
  const today = day === dayOf(Date.now())
  return (
    <Pressable
      role="button"
      aria-label={format.day(noonOf(day))}
      aria-pressed={on}
      onPress={onPress}
      style={({ pressed }) => [styles.day, pressed && styles.pressed, on && styles.on]}
    >
      <Type
        kind={on || today ? 'smallStrong' : 'small'}
        tone={on ? 'onBrand' : today ? 'brand' : 'ink'}
        tabular
      >
        {numberOf(day)}
      </Type>
    </Pressable>
  )
}
