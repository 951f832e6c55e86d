/** What happened to this account that its user has not answered for: was it he? */
import { useState } from 'react'
import { View } from 'react-native'
import { useNav } from '../nav/nav.tsx'
import { acknowledge, type Notices, type Question } from '../state/notices.ts'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import type { Loaded } from '../state/use-load.ts'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { Banner, Complaint } from './Banner.tsx'
import { Button } from './Button.tsx'
import { CallButton } from './CallButton.tsx'
import { Points } from './Points.tsx'
import { Sheet } from './Sheet.tsx'

const useStyles = stylesOf(() => ({
  banners: { gap: space.m },
  buttons: { gap: space.xs, paddingTop: space.s },
}))

export function NoticeBanner({ notices }: { readonly notices: Loaded<Notices> }) {
  const styles = useStyles()
  const [doubted, doubt] = useState(false)
  const [question] = notices.value?.questions ?? []
  if (question === undefined) return null
  return (
    <View style={styles.banners}>
      <Asked question={question} onYes={notices.reload} onNo={() => doubt(true)} />
      {doubted ? <NotMe onClose={() => doubt(false)} /> : null}
    </View>
  )
}

type AskedProps = {
  readonly question: Question
  readonly onYes: () => void
  readonly onNo: () => void
}

function Asked({ question: { about, last }, onYes, onNo }: AskedProps) {
  const styles = useStyles()
  const { session } = useOpen()
  const { alarms, asked, notices } = useWords().security
  const format = useFormat()
  const { busy, error, run } = useAct()
  const yes = (): void =>
    run(async () => {
      await acknowledge(session, last)
      onYes()
    })
  const { kind, device, at } = about
  return (
    <Banner
      tone="warn"
      title={notices[kind](device)}
      text={asked.text(alarms[kind], format.moment(at * 1000))}
    >
      <View style={styles.buttons}>
        <Button kind="secondary" title={asked.yes} busy={busy} onPress={yes} fits />
        <Button kind="quiet" title={asked.no} onPress={onNo} fits />
      </View>
      <Complaint text={error} />
    </Banner>
  )
}

function NotMe({ onClose }: { readonly onClose: () => void }) {
  const nav = useNav()
  const { asked } = useWords().security
  function show(): void {
    onClose()
    nav.go('devices', {})
  }
  const footer = (
    <>
      <Button icon="phone" title={asked.devices} onPress={show} />
      <CallButton />
    </>
  )
  return (
    <Sheet title={asked.title} onClose={onClose} footer={footer}>
      <Points items={asked.steps} numbered />
    </Sheet>
  )
}
