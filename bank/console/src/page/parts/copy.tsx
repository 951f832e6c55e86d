/** Copies a text, and says so. */
import { type ReactNode, useState } from 'react'
import { words } from '../words.ts'

export function Copy({ text, label }: { text: string; label: string }): ReactNode {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <button
      type="button"
      className="quiet"
      aria-label={`${words.copy}: ${label}`}
      onClick={() => void copy()}
    >
      {copied ? words.copied : words.copy}
    </button>
  )
}
