/** Somebody new, to be paid now. */
import { Button } from '../components/Button.tsx'
import { RecipientFields } from '../components/RecipientFields.tsx'
import { Screen } from '../components/Screen.tsx'
import { useNav } from '../nav/nav.tsx'
import type { Routes } from '../nav/routes.ts'
import { useRecipient } from '../state/use-recipient.ts'
import { useWords } from '../words/language.tsx'

export function TransferPayee({ from, purpose }: Routes['transfer_payee']) {
  const nav = useNav()
  const { payees } = useWords()
  const draft = useRecipient()
  const { recipient, check } = draft
  const wrong = recipient?.match === 'none'
  const go = (): void => {
    if (recipient === null) return
    nav.go('transfer_amount', { to: recipient, purpose, ...(from === undefined ? {} : { from }) })
  }
  const footer = (
    <Button
      kind={wrong ? 'danger' : 'primary'}
      title={wrong ? payees.form.anyway : payees.form.next}
      busy={check.state === 'running'}
      busyTitle={payees.form.checking}
      disabled={recipient === null && check.state !== 'running'}
      onPress={go}
    />
  )
  return (
    <Screen title={payees.somebody} footer={footer}>
      <RecipientFields draft={draft} />
    </Screen>
  )
}
