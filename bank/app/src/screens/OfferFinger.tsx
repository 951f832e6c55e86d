import type { Session } from '@holdfast/client'
import { View } from 'react-native'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Disc } from '../components/Disc.tsx'
import { Points } from '../components/Points.tsx'
import { Screen } from '../components/Screen.tsx'
import { Type } from '../components/Type.tsx'
import { useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({
  middle: { flexGrow: 1, alignItems: 'center', justifyContent: 'center', paddingVertical: space.xl },
}))

/** Offered once, after the first passcode; later it is under Security. */
export function OfferFinger({ session }: { readonly session: Session }) {
  const styles = useStyles()
  const app = useApp()
  const { finger } = useWords().start
  const { busy, error, run } = useAct()
  const accept = (): void =>
    run(async () => {
      await session.enablePresence()
      app.enter(session)
    })
  const footer = (
    <>
      <Button icon="finger" title={finger.yes} busy={busy} busyTitle={finger.busy} onPress={accept} />
      <Button kind="quiet" title={finger.no} onPress={() => app.enter(session)} />
    </>
  )
  return (
    <Screen title={finger.title} footer={footer}>
      <Type tone="soft">{finger.text}</Type>
      <View style={styles.middle}>
        <Disc icon="finger" size={136} />
      </View>
      <Points items={finger.points} />
      <Complaint text={error} />
    </Screen>
  )
}
