/** For who forgot the passcode: nobody can look it up, so this phone is locked until its user has proved who he is. */
import { Complaint, Banner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { CallButton } from '../components/CallButton.tsx'
import { Card } from '../components/Card.tsx'
import { Points } from '../components/Points.tsx'
import { Screen } from '../components/Screen.tsx'
import { Type } from '../components/Type.tsx'
import { useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { useWords } from '../words/language.tsx'

export function Forgotten({ onBack }: { readonly onBack: () => void }) {
  const app = useApp()
  const { forgotten } = useWords().start
  const { busy, error, run } = useAct()
  const report = (): void =>
    run(async () => {
      await app.client.reportForgotten()
      await app.look()
    })
  const footer = (
    <>
      <Button
        kind="danger"
        icon="lock"
        title={forgotten.yes}
        busy={busy}
        busyTitle={forgotten.busy}
        onPress={report}
      />
      <Button kind="quiet" title={forgotten.no} onPress={onBack} />
    </>
  )
  return (
    <Screen title={forgotten.title} onBack={onBack} footer={footer}>
      <Type tone="soft">{forgotten.text}</Type>
      <Card>
        <Points items={forgotten.steps} numbered />
      </Card>
      <Banner tone="good" text={forgotten.safe} />
      <Complaint text={error} />
      {error === null ? null : <CallButton />}
    </Screen>
  )
}
