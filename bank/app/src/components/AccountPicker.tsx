/** From which account: a row that opens a list of them. */
import { useState } from 'react'
import type { Account } from '../bank/shapes.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { Amount } from './Amount.tsx'
import { Rows } from './Card.tsx'
import { Disc } from './Disc.tsx'
import { ListRow } from './ListRow.tsx'
import { Sheet } from './Sheet.tsx'

export type AccountPickerProps = {
  readonly accounts: readonly Account[]
  readonly account: Account
  readonly onChange: (account: Account) => void
}

export function AccountPicker({ accounts, account, onChange }: AccountPickerProps) {
  const [open, setOpen] = useState(false)
  const { transfer } = useWords()
  const format = useFormat()
  const { name, available } = account
  const one = accounts.length < 2
  return (
    <>
      <ListRow
        title={transfer.amount.from(name)}
        text={transfer.amount.available(format.money(available))}
        mark={<AccountDisc account={account} />}
        {...(one ? {} : { onPress: () => setOpen(true) })}
      />
      {open ? (
        <Sheet title={transfer.amount.choose} onClose={() => setOpen(false)}>
          <Rows>
            {accounts.map((each) => (
              <ListRow
                key={each.id}
                title={each.name}
                text={transfer.amount.available(format.money(each.available))}
                mark={<AccountDisc account={each} />}
                end={<Amount money={each.balance} />}
                onPress={() => {
                  onChange(each)
                  setOpen(false)
                }}
              />
            ))}
          </Rows>
        </Sheet>
      ) : null}
    </>
  )
}

function AccountDisc({ account: { kind } }: { readonly account: Account }) {
  return <Disc icon={kind === 'savings' ? 'piggy' : 'card'} />
}
