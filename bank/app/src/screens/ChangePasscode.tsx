/** Another passcode in the place of the old one, which the service asks for when it was not given just now. */
import { useState } from 'react'
import { View } from 'react-native'
import { Button } from '../components/Button.tsx'
import { Disc } from '../components/Disc.tsx'
import { Screen } from '../components/Screen.tsx'
import { Type } from '../components/Type.tsx'
import { useNav } from '../nav/nav.tsx'
import { acknowledgeOwn } from '../state/notices.ts'
import { useOpen } from '../state/use-app.tsx'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { ChoosePasscode } from './ChoosePasscode.tsx'

const useStyles = stylesOf(() => ({
  middle: { flexGrow: 1, alignItems: 'center', justifyContent: 'center', gap: space.l },
}))

export function ChangePasscode() {
  const { session } = useOpen()
  const [changed, setChanged] = useState(false)
  function done(): void {
    setChanged(true)
    void acknowledgeOwn(session, 'passcode.registered').catch(() => undefined)
  }
  return changed ? <Changed /> : <ChoosePasscode session={session} changing onDone={done} />
}

function Changed() {
  const styles = useStyles()
  const nav = useNav()
  const { settings } = useWords()
  return (
    <Screen title={settings.changed} footer={<Button title={settings.done} onPress={nav.back} />}>
      <View style={styles.middle}>
        <Disc icon="check" tone="good" size={120} />
        <Type align="center">{settings.changedText}</Type>
      </View>
    </Screen>
  )
}
