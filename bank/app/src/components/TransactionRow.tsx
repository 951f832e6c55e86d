import type { Transaction } from '../bank/shapes.ts'
import { useWords } from '../words/language.tsx'
import { Amount } from './Amount.tsx'
import { categoryIcons } from './category-icons.ts'
import { Avatar, Disc } from './Disc.tsx'
import { ListRow } from './ListRow.tsx'

export type TransactionRowProps = {
  readonly transaction: Transaction
  readonly onPress: () => void
  readonly when?: string
}

/** People are shown by their initials, everything else by what it was for. */
export function TransactionRow({ transaction, onPress, when }: TransactionRowProps) {
  const { daily } = useWords()
  const { counterparty, reference, amount, category, kind } = transaction
  const text = [when, reference === '' ? daily.kinds[kind] : reference].filter(Boolean).join(' · ')
  return (
    <ListRow
      title={counterparty.name}
      text={text}
      mark={
        kind === 'transfer' ? (
          <Avatar name={counterparty.name} />
        ) : (
          <Disc icon={categoryIcons[category]} tone="soft" />
        )
      }
      end={<Amount money={amount} signed />}
      onPress={onPress}
    />
  )
}
