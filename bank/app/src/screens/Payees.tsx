/** People and companies that are paid again and again. */
import { useState } from 'react'
import { ibanGroups } from '../bank/iban.ts'
import type { Payee } from '../bank/shapes.ts'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { Fact } from '../components/Fact.tsx'
import { PayeeRows } from '../components/PayeeRows.tsx'
import { Screen } from '../components/Screen.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { useNav } from '../nav/nav.tsx'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { useFormat, useWords } from '../words/language.tsx'

export function Payees() {
  const nav = useNav()
  const { payees } = useWords()
  const { value, error, reload } = useLoad('payees', (bank) => bank.payees())
  const [shown, show] = useState<Payee | null>(null)
  const footer = <Button icon="plus" title={payees.add} onPress={() => nav.go('payee_new', {})} />
  return (
    <Screen title={payees.title} footer={footer}>
      {value === null && error === null ? <SkeletonRows count={3} /> : null}
      {value === null && error !== null ? <ErrorState text={error} onAgain={reload} /> : null}
      {value?.length === 0 ? <EmptyState icon="people" title={payees.none} text={payees.noneText} /> : null}
      {value === null || value.length === 0 ? null : (
        <PayeeRows title={payees.title} untitled payees={value} onPress={show} />
      )}
      {shown === null ? null : (
        <PayeeSheet
          payee={shown}
          onClose={() => show(null)}
          onRemoved={() => {
            show(null)
            reload()
          }}
        />
      )}
    </Screen>
  )
}

type PayeeSheetProps = {
  readonly payee: Payee
  readonly onClose: () => void
  readonly onRemoved: () => void
}

function PayeeSheet({ payee, onClose, onRemoved }: PayeeSheetProps) {
  const nav = useNav()
  const format = useFormat()
  const { payees } = useWords()
  const [sure, setSure] = useState(false)
  const { name, iban, lastPaidAt } = payee
  if (sure) return <RemovePayee payee={payee} onClose={onClose} onRemoved={onRemoved} />
  const pay = (): void => {
    onClose()
    nav.go('transfer_amount', { to: { name, iban }, purpose: 'transfer' })
  }
  const footer = (
    <>
      <Button icon="send" title={payees.pay} onPress={pay} />
      <Button kind="quiet" title={payees.remove} onPress={() => setSure(true)} />
    </>
  )
  return (
    <Sheet title={name} onClose={onClose} footer={footer}>
      <Rows>
        <Fact label={payees.form.iban} value={ibanGroups(iban)} />
        <Fact label={payees.lately} value={lastPaidAt === null ? payees.never : format.date(lastPaidAt)} />
      </Rows>
    </Sheet>
  )
}

function RemovePayee({ payee: { id, name }, onClose, onRemoved }: PayeeSheetProps) {
  const { bank } = useOpen()
  const { payees, daily } = useWords()
  const { busy, error, run } = useAct()
  const remove = (): void =>
    run(async () => {
      await bank.removePayee(id)
      onRemoved()
    })
  const footer = (
    <>
      <Button
        kind="danger"
        icon="trash"
        title={payees.remove}
        busy={busy}
        busyTitle={payees.removing}
        onPress={remove}
      />
      <Button kind="quiet" title={daily.parts.cancel} onPress={onClose} />
    </>
  )
  return (
    <Sheet title={name} onClose={onClose} footer={footer}>
      <Type tone="soft">{payees.sure(name)}</Type>
      <Complaint text={error} />
    </Sheet>
  )
}
