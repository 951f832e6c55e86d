/** The first screen, and the activation code. */
import { useState } from 'react'
import { View } from 'react-native'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { CodeField } from '../components/CodeField.tsx'
import { Field } from '../components/Field.tsx'
import { Leaf } from '../components/Icon.tsx'
import { Logo } from '../components/Logo.tsx'
import { Screen } from '../components/Screen.tsx'
import { Type } from '../components/Type.tsx'
import { ScanCode } from '../device/scan.tsx'
import { useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { radius, space, stylesOf, useTheme } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf((colors) => ({
  hero: {
    flexGrow: 1,
    minHeight: 220,
    marginTop: space.s,
    borderRadius: radius.l,
    backgroundColor: colors.hero,
    overflow: 'hidden',
    alignItems: 'center',
    justifyContent: 'center',
  },
  far: { position: 'absolute', right: -90, bottom: -110 },
  near: { position: 'absolute', left: -110, top: -120 },
}))

/** `again`: this phone was bound before. */
export function Welcome({ again }: { readonly again: boolean }) {
  const [step, setStep] = useState<'welcome' | 'code' | 'scan'>('welcome')
  const [code, setCode] = useState('')
  if (step === 'scan' && ScanCode !== null)
    return (
      <ScanCode
        onClose={() => setStep('welcome')}
        onCode={(text) => {
          setCode(text)
          setStep('code')
        }}
      />
    )
  if (step === 'code') return <EnterCode first={code} onBack={() => setStep('welcome')} />
  return <Greeting again={again} onBegin={() => setStep('code')} onScan={() => setStep('scan')} />
}

type GreetingProps = { readonly again: boolean; readonly onBegin: () => void; readonly onScan: () => void }

function Greeting({ again, onBegin, onScan }: GreetingProps) {
  const styles = useStyles()
  const { colors } = useTheme()
  const { welcome } = useWords().start
  const footer = (
    <>
      <Button title={welcome.begin} onPress={onBegin} />
      {ScanCode === null ? null : (
        <Button kind="secondary" icon="scan" title={welcome.scan} onPress={onScan} />
      )}
    </>
  )
  return (
    <Screen title={welcome.title} footer={footer} lead={<Logo />}>
      <Type tone="soft">{again ? welcome.again : welcome.text}</Type>
      <View aria-hidden style={styles.hero}>
        <View style={styles.far}>
          <Leaf size={300} color={colors.heroLeaf} vein={colors.hero} />
        </View>
        <View style={styles.near}>
          <Leaf size={260} color={colors.heroLeaf} vein={colors.hero} />
        </View>
        <Leaf size={128} color={colors.onHero} vein={colors.hero} />
      </View>
      <Type kind="small" tone="soft">
        {welcome.noCode}
      </Type>
    </Screen>
  )
}

function EnterCode({ first, onBack }: { readonly first: string; readonly onBack: () => void }) {
  const app = useApp()
  const { code: words } = useWords().start
  const [code, setCode] = useState(first)
  const [deviceName, setName] = useState<string>(words.deviceDefault)
  const { busy, error, run } = useAct()
  const send = (): void =>
    run(async () => {
      await app.client.enrol({ activationCode: code, deviceName: deviceName.trim() || words.deviceDefault })
      app.enrolling()
    })
  const footer = (
    <Button title={words.send} busy={busy} busyTitle={words.busy} disabled={code === ''} onPress={send} />
  )
  return (
    <Screen title={words.title} onBack={onBack} footer={footer}>
      <Type tone="soft">{words.text}</Type>
      <CodeField label={words.label} value={code} onChange={setCode} onSubmit={send} wrong={error !== null} />
      <Complaint text={error} />
      <Field
        label={words.device}
        hint={words.deviceHint}
        value={deviceName}
        onChange={setName}
        input={{ maxLength: 64, autoComplete: 'off' }}
      />
    </Screen>
  )
}
