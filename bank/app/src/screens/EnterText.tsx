/** The digits from the text message, only when it shows the same two words. */
import type { PendingEnrolment } from '@holdfast/client'
import { useEffect, useState } from 'react'
import { View } from 'react-native'
import { Banner, Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { DigitsField } from '../components/CodeField.tsx'
import { Screen } from '../components/Screen.tsx'
import { Skeleton } from '../components/Skeleton.tsx'
import { Type } from '../components/Type.tsx'
import { useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { radius, space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf((colors) => ({
  phrase: {
    backgroundColor: colors.tint,
    borderRadius: radius.m,
    paddingVertical: space.l,
    paddingHorizontal: space.m,
    gap: 2,
  },
}))

export function EnterText() {
  const styles = useStyles()
  const app = useApp()
  const { text } = useWords().start
  const [pending, setPending] = useState<PendingEnrolment | null>(null)
  const [digits, setDigits] = useState('')
  const { busy, error, run } = useAct()

  async function unlock(): Promise<void> {
    app.choosing(await app.client.unlock())
  }
  useEffect(() => {
    run(async () => {
      const resumed = await app.client.resumeEnrolment()
      if (resumed.phase === 'enrolling') setPending(resumed)
      else await unlock()
    })
    // Once: an enrolment is resumed as often as this screen comes up.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  const send = (): void =>
    run(async () => {
      await pending?.confirm(digits).catch((refused: unknown) => {
        setDigits('')
        throw refused
      })
      await unlock()
    })

  const footer = (
    <>
      <Button
        title={text.send}
        busy={busy && pending !== null}
        busyTitle={text.busy}
        disabled={digits.length < 6}
        onPress={send}
      />
      <Button kind="quiet" title={text.restart} onPress={app.activate} />
    </>
  )
  return (
    <Screen title={text.title} footer={footer}>
      {pending === null ? (
        error === null ? (
          <Skeleton height={120} />
        ) : null
      ) : (
        <>
          <Type tone="soft">{text.sent(pending.sentTo)}</Type>
          <View style={styles.phrase}>
            <Type kind="title" tone="brand" align="center" testID="check-phrase">
              {pending.checkPhrase}
            </Type>
          </View>
          <DigitsField
            label={text.label}
            value={digits}
            onChange={setDigits}
            onSubmit={send}
            wrong={error !== null}
          />
        </>
      )}
      <Complaint text={error} />
      <Banner tone="warn" text={text.warn} />
    </Screen>
  )
}
