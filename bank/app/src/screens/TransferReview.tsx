/** The last look before the bank is asked: from here on the approval sheet leads. */
import { useState } from 'react'
import { View } from 'react-native'
import { ibanGroups } from '../bank/iban.ts'
import { Banner, Complaint } from '../components/Banner.tsx'
import { BigAmount } from '../components/BigAmount.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { Fact } from '../components/Fact.tsx'
import { ReferenceField, plainReference } from '../components/ReferenceField.tsx'
import { Screen } from '../components/Screen.tsx'
import type { Recipient, Routes } from '../nav/routes.ts'
import { useLoad } from '../state/use-load.ts'
import { usePayment } from '../state/use-payment.ts'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({ amount: { alignItems: 'center', paddingVertical: space.s } }))

export function TransferReview({ to, order }: Routes['transfer_review']) {
  const styles = useStyles()
  const format = useFormat()
  const { review } = useWords().transfer
  const accounts = useLoad('accounts', (bank) => bank.accounts())
  const [reference, setReference] = useState('')
  const { busy, error, pay } = usePayment(to.match !== undefined)
  const from = accounts.value?.find(({ id }) => id === order.from)
  const footer = (
    <>
      <Complaint text={error} />
      <Button
        icon="send"
        title={review.send(format.money(order.amount))}
        busy={busy}
        busyTitle={review.busy}
        onPress={() => pay({ ...order, reference: plainReference(reference) })}
      />
    </>
  )
  return (
    <Screen title={review.title} footer={footer}>
      <View style={styles.amount}>
        <BigAmount money={order.amount} />
      </View>
      <Rows>
        <Fact label={review.to} value={to.name} />
        <Fact label={review.iban} value={ibanGroups(to.iban)} />
        {from === undefined ? null : <Fact label={review.from} value={from.name} />}
        <Fact label={review.when} value={review.now} />
      </Rows>
      <ReferenceField value={reference} onChange={setReference} />
      <Caution to={to} />
    </Screen>
  )
}

/** Fraud goes to accounts nobody paid before. */
function Caution({ to: { match } }: { readonly to: Recipient }) {
  const { review } = useWords().transfer
  if (match === undefined) return null
  return match === 'none' ? (
    <Banner tone="warn" title={review.mismatch} text={review.mismatchText} />
  ) : (
    <Banner title={review.new} text={review.newText} />
  )
}
