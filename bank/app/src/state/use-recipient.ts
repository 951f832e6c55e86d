/** Somebody new: IBAN and name as they are typed, and what their bank says about the two together. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type IbanJudgement, judgeIban, plainIban } from '../bank/iban.ts'
import type { PayeeCheck } from '../bank/shapes.ts'
import { tell } from '../errors.ts'
import type { Recipient } from '../nav/routes.ts'
import { useWords } from '../words/language.tsx'
import { useApp, useOpen } from './use-app.tsx'

/** `of`: what was asked about. */
export type NameCheck =
  | { readonly state: 'none' | 'running' }
  | { readonly state: 'done'; readonly of: string; readonly check: PayeeCheck }
  | { readonly state: 'failed'; readonly of: string; readonly error: string }

export type RecipientDraft = {
  readonly iban: string
  readonly name: string
  readonly setIban: (typed: string) => void
  readonly setName: (typed: string) => void
  readonly judgement: IbanJudgement
  readonly check: NameCheck
  readonly again: () => void
  /** Null until there is something to go on with. */
  readonly recipient: Recipient | null
}

/** Nobody is asked while somebody still types, in milliseconds. */
const pause = 600
const none: NameCheck = { state: 'none' }

/** As it is compared and printed: one form, no blanks beside it. */
const plainName = (typed: string): string => typed.normalize('NFC').replaceAll(/\s+/g, ' ').trim()
const questionOf = (iban: string, name: string): string => `${iban} ${name}`

function useNameCheck(iban: string, name: string): { readonly check: NameCheck; readonly again: () => void } {
  const app = useApp()
  const { bank } = useOpen()
  const words = useWords()
  const [check, setCheck] = useState(none)
  const [tries, setTries] = useState(0)
  const language = useRef(words)
  language.current = words
  useEffect(() => {
    setCheck(none)
    if (iban === '' || name === '') return undefined
    let over = false
    const of = questionOf(iban, name)
    async function ask(): Promise<NameCheck> {
      try {
        return { state: 'done', of, check: await bank.checkPayee({ name, iban }) }
      } catch (error) {
        await app.failed(error)
        return { state: 'failed', of, error: tell(error, language.current) }
      }
    }
    async function run(): Promise<void> {
      setCheck({ state: 'running' })
      const next = await ask()
      if (!over) setCheck(next)
    }
    const timer = setTimeout(() => void run(), pause)
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [app, bank, iban, name, tries])
  return { check, again: useCallback(() => setTries((before) => before + 1), []) }
}

export function useRecipient(): RecipientDraft {
  const [typed, setIban] = useState('')
  const [name, setName] = useState('')
  const iban = plainIban(typed)
  const judgement = judgeIban(iban)
  const right = judgement.kind === 'right' ? iban : ''
  const asked = plainName(name)
  const { check, again } = useNameCheck(right, asked)
  const answered = 'of' in check && check.of === questionOf(right, asked) ? check : null
  const match = answered?.state === 'done' ? answered.check.match : 'unknown'
  const recipient = answered === null ? null : { name: asked, iban, match }
  return { iban, name, setIban, setName, judgement, check, again, recipient }
}
