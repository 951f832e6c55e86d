/** The whole app: which part is on the screen follows from how this phone stands. */
import { useEffect } from 'react'
import { StyleSheet, View } from 'react-native'
import { AskSheet } from './components/AskSheet.tsx'
import { onAway, onReturn, onUse } from './device/lifecycle.ts'
import { Navigator } from './nav/Navigator.tsx'
import { ChoosePasscode } from './screens/ChoosePasscode.tsx'
import { Ended } from './screens/Ended.tsx'
import { EnterText } from './screens/EnterText.tsx'
import { OfferFinger } from './screens/OfferFinger.tsx'
import { OfflineHome } from './screens/OfflineHome.tsx'
import { StandingUnfinished } from './screens/StandingUnfinished.tsx'
import { Starting } from './screens/Starting.tsx'
import { Trouble } from './screens/Trouble.tsx'
import { Unlock } from './screens/Unlock.tsx'
import { Welcome } from './screens/Welcome.tsx'
import type { App as State } from './state/app.ts'
import { AppProvider, OpenProvider, useApp, useStanding } from './state/use-app.tsx'
import { LanguageProvider } from './words/language.tsx'

const styles = StyleSheet.create({ all: { flex: 1 } })

function Part() {
  const app = useApp()
  const standing = useStanding()
  switch (standing.at) {
    case 'starting':
      return <Starting />
    case 'new':
      return <Welcome again={standing.again} />
    case 'enrolling':
      return <EnterText />
    case 'choosing':
      return <ChoosePasscode session={standing.session} onDone={() => app.offering(standing.session)} />
    case 'offering':
      return <OfferFinger session={standing.session} />
    case 'unfinished':
      return <StandingUnfinished />
    case 'locked':
      return <Unlock {...standing} />
    case 'open':
      return (
        <OpenProvider value={standing.open}>
          <Navigator />
        </OpenProvider>
      )
    case 'offline':
      return <OfflineHome opened={standing.opened} />
    case 'ended':
      return <Ended condition={standing.condition} ways={standing.ways} />
    case 'trouble':
      return <Trouble condition={standing.condition} />
    default:
      throw new TypeError('there is no such part')
  }
}

export function App({ app }: { readonly app: State }) {
  useEffect(() => {
    const stop = [
      onAway(() => void app.client.lock().catch(() => undefined)),
      onReturn(() => void app.look()),
      onUse(app.used),
    ]
    return () => {
      for (const end of stop) end()
    }
  }, [app])
  return (
    <AppProvider value={app}>
      <LanguageProvider>
        <View style={styles.all}>
          <Part />
          <AskSheet />
        </View>
      </LanguageProvider>
    </AppProvider>
  )
}
