/** Takes this phone off the account, and all that is stored off this phone. In this order: a phone nobody has any more must not stay bound. */
import { useState } from 'react'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Disc } from '../components/Disc.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Points } from '../components/Points.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { useAct } from '../state/use-act.ts'
import { useApp, useOpen } from '../state/use-app.tsx'
import { useWords } from '../words/language.tsx'

export function SettingsLeave() {
  const { settings } = useWords()
  const [sure, ask] = useState(false)
  return (
    <>
      <ListRow
        title={settings.leave}
        text={settings.leaveText}
        whole
        mark={<Disc icon="trash" tone="bad" />}
        onPress={() => ask(true)}
      />
      {sure ? <Leave onClose={() => ask(false)} /> : null}
    </>
  )
}

function Leave({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const { session } = useOpen()
  const { settings, daily } = useWords()
  const { busy, error, run } = useAct()
  const leave = (): void =>
    run(async () => {
      const mine = (await session.devices()).find((device) => device.this)
      if (mine !== undefined) await session.removeDevice(mine.id)
      await app.client.forget()
      await app.look()
    })
  const footer = (
    <>
      <Button
        kind="danger"
        icon="trash"
        title={settings.leaveYes}
        busy={busy}
        busyTitle={settings.leaveBusy}
        onPress={leave}
      />
      <Button kind="quiet" title={daily.parts.cancel} onPress={onClose} />
    </>
  )
  return (
    <Sheet title={settings.leaveTitle} onClose={onClose} footer={footer}>
      <Points items={settings.leaveSteps} />
      <Complaint text={error} />
    </Sheet>
  )
}
