import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Screen } from '../components/Screen.tsx'
import { useNav } from '../nav/nav.tsx'
import { useApp } from '../state/use-app.tsx'
import { useWords } from '../words/language.tsx'

export function More() {
  const app = useApp()
  const nav = useNav()
  const { more } = useWords().daily
  return (
    <Screen title={more.title}>
      <Rows>
        <ListRow
          title={more.security}
          text={more.securityText}
          mark={<Disc icon="shield_check" />}
          onPress={() => nav.go('security', {})}
        />
        <ListRow
          title={more.devices}
          text={more.devicesText}
          mark={<Disc icon="phone" />}
          onPress={() => nav.go('devices', {})}
        />
        <ListRow
          title={more.documents}
          text={more.documentsText}
          mark={<Disc icon="document" />}
          onPress={() => nav.go('documents', {})}
        />
        <ListRow
          title={more.settings}
          text={more.settingsText}
          mark={<Disc icon="gear" />}
          onPress={() => nav.go('settings', {})}
        />
      </Rows>
      <Button kind="secondary" icon="lock" title={more.lock} onPress={() => void app.lock()} />
    </Screen>
  )
}
