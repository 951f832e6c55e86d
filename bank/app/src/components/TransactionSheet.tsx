/** One payment, whole. */
import { useState } from 'react'
import type { Transaction } from '../bank/shapes.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { ibanGroups } from '../bank/iban.ts'
import { BigAmount } from './BigAmount.tsx'
import { Rows } from './Card.tsx'
import { Fact } from './Fact.tsx'
import { Sheet } from './Sheet.tsx'

export type TransactionSheetProps = {
  readonly shown: Transaction | null
  readonly close: () => void
}

export function useTransactionSheet(): TransactionSheetProps & {
  readonly show: (transaction: Transaction) => void
} {
  const [shown, show] = useState<Transaction | null>(null)
  return { shown, show, close: () => show(null) }
}

export function TransactionSheet({ shown, close }: TransactionSheetProps) {
  const { account, kinds, categories } = useWords().daily
  const format = useFormat()
  if (shown === null) return null
  const { counterparty, amount, at, reference, category, kind, balance } = shown
  return (
    <Sheet title={counterparty.name} onClose={close}>
      <BigAmount money={amount} tone={amount.minor > 0n ? 'good' : 'ink'} />
      <Rows>
        <Fact label={account.date} value={format.moment(at)} />
        <Fact label={account.type} value={kinds[kind]} />
        {reference === '' ? null : <Fact label={account.reference} value={reference} />}
        {counterparty.iban === null ? null : (
          <Fact label={account.account} value={ibanGroups(counterparty.iban)} />
        )}
        <Fact label={account.category} value={categories[category]} />
        <Fact label={account.after} value={format.money(balance)} />
      </Rows>
    </Sheet>
  )
}
