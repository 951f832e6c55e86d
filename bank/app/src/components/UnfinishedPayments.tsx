/** Payments nobody knows the end of yet: said wherever somebody could pay them a second time. */
import { Rows } from './Card.tsx'
import { Disc } from './Disc.tsx'
import { ListRow } from './ListRow.tsx'
import { useNav } from '../nav/nav.tsx'
import { keptPayments } from '../state/kept-payments.ts'
import { useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { useFormat, useWords } from '../words/language.tsx'

export function UnfinishedPayments() {
  const nav = useNav()
  const format = useFormat()
  const { session } = useOpen()
  const { unfinished } = useWords().transfer
  const { value } = useLoad('kept', () => keptPayments(session).list())
  const open = value?.filter(({ approval }) => approval === null) ?? []
  if (open.length === 0) return null
  return (
    <Rows label={unfinished.one}>
      {open.map(({ key, order: { name, amount } }) => (
        <ListRow
          key={key}
          title={unfinished.one}
          text={unfinished.oneText(format.money(amount), name)}
          mark={<Disc icon="warning" tone="warn" />}
          onPress={() => nav.go('transfer_unfinished', { payment: key })}
          whole
        />
      ))}
    </Rows>
  )
}
