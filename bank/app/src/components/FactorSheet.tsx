/** Passcode or finger, in the middle of something. */
import type { Factor, Need } from '@holdfast/client'
import { useFinger } from '../state/use-finger.ts'
import { useWords } from '../words/language.tsx'
import { Button } from './Button.tsx'
import { PasscodePad } from './PasscodePad.tsx'
import { Sheet } from './Sheet.tsx'
import { Type } from './Type.tsx'

export type FactorSheetProps = { readonly need: Need; readonly onAnswer: (factor: Factor | null) => void }

export function FactorSheet({ need, onAnswer }: FactorSheetProps) {
  const { approval, start, daily } = useWords()
  const finger = useFinger() === true && need.acr === 'presence'
  const corner = { label: start.unlock.finger, onPress: () => onAnswer({ presence: true }) }
  const refuse = (): void => onAnswer(null)
  return (
    <Sheet title={approval.ask[need.reason]} firm onClose={refuse}>
      <Type tone="soft">{approval.ask[finger ? 'presence' : 'passcode']}</Type>
      <PasscodePad
        send={approval.ask.send}
        busy={false}
        busyTitle={daily.parts.busy}
        onGive={(passcode) => onAnswer({ passcode })}
        error={null}
        onTyping={nothing}
        {...(finger ? { corner } : {})}
      />
      <Button kind="quiet" title={daily.parts.cancel} onPress={refuse} />
    </Sheet>
  )
}

const nothing = (): void => undefined
