/** The two people a release takes, as two dots: filled for each who has released. */
import type { ReactNode } from 'react'
import type { Hold } from '../api/shapes.ts'
import { words } from '../words.ts'

export function releasesOf({ decisions }: Pick<Hold, 'decisions'>): number {
  return decisions.filter(({ decision }) => decision === 'release').length
}

export function Seats({ hold }: { hold: Hold }): ReactNode {
  const done = releasesOf(hold)
  return (
    <span className="seats">
      {Array.from({ length: hold.needed }, (_, seat) => (
        <span key={seat} className="seat" data-taken={seat < done} aria-hidden="true" />
      ))}
      <span className="seats-text">{words.holds.seats(done, hold.needed)}</span>
    </span>
  )
}
