/** What is paid again and again by itself. */
import { useState } from 'react'
import { ibanGroups } from '../bank/iban.ts'
import { noonOf } from '../bank/day.ts'
import type { StandingOrder } from '../bank/shapes.ts'
import { Amount } from '../components/Amount.tsx'
import { Banner, Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { Avatar } from '../components/Disc.tsx'
import { Fact } from '../components/Fact.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Screen } from '../components/Screen.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { useNav } from '../nav/nav.tsx'
import type { Routes } from '../nav/routes.ts'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { useFormat, useWords } from '../words/language.tsx'

export function StandingOrders({ added }: Routes['standing_orders']) {
  const nav = useNav()
  const { orders } = useWords()
  const { value, error, reload } = useLoad('standing orders', (bank) => bank.standingOrders())
  const [shown, show] = useState<StandingOrder | null>(null)
  const fresh = value?.find(({ id }) => id === added)
  const footer = (
    <Button
      icon="plus"
      title={orders.new}
      onPress={() => nav.go('transfer', { purpose: 'standing_order' })}
    />
  )
  return (
    <Screen title={orders.title} footer={footer}>
      {fresh === undefined ? null : <Banner tone="good" text={orders.added(fresh.name)} />}
      {value === null && error === null ? <SkeletonRows count={2} /> : null}
      {value === null && error !== null ? <ErrorState text={error} onAgain={reload} /> : null}
      {value?.length === 0 ? <EmptyState icon="calendar" title={orders.none} text={orders.noneText} /> : null}
      {value === null || value.length === 0 ? null : (
        <Rows label={orders.title}>
          {value.map((order) => (
            <OrderRow key={order.id} order={order} onPress={() => show(order)} />
          ))}
        </Rows>
      )}
      {shown === null ? null : (
        <OrderSheet
          order={shown}
          onClose={() => show(null)}
          onEnded={() => {
            show(null)
            reload()
          }}
        />
      )}
    </Screen>
  )
}

type OrderRowProps = { readonly order: StandingOrder; readonly onPress: () => void }

function OrderRow({ order: { name, every, next, amount }, onPress }: OrderRowProps) {
  const { orders } = useWords()
  const format = useFormat()
  const due = next === null || next === undefined ? '' : ` · ${orders.next(format.short(noonOf(next)))}`
  return (
    <ListRow
      title={name}
      text={orders[every] + due}
      mark={<Avatar name={name} />}
      end={<Amount money={amount} />}
      onPress={onPress}
    />
  )
}

type OrderSheetProps = {
  readonly order: StandingOrder
  readonly onClose: () => void
  readonly onEnded: () => void
}

function OrderSheet({ order, onClose, onEnded }: OrderSheetProps) {
  const { orders } = useWords()
  const format = useFormat()
  const [sure, setSure] = useState(false)
  if (sure) return <EndOrder order={order} onClose={onClose} onEnded={onEnded} />
  const { facts } = orders
  const { name, amount, iban, reference, every, next } = order
  return (
    <Sheet
      title={name}
      onClose={onClose}
      footer={<Button kind="danger" title={orders.end} onPress={() => setSure(true)} />}
    >
      <Rows>
        <Fact label={facts.amount} value={format.money(amount)} />
        <Fact label={facts.rhythm} value={orders[every]} />
        {next === null || next === undefined ? null : (
          <Fact label={facts.next} value={format.date(noonOf(next))} />
        )}
        <Fact label={facts.iban} value={ibanGroups(iban)} />
        {reference === '' ? null : <Fact label={facts.reference} value={reference} />}
      </Rows>
    </Sheet>
  )
}

function EndOrder({ order: { id, name }, onClose, onEnded }: OrderSheetProps) {
  const { bank } = useOpen()
  const { orders, daily } = useWords()
  const { busy, error, run } = useAct()
  const end = (): void =>
    run(async () => {
      await bank.removeStandingOrder(id)
      onEnded()
    })
  const footer = (
    <>
      <Button kind="danger" title={orders.end} busy={busy} busyTitle={orders.ending} onPress={end} />
      <Button kind="quiet" title={daily.parts.cancel} onPress={onClose} />
    </>
  )
  return (
    <Sheet title={name} onClose={onClose} footer={footer}>
      <Type tone="soft">{orders.sure(name)}</Type>
      <Complaint text={error} />
    </Sheet>
  )
}
