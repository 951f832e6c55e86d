/** Ways out of a payment that is held, beside sending it. */
import { useState } from 'react'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { Type } from '../components/Type.tsx'
import { useNav } from '../nav/nav.tsx'
import { type KeptPayment, keptPayments } from '../state/kept-payments.ts'
import { type Act, useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useWords } from '../words/language.tsx'

type Chosen = { readonly payment: KeptPayment }

/** What is not kept here any more can be sent by nobody: the order, as it was approved, is on this phone alone. */
function useForgetting({ key }: KeptPayment, then: () => void): Act & { readonly forget: () => void } {
  const { session, loaded } = useOpen()
  const act = useAct()
  const forget = (): void =>
    act.run(async () => {
      await keptPayments(session).drop(key)
      loaded.delete('held')
      then()
    })
  return { ...act, forget }
}

export function LeaveHeld({ payment, onLeft }: Chosen & { readonly onLeft: () => void }) {
  const [sure, setSure] = useState(false)
  const { held, daily } = useWords()
  const { busy, error, forget } = useForgetting(payment, onLeft)
  const footer = (
    <>
      <Button kind="danger" title={held.leaveYes} busy={busy} onPress={forget} />
      <Button kind="quiet" title={daily.parts.cancel} onPress={() => setSure(false)} />
    </>
  )
  return (
    <>
      <Button kind="quiet" title={held.leave} onPress={() => setSure(true)} />
      {sure ? (
        <Sheet title={held.leaveTitle} onClose={() => setSure(false)} footer={footer}>
          <Type tone="soft">{held.leaveText}</Type>
          <Complaint text={error} />
        </Sheet>
      ) : null}
    </>
  )
}

export function StartAgain({ payment }: Chosen) {
  const nav = useNav()
  const { held } = useWords()
  const { name, iban, from } = payment.order
  const again = useForgetting(payment, () =>
    nav.end('transfer_amount', { to: { name, iban }, from, purpose: 'transfer' }),
  )
  const remove = useForgetting(payment, nav.back)
  return (
    <>
      <Complaint text={again.error ?? remove.error} />
      <Button title={held.again} busy={again.busy} onPress={again.forget} />
      <Button kind="quiet" title={held.remove} busy={remove.busy} onPress={remove.forget} />
    </>
  )
}
