/** Passcode or finger, in the middle of something. */
import type { Factor, Need } from '@holdfast/client'
import { useWords } from '../words/language.tsx'
import { PasscodePad } from './PasscodePad.tsx'
import { Sheet } from './Sheet.tsx'
import { Type } from './Type.tsx'

export type FactorSheetProps = { readonly need: Need; readonly onAnswer: (factor: Factor | null) => void }

export function FactorSheet({ need, onAnswer }: FactorSheetProps) {
  const { approval, start, daily } = useWords()
  const corner = { label: start.unlock.finger, onPress: () => onAnswer({ presence: true }) }
  return (
    <Sheet title={approval.ask[need.reason]} onClose={() => onAnswer(null)}>
      <Type tone="soft">{approval.ask[need.acr]}</Type>
      <PasscodePad
        send={approval.ask.send}
        busy={false}
        busyTitle={daily.parts.busy}
        onGive={(passcode) => onAnswer({ passcode })}
        error={null}
        onTyping={nothing}
        {...(need.acr === 'presence' ? { corner } : {})}
      />
    </Sheet>
  )
}

const nothing = (): void => undefined
