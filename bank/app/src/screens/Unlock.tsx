/** Passcode or finger; the pause after too many wrong ones; the way out for who forgot. */
import { type Factor, HoldfastError, type Ways } from '@holdfast/client'
import { useCallback, useState } from 'react'
import { View } from 'react-native'
import { Banner, Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Disc } from '../components/Disc.tsx'
import { Logo } from '../components/Logo.tsx'
import { PasscodePad } from '../components/PasscodePad.tsx'
import { Screen } from '../components/Screen.tsx'
import { Type } from '../components/Type.tsx'
import { useCountdown } from '../device/countdown.ts'
import { type Act, useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Forgotten } from './Forgotten.tsx'

export type UnlockProps = { readonly until: number | null; readonly ways: Ways; readonly fingerLost: boolean }

const useStyles = stylesOf(() => ({
  middle: {
    flexGrow: 1,
    alignItems: 'center',
    justifyContent: 'center',
    gap: space.l,
    paddingVertical: space.xl,
  },
}))

type Opening = Act & {
  readonly open: (factor: Factor) => void
  /** Tries that are left, after a wrong one. */
  readonly left: number | null
  /** There is no connection, and the last data may be looked at. */
  readonly alone: boolean
}

function useOpening(ways: Ways): Opening {
  const app = useApp()
  const act = useAct()
  const [left, setLeft] = useState<number | null>(null)
  const [alone, setAlone] = useState(false)
  const { run } = act
  const open = useCallback(
    (factor: Factor): void =>
      run(async () => {
        setLeft(null)
        try {
          app.enter(await app.client.unlock(factor))
        } catch (error) {
          const code = error instanceof HoldfastError ? error.code : null
          setAlone(code === 'network_unreachable' && ways.offline)
          if (code === 'passcode_refused') setLeft((await app.client.condition()).left)
          throw error
        }
      }),
    [app, run, ways],
  )
  return { ...act, open, left, alone }
}

export function Unlock({ until, ways, fingerLost }: UnlockProps) {
  const [forgot, setForgot] = useState(false)
  if (forgot) return <Forgotten onBack={() => setForgot(false)} />
  if (until !== null) return <Paused until={until} ways={ways} onForgot={() => setForgot(true)} />
  return <Enter ways={ways} fingerLost={fingerLost} onForgot={() => setForgot(true)} />
}

type EnterProps = {
  readonly ways: Ways
  readonly onForgot: () => void
}

function Enter({ ways, fingerLost, onForgot }: EnterProps & { readonly fingerLost: boolean }) {
  const app = useApp()
  const { unlock } = useWords().start
  const { busy, error, left, alone, open, complain, run } = useOpening(ways)
  const tries = left === null || left === 0 ? '' : ` ${unlock.left(left)}`
  const corner = { label: unlock.finger, onPress: () => open({ presence: true }) }
  const look = (): void => run(async () => app.showOffline(await app.client.openOffline()))
  return (
    <Screen
      title={unlock.title}
      lead={<Logo />}
      footer={<Button kind="quiet" title={unlock.forgot} onPress={onForgot} />}
    >
      <Type tone="soft">{unlock.text}</Type>
      {fingerLost ? <Banner tone="warn" text={unlock.fingerLost} /> : null}
      {alone ? <Button kind="secondary" icon="offline" title={unlock.offline} onPress={look} /> : null}
      <PasscodePad
        send={unlock.send}
        busy={busy}
        busyTitle={unlock.busy}
        onGive={(passcode) => open({ passcode })}
        error={error === null ? null : error + tries}
        onTyping={() => complain(null)}
        {...(ways.presence ? { corner } : {})}
      />
    </Screen>
  )
}

function Paused({ until, ways, onForgot }: EnterProps & { readonly until: number }) {
  const styles = useStyles()
  const app = useApp()
  const { unlock } = useWords().start
  const opening = useOpening(ways)
  const seconds = useCountdown(until, () => void app.look())
  const footer = (
    <>
      {ways.presence ? (
        <Button
          icon="finger"
          title={unlock.finger}
          busy={opening.busy}
          busyTitle={unlock.busy}
          onPress={() => opening.open({ presence: true })}
        />
      ) : null}
      <Button kind="quiet" title={unlock.forgot} onPress={onForgot} />
    </>
  )
  return (
    <Screen title={unlock.waiting} lead={<Logo />} footer={footer}>
      <Type tone="soft">{unlock.waitingText}</Type>
      <View style={styles.middle}>
        <Disc icon="pause" tone="warn" size={120} />
        <Type kind="heading" align="center" tabular>
          {unlock.until(Math.max(1, seconds))}
        </Type>
        {ways.presence ? <Type tone="soft">{unlock.waitingFinger}</Type> : null}
      </View>
      <Complaint text={opening.error} />
    </Screen>
  )
}
