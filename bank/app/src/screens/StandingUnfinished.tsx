/** Bound, and closed before there was a passcode. */
import { Button } from '../components/Button.tsx'
import { useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { useWords } from '../words/language.tsx'
import { Standing } from './Standing.tsx'

export function StandingUnfinished() {
  const app = useApp()
  const { unlock } = useWords().start
  const { busy, error, run } = useAct()
  const restart = (): void =>
    run(async () => {
      await app.client.forget()
      await app.look()
    })
  return (
    <Standing
      title={unlock.unfinished}
      text={unlock.unfinishedText}
      icon="phone"
      tone="brand"
      error={error}
      footer={<Button title={unlock.unfinishedGo} busy={busy} onPress={restart} />}
    />
  )
}
