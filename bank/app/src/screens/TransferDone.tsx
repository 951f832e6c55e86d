/** It is paid: the receipt. */
import { useState } from 'react'
import { View } from 'react-native'
import { ibanGroups } from '../bank/iban.ts'
import { Banner, Complaint } from '../components/Banner.tsx'
import { BigAmount } from '../components/BigAmount.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { Fact } from '../components/Fact.tsx'
import { Screen } from '../components/Screen.tsx'
import { Tick } from '../components/Tick.tsx'
import { Type } from '../components/Type.tsx'
import { useNav } from '../nav/nav.tsx'
import type { Routes } from '../nav/routes.ts'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({
  top: { alignItems: 'center', gap: space.s, paddingTop: space.s, paddingBottom: space.s },
}))

export function TransferDone({ transfer, isNew }: Routes['transfer_done']) {
  const styles = useStyles()
  const nav = useNav()
  const format = useFormat()
  const { done, review } = useWords().transfer
  const accounts = useLoad('accounts', (bank) => bank.accounts())
  const from = accounts.value?.find(({ id }) => id === transfer.from)
  const footer = (
    <>
      <Button title={done.ready} onPress={() => nav.tab('home')} />
      {isNew ? <KeepPayee transfer={transfer} /> : null}
    </>
  )
  return (
    <Screen title={done.title} footer={footer}>
      <View style={styles.top}>
        <Tick />
        <BigAmount money={transfer.amount} />
        <Type tone="soft" align="center">
          {done.to(transfer.name)}
        </Type>
      </View>
      <Rows>
        <Fact label={review.iban} value={ibanGroups(transfer.iban)} />
        {transfer.reference === '' ? null : <Fact label={review.reference} value={transfer.reference} />}
        {from === undefined ? null : <Fact label={review.from} value={from.name} />}
        <Fact label={done.date} value={format.moment(transfer.at)} />
        <Fact label={done.number} value={transfer.id} />
      </Rows>
    </Screen>
  )
}

function KeepPayee({ transfer: { name, iban } }: Pick<Routes['transfer_done'], 'transfer'>) {
  const { bank } = useOpen()
  const { payees, transfer } = useWords()
  const { busy, error, run } = useAct()
  const [kept, setKept] = useState(false)
  const keep = (): void =>
    run(async () => {
      await bank.addPayee({ name, iban })
      setKept(true)
    })
  if (kept) return <Banner tone="good" text={transfer.done.kept(name)} />
  return (
    <>
      <Complaint text={error} />
      <Button
        kind="secondary"
        icon="people"
        title={transfer.done.keep(name)}
        busy={busy}
        busyTitle={payees.adding}
        onPress={keep}
      />
    </>
  )
}
