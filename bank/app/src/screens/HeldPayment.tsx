/** One payment the bank keeps back: why, what comes next, and when it is released the sending of it, as it was. */
import { useEffect } from 'react'
import { View } from 'react-native'
import { ApprovalLines } from '../components/ApprovalLines.tsx'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Card } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { heldLooks } from '../components/held-looks.ts'
import { Points } from '../components/Points.tsx'
import { Screen } from '../components/Screen.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { useNav } from '../nav/nav.tsx'
import type { Routes } from '../nav/routes.ts'
import { type HeldPayment as HeldOne, useHeld, useLooking } from '../state/use-held.ts'
import { type Paying, usePayment } from '../state/use-payment.ts'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { LeaveHeld, StartAgain } from './HeldChoices.tsx'

const useStyles = stylesOf(() => ({
  top: { alignItems: 'center', gap: space.m, paddingTop: space.s },
  words: { gap: space.xs },
}))

export function HeldPayment({ approval }: Routes['held_payment']) {
  const { held, transfer } = useWords()
  const { value, error, reload } = useHeld()
  const paying = usePayment(true)
  // What it was refused with may have ended it.
  useEffect(() => {
    if (paying.error !== null) reload()
  }, [paying.error, reload])
  const one = value?.find((each) => each.approval === approval)
  if (one !== undefined) return <Shown held={one} paying={paying} look={reload} />
  return (
    <Screen title={held.one}>
      {value !== null ? (
        <EmptyState
          icon="check"
          title={transfer.unfinished.gone}
          text={paying.error ?? transfer.unfinished.goneText}
        />
      ) : error === null ? (
        <SkeletonRows count={3} />
      ) : (
        <ErrorState text={error} onAgain={reload} />
      )}
    </Screen>
  )
}

type ShownProps = { readonly held: HeldOne; readonly paying: Paying; readonly look: () => void }

function Shown({ held: one, paying, look }: ShownProps) {
  const styles = useStyles()
  const format = useFormat()
  const { held } = useWords()
  const { state, listed, payment } = one
  const { amount, name } = payment.order
  useLooking(state === 'held', look)
  return (
    <Screen title={held.one} footer={<Choices held={one} paying={paying} look={look} />}>
      <View style={styles.top} aria-live="polite">
        <Disc {...heldLooks[state]} size={72} />
        <Type kind="strong" align="center" tabular>
          {held.what(format.money(amount), name)}
        </Type>
        <View style={styles.words}>
          <Type kind="heading" level={2} align="center">
            {held.headings[state]}
          </Type>
          <Type tone="soft" align="center">
            {held.texts[state]}
          </Type>
        </View>
      </View>
      <Complaint text={paying.error} />
      {state === 'held' && listed !== null ? <Reasons listed={listed} /> : null}
      {state === 'held' ? <Steps /> : null}
      {listed === null ? null : <ApprovalLines title={listed.title} lines={listed.lines} />}
      {listed !== null && (state === 'held' || state === 'released') ? (
        <Type kind="small" tone="soft">
          {held.until(format.moment(listed.expiresAt))}
        </Type>
      ) : null}
    </Screen>
  )
}

function Reasons({ listed: { reasons } }: { readonly listed: NonNullable<HeldOne['listed']> }) {
  const { approval } = useWords()
  return (
    <Card>
      <Points icon="info" items={reasons.map((reason) => approval.reasons[reason])} />
    </Card>
  )
}

function Steps() {
  const { held } = useWords()
  return (
    <>
      <Type kind="heading" level={2}>
        {held.next}
      </Type>
      <Card>
        <Points items={held.steps} numbered />
      </Card>
    </>
  )
}

function Choices({ held: one, paying, look }: ShownProps) {
  const { held } = useWords()
  const format = useFormat()
  const nav = useNav()
  const { payment, state } = one
  const send = (): void => paying.repeat(payment)
  switch (state) {
    case 'held':
      return (
        <>
          <Button kind="secondary" title={held.look} onPress={look} />
          <LeaveHeld payment={payment} onLeft={nav.back} />
        </>
      )
    case 'released':
      return (
        <>
          <Button
            icon="send"
            title={held.send(format.money(payment.order.amount))}
            busy={paying.busy}
            busyTitle={held.busy}
            onPress={send}
          />
          <LeaveHeld payment={payment} onLeft={nav.back} />
        </>
      )
    case 'sent':
      return <Button title={held.receipt} busy={paying.busy} busyTitle={held.looking} onPress={send} />
    case 'refused':
    case 'expired':
      return <StartAgain payment={payment} />
    default:
      throw new TypeError('there is no such state')
  }
}
