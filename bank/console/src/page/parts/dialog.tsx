/** Dialogs over the page: the browser's own, which keep the focus inside and give it back. */
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { words } from '../words.ts'

type DialogProps = {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Dialog({ title, onClose, children }: DialogProps): ReactNode {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    ref.current?.showModal()
  }, [])
  return (
    <dialog ref={ref} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

type ConfirmProps = {
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly busy: boolean
  readonly problem: string | null
  readonly onYes: () => void
  readonly onClose: () => void
}

/** Asks before what cannot be taken back. The focus is on "no". */
export function Confirm({ title, text, yes, busy, problem, onYes, onClose }: ConfirmProps): ReactNode {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {problem !== null && <p className="problem">{problem}</p>}
      <form method="dialog" className="actions">
        <button className="quiet">{words.cancel}</button>
        <button type="button" className="danger" disabled={busy} onClick={onYes}>
          {yes}
        </button>
      </form>
    </Dialog>
  )
}
