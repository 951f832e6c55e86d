/** Reads an activation code with the camera. Null where there is none to ask for: then it is typed. */
import { parseActivationCode } from '@holdfast/core'
import { type ComponentType, useState } from 'react'
import { View } from 'react-native'
import { Banner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Screen } from '../components/Screen.tsx'
import { EmptyState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { radius, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { useCamera } from './camera.ts'

/** `onCode`: with nothing, when its user would rather type it. */
export type ScanCodeProps = { readonly onCode: (text: string) => void; readonly onClose: () => void }

const useStyles = stylesOf((colors) => ({
  view: {
    flexGrow: 1,
    minHeight: 320,
    borderRadius: radius.l,
    overflow: 'hidden',
    backgroundColor: colors.hero,
    alignItems: 'center',
    justifyContent: 'center',
  },
  frame: {
    width: '64%',
    maxWidth: 260,
    aspectRatio: 1,
    borderRadius: radius.l,
    borderWidth: 4,
    borderColor: '#ffffff',
  },
}))

const covering = {
  position: 'absolute',
  inset: 0,
  width: '100%',
  height: '100%',
  objectFit: 'cover',
} as const

function isCode(text: string): boolean {
  try {
    return parseActivationCode(text).secret !== ''
  } catch {
    return false
  }
}

function Scanner({ onCode, onClose }: ScanCodeProps) {
  const styles = useStyles()
  const { scan } = useWords()
  const [other, setOther] = useState(false)
  const { video, seeing, problem, again } = useCamera((text) => {
    setOther(!isCode(text))
    if (isCode(text)) onCode(text)
    return isCode(text)
  })
  const footer = (
    <>
      {problem === null ? null : <Button title={scan.again} onPress={again} />}
      <Button kind="secondary" title={scan.type} onPress={() => onCode('')} />
    </>
  )
  if (problem !== null)
    return (
      <Screen title={scan.title} onBack={onClose} footer={footer}>
        <View role="alert">
          <EmptyState icon="scan" tone="warn" {...scan.problems[problem]} />
        </View>
      </Screen>
    )
  return (
    <Screen title={scan.title} onBack={onClose} footer={footer}>
      <Type tone="soft">{scan.text}</Type>
      <View style={styles.view}>
        <video ref={video} aria-label={scan.view} muted playsInline style={covering} />
        {seeing ? (
          <View aria-hidden style={styles.frame} />
        ) : (
          <Type kind="smallStrong" tone="onHero" live="polite">
            {scan.starting}
          </Type>
        )}
      </View>
      {other ? <Banner tone="warn" text={scan.other} /> : null}
    </Screen>
  )
}

export const ScanCode: ComponentType<ScanCodeProps> | null = 'mediaDevices' in navigator ? Scanner : null
