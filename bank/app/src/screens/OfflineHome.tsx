/** The last data, without the service. */
import type { OpenedOffline } from '@holdfast/client'
import { Button } from '../components/Button.tsx'
import { Screen } from '../components/Screen.tsx'
import { useApp } from '../state/use-app.tsx'
import { useWords } from '../words/language.tsx'

export function OfflineHome({ opened }: { readonly opened: OpenedOffline }) {
  const app = useApp()
  const { start, daily } = useWords()
  const leave = (): void => {
    opened.lock()
    void app.look()
  }
  return (
    <Screen title={daily.home.title} footer={<Button title={start.unlock.send} onPress={leave} />}>
      {null}
    </Screen>
  )
}
