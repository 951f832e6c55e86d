/** Somebody new among the payees: approved like a payment, since payments go there unasked afterwards. */
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { RecipientFields } from '../components/RecipientFields.tsx'
import { Screen } from '../components/Screen.tsx'
import { useNav } from '../nav/nav.tsx'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useRecipient } from '../state/use-recipient.ts'
import { useWords } from '../words/language.tsx'

export function PayeesNew() {
  const nav = useNav()
  const { bank } = useOpen()
  const { payees } = useWords()
  const draft = useRecipient()
  const { busy, error, run } = useAct()
  const { recipient, check } = draft
  const checking = check.state === 'running'
  const add = (): void =>
    run(async () => {
      if (recipient === null) return
      const { name, iban } = recipient
      await bank.addPayee({ name, iban })
      nav.back()
    })
  const footer = (
    <>
      <Complaint text={error} />
      <Button
        kind={recipient?.match === 'none' ? 'danger' : 'primary'}
        title={payees.add}
        busy={busy || checking}
        busyTitle={checking ? payees.form.checking : payees.adding}
        disabled={recipient === null && !checking}
        onPress={add}
      />
    </>
  )
  return (
    <Screen title={payees.add} footer={footer}>
      <RecipientFields draft={draft} />
    </Screen>
  )
}
