/** Payees in a list that can be searched, as one does who looks for somebody in particular. */
import { useState } from 'react'
import { View } from 'react-native'
import { ibanGroups, plainIban } from '../bank/iban.ts'
import type { Payee } from '../bank/shapes.ts'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Rows } from './Card.tsx'
import { Avatar } from './Disc.tsx'
import { Field } from './Field.tsx'
import { IconButton } from './IconButton.tsx'
import { ListRow } from './ListRow.tsx'
import { EmptyState } from './State.tsx'
import { Type } from './Type.tsx'

const useStyles = stylesOf(() => ({ section: { gap: space.m } }))

/** Fewer are seen at a glance. */
const worthSearching = 6

/** Part of the name in any case, or of the IBAN however it is written. */
function matches({ name, iban }: Payee, query: string): boolean {
  const plain = plainIban(query)
  return name.toLowerCase().includes(query.toLowerCase()) || (plain !== '' && iban.includes(plain))
}

/** Who was paid last stands first. */
function byUse(payees: readonly Payee[]): Payee[] {
  return payees.toSorted(
    (one, other) => (other.lastPaidAt ?? 0) - (one.lastPaidAt ?? 0) || one.name.localeCompare(other.name),
  )
}

export type PayeeRowsProps = {
  /** What the list is called; above it, unless its screen is called so. */
  readonly title: string
  readonly untitled?: boolean
  readonly payees: readonly Payee[]
  readonly onPress: (payee: Payee) => void
}

export function PayeeRows({ title, untitled = false, payees, onPress }: PayeeRowsProps) {
  const styles = useStyles()
  const words = useWords().payees
  const { parts } = useWords().daily
  const [query, setQuery] = useState('')
  const found = byUse(payees).filter((payee) => matches(payee, query.trim()))
  return (
    <View style={styles.section}>
      {untitled ? null : (
        <Type kind="heading" level={2}>
          {title}
        </Type>
      )}
      {payees.length < worthSearching ? null : (
        <Field
          label={words.search}
          unlabelled
          icon="search"
          value={query}
          onChange={setQuery}
          input={{ placeholder: words.search, inputMode: 'search', autoComplete: 'off', autoCorrect: false }}
          {...(query === ''
            ? {}
            : { end: <IconButton icon="close" label={parts.clear} onPress={() => setQuery('')} /> })}
        />
      )}
      {found.length === 0 ? (
        <EmptyState icon="search" title={words.nothing} text={words.nothingText} />
      ) : (
        <Rows label={title}>
          {found.map((payee) => (
            <ListRow
              key={payee.id}
              title={payee.name}
              text={ibanGroups(payee.iban)}
              mark={<Avatar name={payee.name} />}
              onPress={() => onPress(payee)}
            />
          ))}
        </Rows>
      )}
    </View>
  )
}
