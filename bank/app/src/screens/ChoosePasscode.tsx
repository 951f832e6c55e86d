/** A passcode, twice the same, and not one of those that are guessed first. */
import { HoldfastError, type Session, weakness } from '@holdfast/client'
import { useState } from 'react'
import { PasscodePad, type Verdict } from '../components/PasscodePad.tsx'
import { Screen } from '../components/Screen.tsx'
import { Type } from '../components/Type.tsx'
import { useAct } from '../state/use-act.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/language.tsx'

export type ChoosePasscodeProps = {
  readonly session: Session
  /** Whether it takes the place of another. */
  readonly changing?: boolean
  readonly onDone: () => void
}

function judge(passcode: string, words: Words['start']['passcode']): Verdict {
  const found = weakness(passcode)
  if (found === null) return { text: words.good, tone: 'good', weak: false }
  if (found === 'too_short')
    return { text: words.more(6 - Array.from(passcode).length), tone: 'soft', weak: true }
  return { text: words.weak[found], tone: 'warn', weak: true }
}

export function ChoosePasscode({ session, changing = false, onDone }: ChoosePasscodeProps) {
  const { start, settings } = useWords()
  const words = start.passcode
  const [first, setFirst] = useState<string | null>(null)
  const { busy, error, run, complain } = useAct()

  function repeat(passcode: string): void {
    if (passcode !== first) {
      setFirst(null)
      return complain(words.differs)
    }
    return run(async () => {
      try {
        await session.setPasscode(passcode)
      } catch (refusal) {
        const old = changing && refusal instanceof HoldfastError && refusal.code === 'passcode_refused'
        if (!old) throw refusal
        return complain(settings.oldWrong)
      }
      return onDone()
    })
  }
  const shared = { busy, busyTitle: words.busy, error, onTyping: () => complain(null), isNew: true }
  if (first === null)
    return (
      <Screen key="first" title={changing ? words.change : words.title}>
        <Type tone="soft">{words.text}</Type>
        <PasscodePad
          {...shared}
          send={words.next}
          judge={(passcode) => judge(passcode, words)}
          onGive={setFirst}
        />
      </Screen>
    )
  return (
    <Screen key="second" title={words.repeat} onBack={() => setFirst(null)}>
      <Type tone="soft">{words.repeatText}</Type>
      <PasscodePad {...shared} send={words.set} onGive={repeat} />
    </Screen>
  )
}
