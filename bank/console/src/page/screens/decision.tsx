/** What this operator says about a held payment. A release takes a call to the customer and a note; a refusal a note. */
import { type ReactNode, useId, useRef, useState } from 'react'
import { Refused } from '../api/call.ts'
import type { Hold } from '../api/shapes.ts'
import { useShortcuts } from '../keys/shortcuts.ts'
import { Confirm } from '../parts/dialog.tsx'
import { money } from '../parts/format.ts'
import { releasesOf } from '../parts/seats.tsx'
import { go } from '../state/route.ts'
import { useDesk } from '../state/session.tsx'
import { sayRefusal, useTask } from '../state/task.ts'
import { words } from '../words.ts'

/** The gateway takes one line of 128 characters, the words about the call among them. */
const longestNote = 128 - words.holds.calledNote.length - 1

/** After these the hold is not what it was: the list says so by itself, and the words have to outlive the form. */
const settled = new Set(['hold_decided', 'second_operator_required', 'not_found'])

type Verdict = 'release' | 'refuse'

function useVerdict(hold: Hold): {
  readonly task: ReturnType<typeof useTask>
  readonly send: (verdict: Verdict, note: string) => void
} {
  const { ask, say } = useDesk()
  const task = useTask()
  const { saidReleased, saidHalf, saidRefused } = words.holds
  async function decide(verdict: Verdict, note: string): Promise<void> {
    try {
      const after = await ask<Hold>('POST', `/holds/${hold.id}/${verdict}`, { note })
      const half = verdict === 'release' && releasesOf(after) < after.needed
      if (verdict === 'refuse') say(saidRefused)
      else say(half ? saidHalf : saidReleased)
      if (!half) go('holds')
    } catch (error) {
      if (error instanceof Refused && settled.has(error.code)) say(sayRefusal(error.code))
      throw error
    }
  }
  return { task, send: (verdict, note) => void task.run(() => decide(verdict, note)) }
}

export function DecisionForm({ hold }: { hold: Hold }): ReactNode {
  const [called, setCalled] = useState(false)
  const [note, setNote] = useState('')
  const [refusing, setRefusing] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const { task, send } = useVerdict(hold)
  useShortcuts({ n: () => field.current?.focus() })
  const { setProblem } = task
  const text = note.trim()

  function demandNote(): boolean {
    if (text !== '') return true
    setProblem(words.holds.noteFirst)
    field.current?.focus()
    return false
  }
  function release(): void {
    if (!called) setProblem(words.holds.calledFirst)
    else if (demandNote()) send('release', `${words.holds.calledNote} ${text}`)
  }
  function refuse(): void {
    if (demandNote()) setRefusing(true)
  }
  const sum = hold.amount === null ? '' : money(hold.amount)
  const refusalNote = called ? `${words.holds.calledNote} ${text}` : text

  return (
    <form className="decide" onSubmit={(event) => event.preventDefault()}>
      <label className="tick">
        <input type="checkbox" checked={called} onChange={(event) => setCalled(event.target.checked)} />
        {words.holds.called}
      </label>
      <div className="field">
        <label htmlFor={id}>
          {words.holds.note} <kbd>n</kbd>
        </label>
        <input
          ref={field}
          id={id}
          type="text"
          autoComplete="off"
          maxLength={longestNote}
          value={note}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setNote(event.target.value)}
        />
        <p className="hint" id={`${id}-hint`}>
          {words.holds.noteHint}
        </p>
      </div>
      <p className="problem" role="alert">
        {task.problem}
      </p>
      <div className="actions">
        <button type="button" className="danger" disabled={task.busy} onClick={refuse}>
          {words.holds.refuse}
        </button>
        <button type="button" className="primary" disabled={task.busy} onClick={release}>
          {task.busy ? words.holds.busy : words.holds.release}
        </button>
      </div>
      {refusing && (
        <Confirm
          title={words.holds.confirmRefuse(hold.title, hold.user, sum)}
          text={words.holds.confirmRefuseText}
          yes={words.holds.refuse}
          busy={task.busy}
          problem={task.problem}
          onYes={() => send('refuse', refusalNote)}
          onClose={() => setRefusing(false)}
        />
      )}
    </form>
  )
}
