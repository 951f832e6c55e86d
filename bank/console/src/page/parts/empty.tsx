/** Nothing to show, and why; or not yet. */
import type { ReactNode } from 'react'
import { words } from '../words.ts'

export function Empty({ title, text }: { title: string; text?: string }): ReactNode {
  return (
    <div className="empty">
      <p>{title}</p>
      {text !== undefined && <p className="soft">{text}</p>}
    </div>
  )
}

export function Loading(): ReactNode {
  return (
    <div className="empty" role="status">
      <p className="soft">{words.loading}</p>
    </div>
  )
}
