/** Asks for an approval: first all that is approved, then passcode or finger. It stays while that is being proved, and comes back after a wrong one. */
import type { ApprovalRequest, Factor } from '@holdfast/client'
import { useEffect, useState } from 'react'
import { View } from 'react-native'
import { useCountdown } from '../device/countdown.ts'
import { useFinger } from '../state/use-finger.ts'
import { space, stylesOf, useTheme } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { ApprovalLines, ApprovalSummary } from './ApprovalLines.tsx'
import { Banner, Complaint } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'
import { PasscodePad } from './PasscodePad.tsx'
import { Sheet } from './Sheet.tsx'
import { Type } from './Type.tsx'

export type ApprovalSheetProps = {
  readonly request: ApprovalRequest
  /** It was given, and is being proved. */
  readonly busy: boolean
  readonly onAnswer: (factor: Factor | null) => void
}

const useStyles = stylesOf(() => ({
  answers: { gap: space.s },
  time: { flexDirection: 'row', alignItems: 'center', gap: space.xs },
}))

/** What the answer before was refused with. */
function useComplaint({ refused, left }: ApprovalRequest): string | null {
  const { errors, start } = useWords()
  if (refused === undefined) return null
  if (refused === 'presence_failed') return errors.finger_failed
  return left === undefined || left === 0
    ? errors.passcode_wrong
    : `${errors.passcode_wrong} ${start.unlock.left(left)}`
}

/** From here on it is said, once, and shows in colour; in seconds. */
const soon = 30

/** No challenge lives longer, in seconds (docs/protocol.md 9.2). */
const longest = 300

/** Nothing is shown that is over by the service's clock: where the phone's says otherwise at first sight, that one is wrong. */
function useSecondsLeft(expiresAt: number): number {
  const [until] = useState(() => {
    const now = Date.now()
    return expiresAt > now && expiresAt <= now + longest * 1000 ? expiresAt : now + longest * 1000
  })
  return useCountdown(until)
}

export function ApprovalSheet({ request, busy, onAnswer }: ApprovalSheetProps) {
  const styles = useStyles()
  const { approval } = useWords()
  const [typing, setTyping] = useState(false)
  const known = useFinger()
  const finger = known === true && request.acr === 'presence'
  const left = useSecondsLeft(request.expiresAt)
  const complaint = useComplaint(request)
  const over = left === 0 && !busy
  const decline = (): void => onAnswer(null)
  const close = busy ? {} : { onClose: decline }
  const give = (): void => onAnswer({ presence: true })

  if (typing && !over)
    return (
      <Sheet title={approval.passcode} firm {...close}>
        <ApprovalSummary lines={request.lines} />
        <Passcode
          busy={busy}
          complaint={complaint}
          onGive={(passcode) => onAnswer({ passcode })}
          onFinger={finger ? give : null}
        />
        <Button kind="quiet" title={approval.whole} disabled={busy} onPress={() => setTyping(false)} />
      </Sheet>
    )
  return (
    <Sheet title={approval.title} firm {...close}>
      <Complaint text={over ? approval.over : complaint} />
      {request.notes.length === 0 ? <Type tone="soft">{approval.text}</Type> : null}
      {request.notes.map((note) => (
        <Banner key={note} tone="warn" title={approval.notes[note].title} text={approval.notes[note].text} />
      ))}
      <ApprovalLines
        title={request.title}
        lines={request.lines}
        end={over ? null : <TimeLeft seconds={left} />}
      />
      <Type kind="small" tone="warn" align="center" live="polite">
        {left <= soon && !over ? approval.soon : ''}
      </Type>
      {/* Nobody comes here but past every line. */}
      <View style={styles.answers}>
        {over || known === null ? null : (
          <Ways busy={busy} onFinger={finger ? give : null} onPasscode={() => setTyping(true)} />
        )}
        <Button
          kind="quiet"
          title={over ? approval.close : approval.decline}
          disabled={busy}
          onPress={decline}
        />
      </View>
    </Sheet>
  )
}

type WaysProps = {
  readonly busy: boolean
  readonly onFinger: (() => void) | null
  readonly onPasscode: () => void
}

function Ways({ busy, onFinger, onPasscode }: WaysProps) {
  const { approval } = useWords()
  if (onFinger === null) return <Button icon="lock" title={approval.passcode} onPress={onPasscode} />
  return (
    <>
      <Button
        icon="finger"
        title={approval.presence}
        busy={busy}
        busyTitle={approval.busy}
        onPress={onFinger}
      />
      <Button kind="secondary" title={approval.passcode} disabled={busy} onPress={onPasscode} />
    </>
  )
}

type PasscodeProps = {
  readonly busy: boolean
  readonly complaint: string | null
  readonly onGive: (passcode: string) => void
  readonly onFinger: (() => void) | null
}

/** The complaint goes when somebody types anew. */
function Passcode({ busy, complaint, onGive, onFinger }: PasscodeProps) {
  const { approval, start } = useWords()
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    if (!busy) setSeen(false)
  }, [busy])
  return (
    <PasscodePad
      send={approval.approve}
      busy={busy}
      busyTitle={approval.busy}
      onGive={onGive}
      error={seen || busy ? null : complaint}
      onTyping={() => setSeen(true)}
      {...(onFinger === null ? {} : { corner: { label: start.unlock.finger, onPress: onFinger } })}
    />
  )
}

function TimeLeft({ seconds }: { readonly seconds: number }) {
  const styles = useStyles()
  const { colors } = useTheme()
  const { approval } = useWords()
  const tone = seconds <= soon ? 'warn' : 'soft'
  return (
    <View role="timer" aria-label={approval.until(seconds)} style={styles.time}>
      <Icon name="clock" size={16} color={colors[tone]} />
      <Type kind="smallStrong" tone={tone} tabular>
        {approval.clock(seconds)}
      </Type>
    </View>
  )
}
