/** A line of what was, without axes: the number beside it says how much. */
import type { ReactNode } from 'react'

const width = 240
const height = 40

export function Sparkline({ values, label }: { values: readonly number[]; label: string }): ReactNode {
  // A line at the bottom for "nothing": noise is not blown up to the full height.
  const top = Math.max(1, ...values)
  const step = width / Math.max(1, values.length - 1)
  const points = values.map(
    (value, at) => `${(at * step).toFixed(1)},${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`,
  )
  return (
    <svg
      className="sparkline"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
    >
      {values.length > 1 && (
        <>
          <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />
          <polyline points={points.join(' ')} />
        </>
      )}
    </svg>
  )
}
