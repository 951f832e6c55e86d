/** A small word with a colour; the word alone says enough. */
import type { ReactNode } from 'react'

export type Tone = 'plain' | 'good' | 'warn' | 'bad'

export function Chip({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }): ReactNode {
  return (
    <span className="chip" data-tone={tone}>
      {children}
    </span>
  )
}
