/** What is to be approved, every line of it as it is signed, and nothing beside. */
import type { ApprovalLine, ApprovalRequest, Factor } from '@holdfast/client'
import { useEffect, useState } from 'react'
import { View } from 'react-native'
import { useCountdown } from '../device/countdown.ts'
import { useApp } from '../state/use-app.tsx'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Banner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Card } from './Card.tsx'
import { PasscodePad } from './PasscodePad.tsx'
import { Sheet } from './Sheet.tsx'
import { Type } from './Type.tsx'

export type ApprovalSheetProps = {
  readonly request: ApprovalRequest
  readonly onAnswer: (factor: Factor | null) => void
}

const useStyles = stylesOf((colors) => ({
  lines: { gap: 0 },
  line: { paddingVertical: space.m, gap: 2 },
  rule: { borderTopWidth: 1, borderTopColor: colors.line },
}))

/** Text is text: shown whole, never cut, never read from the other side. */
export function ApprovalLines({ lines }: { readonly lines: readonly ApprovalLine[] }) {
  const styles = useStyles()
  return (
    <Card>
      <View style={styles.lines}>
        {lines.map(({ name, label, value }, i) => (
          <View key={`${name} ${label}`} style={[styles.line, i > 0 && styles.rule]}>
            <Type kind="small" tone="soft">
              {label}
            </Type>
            <Type kind="strong" tabular>
              {value}
            </Type>
          </View>
        ))}
      </View>
    </Card>
  )
}

/** What the answer before was refused with. */
function useComplaint({ refused, left }: ApprovalRequest): string | null {
  const { errors, start } = useWords()
  if (refused === undefined) return null
  if (refused === 'presence_failed') return errors.finger_failed
  return left === undefined || left === 0
    ? errors.passcode_wrong
    : `${errors.passcode_wrong} ${start.unlock.left(left)}`
}

/** Below this the time is shown: nobody is hurried before. */
const soon = 60

export function ApprovalSheet({ request, onAnswer }: ApprovalSheetProps) {
  const { client } = useApp()
  const { approval, start, daily } = useWords()
  const [typing, setTyping] = useState(request.acr === 'passcode')
  const [finger, setFinger] = useState(false)
  const left = useCountdown(request.expiresAt)
  useEffect(() => {
    async function choose(): Promise<void> {
      const { presence } = await client.ways()
      const allowed = presence && request.acr === 'presence'
      setFinger(allowed)
      setTyping(!allowed)
    }
    choose().catch(() => setTyping(true))
  }, [client, request.acr])
  const complaint = useComplaint(request)
  const decline = (): void => onAnswer(null)

  const footer = (
    <>
      {finger && !typing && left > 0 ? (
        <>
          <Button icon="finger" title={approval.presence} onPress={() => onAnswer({ presence: true })} />
          <Button kind="secondary" title={approval.passcode} onPress={() => setTyping(true)} />
        </>
      ) : null}
      <Button kind="quiet" title={approval.decline} onPress={decline} />
    </>
  )
  return (
    <Sheet title={approval.title} onClose={decline} footer={footer}>
      <Type tone="soft">{approval.text}</Type>
      <Type kind="heading" level={3}>
        {request.title}
      </Type>
      <ApprovalLines lines={request.lines} />
      {request.notes.map((note) => (
        <Banner key={note} tone="warn" text={approval.notes[note]} />
      ))}
      {complaint === null ? null : <Banner tone="bad" text={complaint} />}
      {left === 0 ? <Banner tone="bad" text={approval.over} /> : null}
      {left > 0 && left <= soon ? (
        <Type kind="small" tone="soft" align="center" tabular>
          {approval.until(left)}
        </Type>
      ) : null}
      {typing && left > 0 ? (
        <PasscodePad
          send={approval.approve}
          busy={false}
          busyTitle={daily.parts.busy}
          onGive={(passcode) => onAnswer({ passcode })}
          error={null}
          onTyping={nothing}
          {...(finger
            ? { corner: { label: start.unlock.finger, onPress: () => onAnswer({ presence: true }) } }
            : {})}
        />
      ) : null}
    </Sheet>
  )
}

const nothing = (): void => undefined
