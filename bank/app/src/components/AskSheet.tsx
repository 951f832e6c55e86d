/** Shows what the client asks its user, one question at a time. */
import { useSyncExternalStore } from 'react'
import { useApp } from '../state/use-app.tsx'
import { ApprovalSheet } from './ApprovalSheet.tsx'
import { FactorSheet } from './FactorSheet.tsx'

export function AskSheet() {
  const { asks } = useApp()
  const asked = useSyncExternalStore(asks.subscribe, asks.current)
  if (asked === null) return null
  const { question, busy, answer } = asked
  if (question.kind === 'factor') return <FactorSheet need={question.need} onAnswer={answer} />
  return <ApprovalSheet key={question.request.id} request={question.request} busy={busy} onAnswer={answer} />
}
