/** How this phone stands when unlocking is not the way on. */
import type { Ways } from '@holdfast/client'
import { useState } from 'react'
import { View } from 'react-native'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Disc } from '../components/Disc.tsx'
import type { IconName } from '../components/icon-paths.ts'
import { Logo } from '../components/Logo.tsx'
import { Screen } from '../components/Screen.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { Type } from '../components/Type.tsx'
import type { End, Trouble as TroubleKind } from '../state/standing.ts'
import { useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({
  middle: { flexGrow: 1, alignItems: 'center', justifyContent: 'center', paddingVertical: space.xl },
}))

const icons = {
  blocked: 'lock',
  wiped: 'phone',
  forgotten: 'lock',
  cloned: 'warning',
  suspended: 'pause',
  revoked: 'phone',
} as const satisfies Record<End, IconName>

type EndedProps = { readonly condition: End; readonly ways: Ways }

/** Only a new activation helps; where the passcode is blocked, finger or face does, too. */
export function Ended({ condition, ways }: EndedProps) {
  const styles = useStyles()
  const app = useApp()
  const { standing, start } = useWords()
  const { title, text } = standing.conditions[condition]
  const { busy, error, run } = useAct()
  const finger = condition === 'blocked' && ways.presence
  const open = (): void => run(async () => app.enter(await app.client.unlock({ presence: true })))
  const footer = (
    <>
      {finger ? (
        <Button
          kind="secondary"
          icon="finger"
          title={start.unlock.finger}
          busy={busy}
          busyTitle={start.unlock.busy}
          onPress={open}
        />
      ) : null}
      <Button title={standing.activate} onPress={app.activate} />
    </>
  )
  return (
    <Screen title={title} lead={<Logo />} footer={footer}>
      <Type tone="soft">{text}</Type>
      <View style={styles.middle}>
        <Disc icon={icons[condition]} tone={condition === 'cloned' ? 'bad' : 'warn'} size={120} />
      </View>
      <Type kind="strong" align="center">
        {standing.call}
      </Type>
      <Complaint text={error} />
    </Screen>
  )
}

/** Trying again may help; if not, its user may remove what is stored here. */
export function Trouble({ condition }: { readonly condition: TroubleKind }) {
  const styles = useStyles()
  const app = useApp()
  const { standing } = useWords()
  const { title, text } = standing.conditions[condition]
  const { busy, error, run } = useAct()
  const again = (): void =>
    run(async () => {
      // What went wrong for a moment is forgotten by a lock.
      await app.lock()
    })
  const footer = (
    <>
      <Button title={standing.again} busy={busy} onPress={again} />
      <Forget />
    </>
  )
  return (
    <Screen title={title} lead={<Logo />} footer={footer}>
      <Type tone="soft">{text}</Type>
      <View style={styles.middle}>
        <Disc icon="warning" tone="warn" size={120} />
      </View>
      <Complaint text={error} />
    </Screen>
  )
}

/** Bound, and closed before there was a passcode. */
export function Unfinished() {
  const styles = useStyles()
  const app = useApp()
  const { unlock } = useWords().start
  const { busy, error, run } = useAct()
  const restart = (): void =>
    run(async () => {
      await app.client.forget()
      await app.look()
    })
  return (
    <Screen
      title={unlock.unfinished}
      lead={<Logo />}
      footer={<Button title={unlock.unfinishedGo} busy={busy} onPress={restart} />}
    >
      <Type tone="soft">{unlock.unfinishedText}</Type>
      <View style={styles.middle}>
        <Disc icon="phone" size={120} />
      </View>
      <Complaint text={error} />
    </Screen>
  )
}

/** Asks once more: it cannot be taken back. */
export function Forget() {
  const app = useApp()
  const { standing, daily } = useWords()
  const [sure, setSure] = useState(false)
  const { busy, error, run } = useAct()
  const forget = (): void =>
    run(async () => {
      await app.client.forget()
      setSure(false)
      await app.look()
    })
  const footer = (
    <>
      <Button kind="danger" icon="trash" title={standing.forgetYes} busy={busy} onPress={forget} />
      <Button kind="quiet" title={daily.parts.cancel} onPress={() => setSure(false)} />
    </>
  )
  return (
    <>
      <Button kind="quiet" title={standing.forget} onPress={() => setSure(true)} />
      {sure ? (
        <Sheet title={standing.forgetTitle} onClose={() => setSure(false)} footer={footer}>
          <Type tone="soft">{standing.forgetText}</Type>
          <Complaint text={error} />
        </Sheet>
      ) : null}
    </>
  )
}
