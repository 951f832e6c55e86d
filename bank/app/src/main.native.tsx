/** The app on a phone. */
import { useEffect, useState } from 'react'
import { StyleSheet, View } from 'react-native'
import { App } from './App.tsx'
import { touched } from './device/lifecycle.native.ts'
import { openApp } from './start.ts'
import type { App as Opened } from './state/app.ts'

const styles = StyleSheet.create({ all: { flex: 1 } })

/** Nothing is shown for the moment it takes: the picture the system starts with stays until then. */
export function Main() {
  const [app, setApp] = useState<Opened | null>(null)
  useEffect(() => {
    void openApp().then(setApp)
  }, [])
  if (app === null) return null
  return (
    <View style={styles.all} onTouchStart={touched}>
      <App app={app} />
    </View>
  )
}
