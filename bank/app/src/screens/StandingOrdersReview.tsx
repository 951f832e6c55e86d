/** How often, and from when on: the last look before the approval. */
import { useMemo, useState } from 'react'
import { View } from 'react-native'
import { BankError } from '../bank/bank.ts'
import { dayOf, firstOfMonth, noonOf } from '../bank/day.ts'
import { Complaint } from '../components/Banner.tsx'
import { BigAmount } from '../components/BigAmount.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { Tabs } from '../components/Choice.tsx'
import { DayPicker } from '../components/DayPicker.tsx'
import { Disc } from '../components/Disc.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { RecipientRow } from '../components/RecipientRow.tsx'
import { plainReference, ReferenceField } from '../components/ReferenceField.tsx'
import { Screen } from '../components/Screen.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { useNav } from '../nav/nav.tsx'
import type { Routes } from '../nav/routes.ts'
import { useAct } from '../state/use-act.ts'
import { useApp, useOpen } from '../state/use-app.tsx'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({ amount: { alignItems: 'center', paddingVertical: space.s } }))

type Rhythm = { readonly every: 'week' | 'month'; readonly first: string; readonly reference: string }

/** The same order goes under the same key, so that pressing again after a lost answer sets up nothing twice. */
function useSetUp(order: Routes['standing_order_review']['order'], rhythm: Rhythm) {
  const nav = useNav()
  const { newKey } = useApp()
  const { bank } = useOpen()
  const { busy, error, run } = useAct()
  const { every, first, reference } = rhythm
  const [refused, setRefused] = useState(0)
  // Another order, or one the bank said no to, is a new one.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const idempotencyKey = useMemo(newKey, [every, first, reference, refused])
  const send = (): void =>
    run(async () => {
      try {
        const { id } = await bank.addStandingOrder({ ...order, ...rhythm }, { idempotencyKey })
        nav.end('standing_orders', { added: id })
      } catch (failure) {
        if (failure instanceof BankError) setRefused((times) => times + 1)
        throw failure
      }
    })
  return { busy, error, send }
}

export function StandingOrdersReview({ to, order }: Routes['standing_order_review']) {
  const styles = useStyles()
  const { orders } = useWords()
  const { review } = orders
  const today = dayOf(Date.now())
  const [every, setEvery] = useState<Rhythm['every']>('month')
  const [first, setFirst] = useState(firstOfMonth(today, 1))
  const [reference, setReference] = useState('')
  const setUp = useSetUp(order, { every, first, reference: plainReference(reference) })
  const rhythms = [
    { value: 'week' as const, text: orders.week },
    { value: 'month' as const, text: orders.month },
  ]
  const footer = (
    <>
      <Complaint text={setUp.error} />
      <Button title={review.send} busy={setUp.busy} busyTitle={review.busy} onPress={setUp.send} />
    </>
  )
  return (
    <Screen title={review.title} footer={footer}>
      <View style={styles.amount}>
        <BigAmount money={order.amount} />
      </View>
      <Rows>
        <RecipientRow to={to} />
        <FirstDay today={today} first={first} onChange={setFirst} />
      </Rows>
      <Tabs label={review.every} options={rhythms} value={every} onChange={setEvery} />
      <ReferenceField value={reference} onChange={setReference} />
    </Screen>
  )
}

/** No further ahead than the bank plans. */
const months = 24

type FirstDayProps = {
  readonly today: string
  readonly first: string
  readonly onChange: (day: string) => void
}

function FirstDay({ today, first, onChange }: FirstDayProps) {
  const [open, setOpen] = useState(false)
  const format = useFormat()
  const { review } = useWords().orders
  return (
    <>
      <ListRow
        title={review.first}
        text={format.date(noonOf(first))}
        mark={<Disc icon="calendar" />}
        onPress={() => setOpen(true)}
      />
      {open ? (
        <Sheet title={review.choose} onClose={() => setOpen(false)}>
          <DayPicker
            day={first}
            first={today}
            last={firstOfMonth(today, months)}
            onChange={(day) => {
              onChange(day)
              setOpen(false)
            }}
          />
        </Sheet>
      ) : null}
    </>
  )
}
