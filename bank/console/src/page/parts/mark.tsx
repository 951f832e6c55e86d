/** The bank's mark beside its name. */
import type { ReactNode } from 'react'
import { words } from '../words.ts'

export function Mark(): ReactNode {
  return (
    <p className="mark">
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <rect width="48" height="48" rx="12" />
        <path
          className="leaf"
          d="M24 8c8.500 3 12.500 9.500 12.500 16S31.500 37 24 37 11.500 31 11.500 24 15.500 11 24 8z"
        />
        <path className="vein" d="M24 17v24M24 26l6-5M24 26l-6-5M24 33l7-6M24 33l-7-6" />
      </svg>
      <span>
        <strong>{words.bank}</strong> <span className="soft">{words.console}</span>
      </span>
    </p>
  )
}
