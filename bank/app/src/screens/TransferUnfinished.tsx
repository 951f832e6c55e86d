/** A payment whose answer was lost: asked for again under its own key, until the bank has said what became of it. */
import { useEffect } from 'react'
import { View } from 'react-native'
import { Banner, Complaint } from '../components/Banner.tsx'
import { BigAmount } from '../components/BigAmount.tsx'
import { Button } from '../components/Button.tsx'
import { Card } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { Points } from '../components/Points.tsx'
import { Screen } from '../components/Screen.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { onReconnect } from '../device/lifecycle.ts'
import { useNav, useShown } from '../nav/nav.tsx'
import type { Routes } from '../nav/routes.ts'
import { type KeptPayment, keptPayments } from '../state/kept-payments.ts'
import { repeatableMs } from '../state/send-payment.ts'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { type Paying, usePayment } from '../state/use-payment.ts'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({
  top: { alignItems: 'center', gap: space.s, paddingVertical: space.s },
}))

export function TransferUnfinished({ payment: key }: Routes['transfer_unfinished']) {
  const nav = useNav()
  const { session } = useOpen()
  const { unfinished, done } = useWords().transfer
  const paying = usePayment(false)
  const { error } = paying
  const { value, reload } = useLoad('kept', () => keptPayments(session).list())
  useEffect(() => {
    if (error !== null) reload()
  }, [error, reload])
  const payment = value?.find((one) => one.key === key)
  if (payment !== undefined) return <Unfinished payment={payment} paying={paying} />
  return (
    <Screen title={unfinished.title}>
      {value === null ? (
        <SkeletonRows count={2} />
      ) : (
        <EmptyState icon="check" tone="good" title={unfinished.gone} text={error ?? unfinished.goneText}>
          <Button kind="secondary" title={done.ready} onPress={() => nav.tab('home')} fits />
        </EmptyState>
      )}
    </Screen>
  )
}

type UnfinishedProps = { readonly payment: KeptPayment; readonly paying: Paying }

function Unfinished({ payment, paying: { busy, error, repeat } }: UnfinishedProps) {
  const styles = useStyles()
  const shown = useShown()
  const { unfinished, done } = useWords().transfer
  const { amount, name } = payment.order
  const old = Date.now() - payment.at > repeatableMs
  useEffect(() => {
    if (!shown || old) return undefined
    return onReconnect(() => repeat(payment))
  }, [shown, old, payment, repeat])
  const footer = (
    <>
      <Complaint text={error} />
      {old ? null : (
        <Button
          title={unfinished.ask}
          busy={busy}
          busyTitle={unfinished.busy}
          onPress={() => repeat(payment)}
        />
      )}
      {old || error !== null ? <Look payment={payment} /> : null}
    </>
  )
  return (
    <Screen title={unfinished.title} footer={footer}>
      <View style={styles.top}>
        <Disc icon="warning" tone="warn" size={72} />
        <BigAmount money={amount} />
        <Type tone="soft" align="center">
          {done.to(name)}
        </Type>
      </View>
      <Type kind="heading" level={2}>
        {unfinished.heading}
      </Type>
      {old ? (
        <Banner tone="warn" text={unfinished.old} />
      ) : (
        <>
          <Type tone="soft">{unfinished.text}</Type>
          <Card>
            <Points icon="info" items={unfinished.points} />
          </Card>
        </>
      )}
    </Screen>
  )
}

/** The books tell, when nobody else does any more. */
function Look({ payment: { key, order } }: { readonly payment: KeptPayment }) {
  const nav = useNav()
  const { session } = useOpen()
  const { unfinished } = useWords().transfer
  const { busy, error, run } = useAct()
  const forget = (): void =>
    run(async () => {
      await keptPayments(session).drop(key)
      nav.tab('home')
    })
  return (
    <>
      <Complaint text={error} />
      <Button
        kind="secondary"
        title={unfinished.account}
        onPress={() => nav.go('account', { account: order.from })}
      />
      <Button kind="quiet" title={unfinished.forget} busy={busy} onPress={forget} />
    </>
  )
}
