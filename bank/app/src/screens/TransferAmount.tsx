/** How much, and from which account. */
import { useState } from 'react'
import type { Money } from '../bank/money.ts'
import { parseTyped } from '../bank/money.ts'
import type { Account } from '../bank/shapes.ts'
import { AccountPicker } from '../components/AccountPicker.tsx'
import { AmountField } from '../components/AmountField.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { RecipientRow } from '../components/RecipientRow.tsx'
import { Screen } from '../components/Screen.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { useNav } from '../nav/nav.tsx'
import type { Routes } from '../nav/routes.ts'
import { useLoad } from '../state/use-load.ts'
import { useFormat, useWords } from '../words/language.tsx'

export function TransferAmount(props: Routes['transfer_amount']) {
  const { transfer, orders } = useWords()
  const title = props.purpose === 'transfer' ? transfer.title : orders.new
  const loaded = useLoad('accounts', (bank) => bank.accounts())
  // Money does not go from an account to itself.
  const accounts = loaded.value?.filter(({ iban }) => iban !== props.to.iban) ?? null
  const first = accounts?.find(({ id }) => id === props.from) ?? accounts?.[0]
  if (accounts !== null && first !== undefined)
    return <Amounts {...props} title={title} accounts={accounts} first={first} />
  return (
    <Screen title={title}>
      <Rows>
        <RecipientRow to={props.to} />
      </Rows>
      {accounts !== null ? (
        <EmptyState icon="card" title={transfer.amount.none} text={transfer.amount.noneText} />
      ) : loaded.error === null ? (
        <SkeletonRows count={2} />
      ) : (
        <ErrorState text={loaded.error} onAgain={loaded.reload} />
      )}
    </Screen>
  )
}

type AmountsProps = Routes['transfer_amount'] & {
  readonly title: string
  readonly accounts: readonly Account[]
  readonly first: Account
}

/** Null for nothing; a standing order is paid on another day, from what is there then. */
function useAmount(typed: string, account: Account): Money | null {
  const { decimal } = useFormat()
  const minor = parseTyped(typed.replace(/[.,]$/, ''), decimal) ?? 0n
  return minor === 0n ? null : { currency: account.available.currency, minor }
}

function Amounts({ to, purpose, title, accounts, first }: AmountsProps) {
  const nav = useNav()
  const { transfer } = useWords()
  const format = useFormat()
  const [typed, setTyped] = useState('')
  const [from, setFrom] = useState(first.id)
  const account = accounts.find(({ id }) => id === from) ?? first
  const amount = useAmount(typed, account)
  const { available } = account
  const tooMuch = purpose === 'transfer' && amount !== null && amount.minor > available.minor
  const next = (): void => {
    if (amount === null) return
    const order = { from: account.id, name: to.name, iban: to.iban, amount, reference: '' }
    nav.go(purpose === 'transfer' ? 'transfer_review' : 'standing_order_review', { to, order })
  }
  return (
    <Screen
      title={title}
      footer={<Button title={transfer.amount.next} disabled={amount === null || tooMuch} onPress={next} />}
    >
      <Rows>
        <RecipientRow to={to} />
        <AccountPicker accounts={accounts} account={account} onChange={({ id }) => setFrom(id)} />
      </Rows>
      <AmountField
        currency={available.currency}
        typed={typed}
        onChange={setTyped}
        hint={purpose === 'transfer' ? transfer.amount.hint : transfer.amount.eachTime}
        error={tooMuch ? transfer.amount.tooMuch(format.money(available)) : null}
      />
    </Screen>
  )
}
