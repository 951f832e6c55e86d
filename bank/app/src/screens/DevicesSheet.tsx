/** Another phone, and taking it off the account: what that does is said before it is done. */
import type { Device } from '@holdfast/client'
import { useState } from 'react'
import { Banner, Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { Fact } from '../components/Fact.tsx'
import { Points } from '../components/Points.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { acknowledgeIf } from '../state/notices.ts'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useFormat, useWords } from '../words/language.tsx'
import { isNew, kindOf } from '../components/device-looks.ts'

export type DevicesSheetProps = {
  readonly device: Device
  readonly onClose: () => void
  readonly onRemoved: () => void
}

export function DevicesSheet({ device, onClose, onRemoved }: DevicesSheetProps) {
  const { devices: words } = useWords()
  const format = useFormat()
  const [sure, ask] = useState(false)
  if (sure) return <Removal device={device} onClose={onClose} onRemoved={onRemoved} />
  return (
    <Sheet
      title={device.name}
      onClose={onClose}
      footer={<Button kind="danger" icon="trash" title={words.remove} onPress={() => ask(true)} />}
    >
      <Rows>
        <Fact label={words.kind} value={words.kinds[kindOf(device)]} />
        <Fact label={words.added} value={format.moment(device.created * 1000)} />
      </Rows>
      {device.suspended ? (
        <Banner title={words.badges.suspended} text={words.suspendedText} />
      ) : isNew(device) ? (
        <Banner title={words.badges.new} text={words.newText} />
      ) : null}
    </Sheet>
  )
}

function Removal({ device, onClose, onRemoved }: DevicesSheetProps) {
  const { session } = useOpen()
  const { devices: words, daily } = useWords()
  const { busy, error, run } = useAct()
  const remove = (): void =>
    run(async () => {
      const { id, name } = device
      await session.removeDevice(id)
      await acknowledgeIf(session, (unseen) => unseen.every((alarm) => alarm.device === name)).catch(
        () => undefined,
      )
      onRemoved()
    })
  const footer = (
    <>
      <Button
        kind="danger"
        icon="trash"
        title={words.yes}
        busy={busy}
        busyTitle={words.busy}
        onPress={remove}
      />
      <Button kind="quiet" title={daily.parts.cancel} onPress={onClose} />
    </>
  )
  return (
    <Sheet title={words.sure(device.name)} onClose={onClose} footer={footer}>
      <Points items={words.steps} />
      <Complaint text={error} />
    </Sheet>
  )
}
