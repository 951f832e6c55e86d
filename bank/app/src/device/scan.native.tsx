/** Reads an activation code with the camera of the phone, which finds codes by itself. */
import { parseActivationCode } from '@holdfast/core'
import { CameraView, useCameraPermissions } from 'expo-camera'
import { type ComponentType, useEffect, useState } from 'react'
import { StyleSheet, View } from 'react-native'
import { Banner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Screen } from '../components/Screen.tsx'
import { EmptyState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { useWords } from '../words/language.tsx'

/** `onCode`: with nothing, when its user would rather type it. */
export type ScanCodeProps = { readonly onCode: (text: string) => void; readonly onClose: () => void }

const styles = StyleSheet.create({ view: { flexGrow: 1, minHeight: 320, overflow: 'hidden' } })

function isCode(text: string): boolean {
  try {
    return parseActivationCode(text).secret !== ''
  } catch {
    return false
  }
}

function Scanner({ onCode, onClose }: ScanCodeProps) {
  const { scan } = useWords()
  const [permission, ask] = useCameraPermissions()
  const [other, setOther] = useState(false)
  const mayAsk = permission?.canAskAgain === true && !permission.granted
  useEffect(() => {
    if (mayAsk) void ask()
  }, [mayAsk, ask])
  const read = (text: string): void => {
    setOther(!isCode(text))
    if (isCode(text)) onCode(text)
  }
  const footer = <Button kind="secondary" title={scan.type} onPress={() => onCode('')} />
  if (permission !== null && !permission.granted && !mayAsk)
    return (
      <Screen title={scan.title} onBack={onClose} footer={footer}>
        <EmptyState icon="scan" tone="warn" {...scan.problems.refused} />
      </Screen>
    )
  return (
    <Screen title={scan.title} onBack={onClose} footer={footer}>
      <Type tone="soft">{scan.text}</Type>
      <View style={styles.view} aria-label={scan.view}>
        {permission?.granted === true ? (
          <CameraView
            style={StyleSheet.absoluteFill}
            facing="back"
            barcodeScannerSettings={{ barcodeTypes: ['qr'] }}
            onBarcodeScanned={({ data }) => read(data)}
          />
        ) : null}
      </View>
      {other ? <Banner tone="warn" text={scan.other} /> : null}
    </Screen>
  )
}

export const ScanCode: ComponentType<ScanCodeProps> | null = Scanner
