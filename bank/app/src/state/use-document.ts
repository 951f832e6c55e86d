/** One document on the screen: fetched and stored when it is not here yet, opened in memory, and overwritten when its screen goes. */
import { HoldfastError } from '@holdfast/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { BankDocument } from '../bank/shapes.ts'
import { tell } from '../errors.ts'
import { useWords } from '../words/language.tsx'
import { keptDocuments } from './kept-documents.ts'
import type { Open } from './standing.ts'
import { useApp, useOpen } from './use-app.tsx'

export type Opening =
  | { readonly step: 'fetching' | 'storing' | 'opening' }
  | { readonly step: 'open'; readonly pdf: Uint8Array }
  | { readonly step: 'failed'; readonly error: unknown }

type Step = (step: 'fetching' | 'storing' | 'opening') => void

/** What was changed on the disk is fetched once more: the bank has it (docs/condition.md, `damaged`). */
async function openStored(open: Open, id: string): Promise<Uint8Array | null> {
  try {
    return await keptDocuments(open).open(id)
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'vault_damaged') return null
    throw error
  }
}

async function openDocument(open: Open, id: string, step: Step): Promise<Uint8Array> {
  step('opening')
  const stored = await openStored(open, id)
  if (stored !== null) return stored
  step('fetching')
  const kept = keptDocuments(open)
  await kept.keep(id, () => step('storing'))
  step('opening')
  const fetched = await kept.open(id)
  if (fetched === null) throw new HoldfastError('vault_damaged')
  return fetched
}

export function useDocument({ id }: BankDocument): {
  readonly opening: Opening
  readonly error: string | null
  readonly again: () => void
} {
  const app = useApp()
  const open = useOpen()
  const words = useWords()
  const [opening, setOpening] = useState<Opening>({ step: 'opening' })
  const turn = useRef(0)
  const content = useRef<Uint8Array | null>(null)

  const again = useCallback((): void => {
    turn.current++
    const mine = turn.current
    const show = (next: Opening): void => {
      if (turn.current === mine) setOpening(next)
    }
    async function run(): Promise<void> {
      try {
        const pdf = await openDocument(open, id, (step) => show({ step }))
        if (turn.current !== mine) return void pdf.fill(0)
        content.current = pdf
        show({ step: 'open', pdf })
      } catch (error) {
        await app.failed(error)
        show({ step: 'failed', error })
      }
    }
    void run()
  }, [app, open, id])

  useEffect(() => {
    again()
    return () => {
      turn.current++
      content.current?.fill(0)
      content.current = null
    }
  }, [again])
  return { opening, error: opening.step === 'failed' ? tell(opening.error, words) : null, again }
}
