import { Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Screen } from '../components/Screen.tsx'
import { UnfinishedPayments } from '../components/UnfinishedPayments.tsx'
import { useNav } from '../nav/nav.tsx'
import { useWords } from '../words/language.tsx'

export function Payments() {
  const nav = useNav()
  const { payments } = useWords().daily
  return (
    <Screen title={payments.title}>
      <UnfinishedPayments />
      <Rows>
        <ListRow
          title={payments.transfer}
          text={payments.transferText}
          mark={<Disc icon="send" />}
          onPress={() => nav.go('transfer', {})}
        />
        <ListRow
          title={payments.orders}
          text={payments.ordersText}
          mark={<Disc icon="calendar" />}
          onPress={() => nav.go('standing_orders', {})}
        />
        <ListRow
          title={payments.payees}
          text={payments.payeesText}
          mark={<Disc icon="people" />}
          onPress={() => nav.go('payees', {})}
        />
        <ListRow
          title={payments.held}
          text={payments.heldText}
          mark={<Disc icon="pause" />}
          onPress={() => nav.go('held', {})}
        />
      </Rows>
    </Screen>
  )
}
